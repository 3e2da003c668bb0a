package ai.neo.featurestore.indicator;

/**
 * Bollinger bands: the mean of the last {@code period} values, and so many population standard
 * deviations above and below it.
 */
public final class Bollinger {
  private final RollingMoments moments;
  private final double deviations;

  /**
   * @param period number of values, 2 or more
   * @param deviations distance of a band from the middle, in standard deviations, positive
   */
  public Bollinger(int period, double deviations) {
    if (!(deviations > 0) || Double.isInfinite(deviations)) {
      throw new IllegalArgumentException(
          "deviations=" + deviations + ", expected a positive number");
    }
    this.moments = new RollingMoments(period);
    this.deviations = deviations;
  }

  /** Takes the next value; {@code false} if it is not finite, and then nothing changed. */
  public boolean update(double value) {
    return moments.update(value);
  }

  /** Whether {@code period} values have come. */
  public boolean ready() {
    return moments.ready();
  }

  /** The mean, or {@code NaN} until ready. */
  public double middle() {
    return moments.mean();
  }

  /** The upper band, or {@code NaN} until ready. */
  public double upper() {
    return moments.mean() + deviations * moments.populationDeviation();
  }

  /** The lower band, or {@code NaN} until ready. */
  public double lower() {
    return moments.mean() - deviations * moments.populationDeviation();
  }

  /** Upper minus lower band, as a part of the middle, or {@code NaN} until ready. */
  public double width() {
    return 2 * deviations * moments.populationDeviation() / moments.mean();
  }

  /**
   * Where the newest value lies: 0 at the lower band, 1 at the upper, or {@code NaN} until ready.
   * In a window of equal values the bands coincide and the answer is 0.5.
   */
  public double percentB() {
    double half = deviations * moments.populationDeviation();
    return half == 0 ? 0.5 : 0.5 + moments.distance() / (2 * half);
  }
}
