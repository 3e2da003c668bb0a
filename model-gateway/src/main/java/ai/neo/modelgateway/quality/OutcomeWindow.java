package ai.neo.modelgateway.quality;

import ai.neo.modelgateway.engine.Answer;

/**
 * How well the newest answers of one version were, once their outcomes were known. Adding costs the
 * same however long the window is. One thread.
 */
public final class OutcomeWindow {
  private static final int ACTIONS = Answer.ACTIONS;
  private static final int BINS = 15; // as in Guo, 2017, and in training

  /** A sure mistake must not decide a whole window. */
  private static final double SMALLEST_PROBABILITY = 1e-6;

  private final float[] probabilities;
  private final byte[] labels;
  private long added;

  /**
   * @param capacity answers that are remembered
   */
  public OutcomeWindow(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be at least 1, is " + capacity);
    }
    probabilities = new float[capacity * ACTIONS];
    labels = new byte[capacity];
  }

  /**
   * Takes an answer in.
   *
   * @param three probabilities of SELL, HOLD, BUY, finite
   * @param label what would have been right, 0 to 2
   */
  public void add(float[] three, int label) {
    int slot = (int) (added++ % labels.length);
    System.arraycopy(three, 0, probabilities, slot * ACTIONS, ACTIONS);
    labels[slot] = (byte) label;
  }

  /** Answers in the window. */
  public int size() {
    return (int) Math.min(added, labels.length);
  }

  /** All answers that were ever added. */
  public long added() {
    return added;
  }

  /**
   * Brier's score (1950): mean of the squared distances of all three probabilities from what
   * happened, 0 to 2; NaN of an empty window.
   */
  public double brier() {
    double sum = 0;
    for (int row = 0; row < size(); row++) {
      for (int action = 0; action < ACTIONS; action++) {
        double d = probabilities[row * ACTIONS + action] - (labels[row] == action ? 1 : 0);
        sum += d * d;
      }
    }
    return sum / size();
  }

  /**
   * Expected calibration error (Naeini, 2015; Guo, 2017): over 15 bins of equal width of the
   * likeliest action's probability, the mean distance of what was said from what came true, 0 to 1;
   * NaN of an empty window.
   */
  public double calibrationError() {
    double[] excess = new double[BINS];
    for (int row = 0; row < size(); row++) {
      int best = 0;
      for (int action = 1; action < ACTIONS; action++) {
        best = at(row, action) > at(row, best) ? action : best;
      }
      int bin = Math.max(0, Math.min(BINS - 1, (int) (at(row, best) * BINS)));
      excess[bin] += at(row, best) - (labels[row] == best ? 1 : 0);
    }
    double sum = 0;
    for (double bin : excess) {
      sum += Math.abs(bin);
    }
    return sum / size();
  }

  /** Mean of −log of the right action's probability; NaN of an empty window. */
  public double logLoss() {
    double sum = 0;
    for (int row = 0; row < size(); row++) {
      sum += logLoss(at(row, labels[row]));
    }
    return sum / size();
  }

  /** −log of the right action's probability, bounded. */
  static double logLoss(float right) {
    return -StrictMath.log(right >= SMALLEST_PROBABILITY ? right : SMALLEST_PROBABILITY);
  }

  private float at(int row, int action) {
    return probabilities[row * ACTIONS + action];
  }
}
