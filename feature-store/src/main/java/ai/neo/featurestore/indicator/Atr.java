package ai.neo.featurestore.indicator;

/**
 * Average true range, Wilder's: the first bar has no true range; seeded with the mean of the first
 * {@code period} true ranges.
 */
public final class Atr {
  private final int period;
  private double previousClose;
  private int ranges = -1;
  private double atr;

  public Atr(int period) {
    if (period <= 0) {
      throw new IllegalArgumentException("period=" + period + ", expected 1 or more");
    }
    this.period = period;
  }

  public void update(double high, double low, double close) {
    Inputs.finite(high);
    Inputs.finite(low);
    Inputs.finite(close);
    if (ranges >= 0) {
      double range =
          Math.max(
              high - low,
              Math.max(Math.abs(high - previousClose), Math.abs(low - previousClose)));
      if (ranges < period) {
        atr += range;
        if (ranges + 1 == period) {
          atr /= period;
        }
      } else {
        atr *= period - 1;
        atr += range;
        atr /= period;
      }
    }
    previousClose = close;
    if (ranges < period) {
      ranges++;
    }
  }

  public boolean ready() {
    return ranges == period;
  }

  public double value() {
    return ready() ? atr : Double.NaN;
  }
}
