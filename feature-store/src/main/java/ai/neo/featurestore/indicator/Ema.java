package ai.neo.featurestore.indicator;

/**
 * Exponential moving average with {@code k = 2 / (period + 1)}, in the unit of its input.
 *
 * <p>Seeded, as in TA-Lib, by the simple mean of the first {@code period} values; a stream that
 * starts elsewhere therefore differs by an error that shrinks by {@code 1 - k} per value.
 */
public final class Ema {
  private final int period;
  private final double k;
  private int count;
  private double value;

  /**
   * @param period number of values in the seed, 1 or more
   */
  public Ema(int period) {
    this.period = Periods.atLeast(1, period, "period");
    this.k = 2.0 / (period + 1);
  }

  /** Takes the next value; {@code false} if it is not finite, and then nothing changed. */
  public boolean update(double input) {
    if (!Double.isFinite(input)) {
      return false;
    }
    if (count == period) {
      value = (input - value) * k + value;
    } else {
      value += input;
      if (++count == period) {
        value /= period;
      }
    }
    return true;
  }

  /** Whether the seed is complete. */
  public boolean ready() {
    return count == period;
  }

  /** The average, or {@code NaN} until ready. */
  public double value() {
    return ready() ? value : Double.NaN;
  }
}
