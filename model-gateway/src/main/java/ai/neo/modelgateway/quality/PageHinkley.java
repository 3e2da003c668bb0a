package ai.neo.modelgateway.quality;

import ai.neo.proto.learning.v1.DriftImage;

/**
 * Page and Hinkley's test for a rise of a sequence's mean (Page, 1954; Hinkley, 1971): the sum of
 * the deviations above the mean so far, less half of the shift to be found, is compared with its
 * lowest value.
 *
 * <p>It is set by how seldom it may raise a false alarm, in observations: deviations are counted in
 * standard deviations of the sequence itself, and the threshold follows from Siegmund's
 * approximation of the mean time between false alarms of a cumulative sum. That holds for
 * independent observations that are nearly normal; heavy tails are cut at {@link #MAX_DEVIATION}
 * deviations. Neighbouring losses are not independent: give it means of blocks.
 *
 * <p>One-sided; for a fall, give it the negative. One thread.
 */
public final class PageHinkley {
  /** A single observation counts no more than this many standard deviations. */
  public static final double MAX_DEVIATION = 6;

  /** Observations that only measure mean and deviation. */
  public static final int WARM_UP = 30;

  /** The shift, in standard deviations, that is found soonest. */
  private static final double SHIFT = 1;

  /** What Siegmund adds for the overshoot over the threshold (1985, section II.4). */
  private static final double OVERSHOOT = 1.166;

  private final double threshold;
  private long observations;
  private double mean;
  private double squares;
  private double sum;
  private double lowest;

  /**
   * @param meanTimeBetweenFalseAlarms in observations; at least 10
   */
  public PageHinkley(double meanTimeBetweenFalseAlarms) {
    if (!(meanTimeBetweenFalseAlarms >= 10) || !Double.isFinite(meanTimeBetweenFalseAlarms)) {
      throw new IllegalArgumentException(
          "the mean time between false alarms must be at least 10 observations, is "
              + meanTimeBetweenFalseAlarms);
    }
    this.threshold = thresholdFor(meanTimeBetweenFalseAlarms);
  }

  /**
   * Takes one observation in.
   *
   * @param value finite
   * @return true on an alarm; it lasts until {@link #reset} or until the sum falls again
   */
  public boolean add(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("an observation must be finite, is " + value);
    }
    double deviation = observations < 2 ? 0 : Math.sqrt(squares / (observations - 1));
    if (observations >= WARM_UP && deviation > 0) {
      double z = (value - mean) / deviation;
      sum += Math.max(-MAX_DEVIATION, Math.min(MAX_DEVIATION, z)) - SHIFT / 2;
      lowest = Math.min(lowest, sum);
    }
    observations++;
    double before = value - mean;
    mean += before / observations;
    squares += before * (value - mean);
    return statistic() >= 1;
  }

  /** How far the sum has risen, in thresholds: an alarm from 1 on. */
  public double statistic() {
    return (sum - lowest) / threshold;
  }

  /** The threshold, in standard deviations. */
  public double threshold() {
    return threshold;
  }

  /** Forgets everything that it was given. */
  public void reset() {
    observations = 0;
    mean = 0;
    squares = 0;
    sum = 0;
    lowest = 0;
  }

  /** Its state, for a checkpoint. */
  public DriftImage image() {
    return DriftImage.newBuilder()
        .setObservations(observations)
        .setMean(mean)
        .setSquares(squares)
        .setSum(sum)
        .setLowest(lowest)
        .build();
  }

  /** Goes on where the image was taken; of a test with the same threshold. */
  public void restore(DriftImage image) {
    observations = image.getObservations();
    mean = image.getMean();
    squares = image.getSquares();
    sum = image.getSum();
    lowest = image.getLowest();
  }

  /** The mean time between false alarms of a threshold, by Siegmund's approximation. */
  static double timeBetweenFalseAlarms(double threshold) {
    double x = SHIFT * (threshold + OVERSHOOT); // 2kb with k = shift / 2
    return 2 * (StrictMath.exp(x) - 1 - x) / (SHIFT * SHIFT);
  }

  private static double thresholdFor(double wanted) {
    double low = 0;
    double high = 1;
    while (timeBetweenFalseAlarms(high) < wanted) {
      high *= 2;
    }
    for (int i = 0; i < 60; i++) {
      double middle = (low + high) / 2;
      if (timeBetweenFalseAlarms(middle) < wanted) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }
}
