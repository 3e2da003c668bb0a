package ai.neo.featurestore.indicator;

/**
 * Exponential moving average, TA-Lib's: seeded with the simple average of the first {@code period}
 * numbers, then {@code ema += k (x − ema)} with {@code k = 2 / (period + 1)}.
 */
public final class Ema {
  private final int period;
  private final int skip;
  private final double k;
  private int seen;
  private double sum;
  private double ema = Double.NaN;

  public Ema(int period) {
    this(period, 0);
  }

  /**
   * @param skip numbers that go by before the seed begins: MACD seeds its fast average late
   */
  Ema(int period, int skip) {
    if (period <= 0) {
      throw new IllegalArgumentException("period=" + period + ", expected 1 or more");
    }
    this.period = period;
    this.skip = skip;
    this.k = 2.0 / (period + 1);
  }

  public void update(double value) {
    Inputs.finite(value);
    seen++;
    if (seen <= skip) {
      return;
    }
    int inSeed = seen - skip;
    if (inSeed < period) {
      sum += value;
    } else if (inSeed == period) {
      ema = (sum + value) / period;
    } else {
      ema = (value - ema) * k + ema;
      seen = skip + period + 1;
    }
  }

  public boolean ready() {
    return !Double.isNaN(ema);
  }

  public double value() {
    return ema;
  }
}
