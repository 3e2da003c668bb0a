package ai.neo.featurestore.indicator;

/**
 * Simple moving average of the last {@code period} numbers.
 *
 * <p>The sum runs along with compensation (Neumaier) and is taken anew once per window, so that it
 * does not drift.
 */
public final class Sma {
  private final Window window;
  private double sum;
  private double compensation;
  private int untilFresh;

  public Sma(int period) {
    window = new Window(period);
    untilFresh = period;
  }

  public void update(double value) {
    Inputs.finite(value);
    double out = window.push(value);
    if (--untilFresh <= 0) {
      sum = window.sum();
      compensation = 0;
      untilFresh = window.size();
      return;
    }
    add(value);
    if (!Double.isNaN(out)) {
      add(-out);
    }
  }

  private void add(double value) {
    double t = sum + value;
    compensation += Math.abs(sum) >= Math.abs(value) ? (sum - t) + value : (value - t) + sum;
    sum = t;
  }

  public boolean ready() {
    return window.full();
  }

  public double value() {
    return ready() ? (sum + compensation) / window.size() : Double.NaN;
  }
}
