package ai.neo.modelregistry.gates;

/**
 * An anytime-valid test of whether a candidate is better than the champion, on paired outcomes. It
 * may be looked at after every pair, and stopped whenever it suits: a candidate that is no better
 * ever passes with a probability of at most alpha.
 *
 * <p>It is a test by betting. Under the null hypothesis the mean of the differences, each clipped
 * to ±bound and divided by it, is at most 0 given what came before; so the wealth of a gambler who
 * stakes the fraction λ on each, {@code K(λ) = Π (1 + λ d)}, is a supermartingale, as is the mean
 * of K over a fixed grid of λ. By Ville's inequality that ever reaches 1/alpha with a probability
 * of at most alpha. Source: Waudby-Smith and Ramdas, Estimating means of bounded random variables
 * by betting, JRSS B 86 (2024), section 4; the mixture is that of Robbins, Annals of Mathematical
 * Statistics 41 (1970).
 *
 * <p>What is tested is the mean of the clipped differences: take a bound that is rarely reached.
 * Not for more than one thread.
 */
public final class SequentialTest {
  /** From timid to nearly everything; small edges grow by the first, large ones by the last. */
  private static final double[] STAKES = {
    0.0078125, 0.015625, 0.03125, 0.0625, 0.125, 0.25, 0.5, 0.75, 0.95
  };

  private final double bound;
  private final double logNeeded;
  private final double[] logWealth = new double[STAKES.length];
  private long pairs;
  private double best = Double.NEGATIVE_INFINITY;

  /**
   * @param alpha probability of passing a candidate that is no better, in (0, 1)
   * @param bound largest difference that counts, above 0
   */
  public SequentialTest(double alpha, double bound) {
    if (!(alpha > 0 && alpha < 1)) {
      throw new IllegalArgumentException("alpha must lie between 0 and 1: " + alpha);
    }
    if (!(bound > 0 && Double.isFinite(bound))) {
      throw new IllegalArgumentException("bound must be above 0 and finite: " + bound);
    }
    this.bound = bound;
    this.logNeeded = -Math.log(alpha);
  }

  /** Takes one pair in; higher outcomes are better, and both must be finite. */
  public void observe(double candidate, double champion) {
    double difference = candidate - champion;
    if (!Double.isFinite(difference)) {
      throw new IllegalArgumentException("outcomes must be finite: " + candidate + ", " + champion);
    }
    double unit = Math.clamp(difference / bound, -1.0, 1.0);
    for (int i = 0; i < STAKES.length; i++) {
      logWealth[i] += Math.log1p(STAKES[i] * unit);
    }
    pairs++;
    best = Math.max(best, logMean());
  }

  public long pairs() {
    return pairs;
  }

  /** Whether the wealth has ever reached 1/alpha; once true, it stays. */
  public boolean passed() {
    return best >= logNeeded;
  }

  /** The largest wealth so far, from a stake of 1: the evidence against "no better". */
  public double evidence() {
    return pairs == 0 ? 1 : Math.exp(best);
  }

  /** Of the wealth that is needed, 1/alpha. */
  public double needed() {
    return Math.exp(logNeeded);
  }

  private double logMean() {
    double largest = Double.NEGATIVE_INFINITY;
    for (double each : logWealth) {
      largest = Math.max(largest, each);
    }
    double sum = 0;
    for (double each : logWealth) {
      sum += Math.exp(each - largest);
    }
    return largest + Math.log(sum / STAKES.length);
  }
}
