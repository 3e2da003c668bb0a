package ai.neo.featurestore.indicator;

/**
 * Wilder's average true range, in the unit of the price.
 *
 * <p>The first bar has no true range, for it has no previous close; first known after {@code period
 * + 1} bars, seeded by the mean of the first {@code period} true ranges.
 */
public final class Atr {
  private final int period;
  private int ranges = -1;
  private double previousClose;
  private double average;

  /**
   * @param period number of true ranges averaged, 2 or more
   */
  public Atr(int period) {
    this.period = Periods.atLeast(2, period, "period");
  }

  /** Takes the next bar; {@code false} if a price is not finite, and then nothing changed. */
  public boolean update(double high, double low, double close) {
    if (!Double.isFinite(high) || !Double.isFinite(low) || !Double.isFinite(close)) {
      return false;
    }
    double range =
        Math.max(
            high - low, Math.max(Math.abs(previousClose - high), Math.abs(previousClose - low)));
    previousClose = close;
    if (ranges < 0) {
      ranges = 0;
    } else if (ranges == period) {
      average = (average * (period - 1) + range) / period;
    } else {
      average += range;
      if (++ranges == period) {
        average /= period;
      }
    }
    return true;
  }

  /** Whether {@code period} true ranges have come. */
  public boolean ready() {
    return ranges == period;
  }

  /** The average, or {@code NaN} until ready. */
  public double value() {
    return ready() ? average : Double.NaN;
  }
}
