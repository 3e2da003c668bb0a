package ai.neo.modelgateway.quality;

/**
 * Page and Hinkley's test on the champion's loss, in means of blocks: the losses of neighbours
 * share their outcomes' bars and are not independent. How many blocks there are between two false
 * alarms is known once some have shown how long one takes. One thread.
 */
final class LossWatch {
  /** Long beside a horizon of a few bars of some instruments. */
  static final int BLOCK = 64;

  /** Blocks that show how long one takes; no alarm is lost, the test has to warm up anyway. */
  private static final int MEASURED_BLOCKS = 8;

  /** The test knows no shorter time between false alarms. */
  private static final double FEWEST_OBSERVATIONS = 10;

  private final FalseAlarms falseAlarms;
  private final double[] measured = new double[MEASURED_BLOCKS];
  private PageHinkley test = new PageHinkley(FEWEST_OBSERVATIONS);
  private long blocks;
  private double sum;
  private int inBlock;
  private long firstNs;

  LossWatch(FalseAlarms falseAlarms) {
    this.falseAlarms = falseAlarms;
  }

  /**
   * Takes a loss in; true on an alarm, after which the test begins anew.
   *
   * @param timeNs when the outcome was known
   */
  boolean add(double loss, long timeNs) {
    if (blocks == 0 && inBlock == 0) {
      firstNs = timeNs;
    }
    sum += loss;
    inBlock++;
    if (inBlock < BLOCK) {
      return false;
    }
    double mean = sum / BLOCK;
    sum = 0;
    inBlock = 0;
    boolean alarm = block(mean, timeNs);
    if (alarm) {
      test.reset();
    }
    return alarm;
  }

  private boolean block(double mean, long timeNs) {
    blocks++;
    if (blocks < MEASURED_BLOCKS) {
      measured[(int) blocks - 1] = mean;
      return false;
    }
    if (blocks == MEASURED_BLOCKS) {
      var stretch = new FalseAlarms.Stretch(blocks * BLOCK, Math.max(1, timeNs - firstNs));
      double between = MEASURED_BLOCKS / falseAlarms.share(stretch);
      test = new PageHinkley(Math.max(FEWEST_OBSERVATIONS, between));
      for (int i = 0; i < MEASURED_BLOCKS - 1; i++) {
        test.add(measured[i]); // fewer than it warms up with
      }
    }
    return test.add(mean);
  }

  /** An alarm from 1 on. */
  double statistic() {
    return test.statistic();
  }

  /** Another champion: nothing is known of its loss. */
  void restart() {
    test = new PageHinkley(FEWEST_OBSERVATIONS);
    blocks = 0;
    sum = 0;
    inBlock = 0;
  }
}
