package ai.neo.featurestore.indicator;

/**
 * Sample standard deviation of the last {@code period} logarithmic returns, per step and not
 * annualised: 0.01 for about one percent a step.
 */
public final class RealisedVolatility {
  private final RollingMoments returns;
  private double previousLogarithm = Double.NaN;

  /**
   * @param period number of returns, 2 or more
   */
  public RealisedVolatility(int period) {
    returns = new RollingMoments(period);
  }

  /** Takes the next price; {@code false} if it is not finite and positive; nothing changed then. */
  public boolean update(double price) {
    return price > 0 && updateLogarithm(StrictMath.log(price));
  }

  /** As {@link #update}, for a caller who has the natural logarithm of the price already. */
  public boolean updateLogarithm(double logarithm) {
    if (!Double.isFinite(logarithm)) {
      return false;
    }
    if (!Double.isNaN(previousLogarithm)) {
      returns.update(logarithm - previousLogarithm);
    }
    previousLogarithm = logarithm;
    return true;
  }

  /** Whether {@code period} returns have come. */
  public boolean ready() {
    return returns.ready();
  }

  /** The volatility, or {@code NaN} until ready. */
  public double value() {
    return returns.sampleDeviation();
  }
}
