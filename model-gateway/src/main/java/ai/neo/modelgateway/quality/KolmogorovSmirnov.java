package ai.neo.modelgateway.quality;

/** The two-sample test of Kolmogorov and Smirnov: the largest distance of two distributions. */
public final class KolmogorovSmirnov {
  /** Terms of a series that falls as exp(-j²): more change nothing. */
  private static final int TERMS = 100;

  /**
   * The mean of {@code D · √n} when nothing has changed: √(π/2) · ln 2, the mean of Kolmogorov's
   * distribution (Marsaglia, Tsang and Wang, 2003).
   */
  static final double MEAN = Math.sqrt(Math.PI / 2) * Math.log(2);

  private KolmogorovSmirnov() {}

  /**
   * The largest distance between two empirical distribution functions, 0 to 1; equal values count
   * in both before they are compared.
   *
   * @param one sorted, not empty
   * @param other sorted, not empty
   */
  public static double statistic(float[] one, float[] other) {
    if (one.length == 0 || other.length == 0) {
      throw new IllegalArgumentException("a sample without values has no distribution");
    }
    int i = 0;
    int j = 0;
    double largest = 0;
    while (i < one.length && j < other.length) {
      float value = Math.min(one[i], other[j]);
      while (i < one.length && one[i] <= value) {
        i++;
      }
      while (j < other.length && other[j] <= value) {
        j++;
      }
      largest = Math.max(largest, Math.abs((double) i / one.length - (double) j / other.length));
    }
    return largest;
  }

  /** The size that counts for two independent samples: nm / (n + m). */
  public static double effectiveSize(int one, int other) {
    return (double) one * other / ((double) one + other);
  }

  /**
   * The probability of so large a distance when nothing has changed: Kolmogorov's asymptotic
   * distribution with Stephens's correction for small samples (1970), as in Numerical Recipes.
   *
   * @param statistic 0 to 1
   * @param effectiveSize above 0
   */
  public static double pValue(double statistic, double effectiveSize) {
    double root = Math.sqrt(effectiveSize);
    double x = (root + 0.12 + 0.11 / root) * statistic;
    if (x < 0.2) {
      return 1; // the series converges slowly there, and the value is above 1 - 1e-12
    }
    double sum = 0;
    double sign = 2;
    for (int j = 1; j <= TERMS; j++) {
      double term = sign * StrictMath.exp(-2 * (double) j * j * x * x);
      sum += term;
      if (Math.abs(term) < 1e-16) {
        break;
      }
      sign = -sign;
    }
    return Math.max(0, Math.min(1, sum));
  }
}
