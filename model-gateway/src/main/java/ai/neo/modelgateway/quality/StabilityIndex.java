package ai.neo.modelgateway.quality;

/**
 * The population stability index of two histograms: the sum over bins of {@code (a - e) · ln(a /
 * e)} with shares a of what is seen and e of what was expected, which is the symmetric
 * Kullback-Leibler divergence (Kullback, 1959; the name is credit scoring's). 0 is no change; by
 * custom 0.1 deserves a look and 0.25 is a shift.
 */
public final class StabilityIndex {
  /** A share below this counts as this much: an empty bin must not make the index infinite. */
  public static final double SMALLEST_SHARE = 1e-4;

  private StabilityIndex() {}

  /**
   * The index of counts in the same bins.
   *
   * @param expected at least one count above 0
   * @param actual as many bins, at least one count above 0
   */
  public static double of(long[] expected, long[] actual) {
    if (expected.length != actual.length) {
      throw new IllegalArgumentException(
          "histograms must have the same bins: " + expected.length + " and " + actual.length);
    }
    double expectedRows = sum(expected);
    double actualRows = sum(actual);
    if (!(expectedRows > 0 && actualRows > 0)) {
      throw new IllegalArgumentException("a histogram without rows has no shares");
    }
    double index = 0;
    for (int bin = 0; bin < expected.length; bin++) {
      double e = Math.max(SMALLEST_SHARE, expected[bin] / expectedRows);
      double a = Math.max(SMALLEST_SHARE, actual[bin] / actualRows);
      index += (a - e) * StrictMath.log(a / e);
    }
    return index;
  }

  private static double sum(long[] counts) {
    double sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }
}
