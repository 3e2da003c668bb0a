package ai.neo.featurestore.indicator;

/**
 * Relative strength index, Wilder's: 0..100, first at the {@code period}-th change; 0 where nothing
 * moved.
 */
public final class Rsi {
  private final int period;
  private int changes = -1;
  private double previous;
  private double gain;
  private double loss;

  public Rsi(int period) {
    if (period <= 1) {
      throw new IllegalArgumentException("period=" + period + ", expected 2 or more");
    }
    this.period = period;
  }

  public void update(double value) {
    Inputs.finite(value);
    if (changes >= 0) {
      double change = value - previous;
      double up = Math.max(change, 0);
      double down = Math.max(-change, 0);
      if (changes < period) {
        gain += up;
        loss += down;
        if (changes + 1 == period) {
          gain /= period;
          loss /= period;
        }
      } else {
        gain = (gain * (period - 1) + up) / period;
        loss = (loss * (period - 1) + down) / period;
      }
    }
    previous = value;
    if (changes < period) {
      changes++;
    }
    if (changes == period) {
      steady = true;
    }
  }

  private boolean steady;

  public boolean ready() {
    return steady;
  }

  public double value() {
    if (!steady) {
      return Double.NaN;
    }
    double total = gain + loss;
    return total == 0 ? 0 : 100 * (gain / total);
  }
}
