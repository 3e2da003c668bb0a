package ai.neo.orchestrator.gateway;

/**
 * The mean of differences between two versions on the same rows, and how sure it is. Rows whose
 * horizons overlap are not independent: the standard error is Newey and West's (1987), with a lag
 * of the horizon.
 *
 * @param mean of the first's minus the second's
 * @param low of the 95 % interval, by the normal distribution
 * @param high of the same
 */
public record PairedDifference(double mean, double standardError, double low, double high) {
  private static final double NORMAL_95 = 1.959963984540054;

  /**
   * Compares; pairs in time order.
   *
   * @param lag rows within which pairs depend on each other, 0 or more
   */
  public static PairedDifference of(double[] first, double[] second, int lag) {
    int n = first.length;
    if (n != second.length || n == 0) {
      throw new IllegalArgumentException("pairs: " + n + " and " + second.length);
    }
    double[] d = new double[n];
    double mean = 0;
    for (int i = 0; i < n; i++) {
      d[i] = first[i] - second[i];
      mean += d[i] / n;
    }
    double variance = covariance(d, mean, 0);
    for (int k = 1; k <= Math.min(lag, n - 1); k++) {
      variance += 2 * (1 - k / (lag + 1.0)) * covariance(d, mean, k);
    }
    double error = Math.sqrt(Math.max(0, variance) / n);
    return new PairedDifference(mean, error, mean - NORMAL_95 * error, mean + NORMAL_95 * error);
  }

  private static double covariance(double[] d, double mean, int lag) {
    double sum = 0;
    for (int i = lag; i < d.length; i++) {
      sum += (d[i] - mean) * (d[i - lag] - mean);
    }
    return sum / d.length;
  }

  /** Whether the interval leaves 0 out. */
  public boolean isClear() {
    return low > 0 || high < 0;
  }
}
