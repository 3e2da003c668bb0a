package ai.neo.modelgateway.learning;

/**
 * How the trainer and the learner work. Counts are in samples; margins are fractions of notional
 * per sample.
 *
 * @param epochs passes over the training rows when the caller names none
 * @param trainingRate Adam's step in training
 * @param learningRate Adam's step in online updates
 * @param replayCapacity samples kept for replay
 * @param updateEvery samples between two updates
 * @param updateBatch samples in one update
 * @param championPull weight of the squared distance to the champion's weights in the loss
 * @param gradientNorm the longest gradient that is followed; longer ones are shortened to it
 * @param weightNormRatio how much longer than the champion's the weights may grow
 * @param snapshotEvery learned samples between two candidate versions
 * @param evaluationWindow held-out samples that judge candidates and champions
 * @param minimumEvaluation held-out samples without which no candidate passes
 * @param promotionMargin by how much a candidate must earn more than the champion
 * @param rollbackMargin by how much a champion may earn less than its predecessor
 * @param rememberedPredictions prediction ids kept to recognise duplicates
 * @param replay how batches are drawn
 * @param guards what bounds and stops the learner
 * @param journal what is kept on disk, where a directory is given
 */
public record LearningSettings(
    int epochs,
    float trainingRate,
    float learningRate,
    int replayCapacity,
    int updateEvery,
    int updateBatch,
    float championPull,
    float gradientNorm,
    float weightNormRatio,
    int snapshotEvery,
    int evaluationWindow,
    int minimumEvaluation,
    double promotionMargin,
    double rollbackMargin,
    int rememberedPredictions,
    Replay replay,
    Guards guards,
    Journal journal) {

  /**
   * How batches are drawn from the buffer.
   *
   * @param prioritised half of a batch by loss instead of evenly; the other half is the newest
   * @param alpha how much the loss decides, 0 (evenly) to 1 (in proportion)
   * @param beta how much of the distortion is taken back by weights, 0 to 1 (all)
   */
  public record Replay(boolean prioritised, double alpha, double beta) {
    public Replay {
      requireShare("alpha", alpha);
      requireShare("beta", beta);
    }
  }

  /**
   * What bounds and stops the learner.
   *
   * @param importancePull weight of the squared distance to the champion's weights where each
   *     counts by its Fisher information (elastic weight consolidation); 0: none
   * @param probeRows samples in the probe set; the first that are seen
   * @param probeChange furthest that a probability on the probe set may be from the champion's; 1:
   *     no bound
   * @param largestWeight of one sample, from importance and propensity
   * @param driftSamples samples between two false alarms of the drift stop; 0: it is off
   * @param excessLoss by how much the mean loss may be above the champion's before learning stops
   * @param excessUpdates updates over which that mean is taken
   * @param lateNs feedback that matured so much before the newest is late, nanoseconds; 0: none is
   */
  public record Guards(
      float importancePull,
      int probeRows,
      double probeChange,
      float largestWeight,
      long driftSamples,
      double excessLoss,
      int excessUpdates,
      long lateNs) {
    public Guards {
      requireNotNegative("importancePull", importancePull);
      requireAtLeastOne("probeRows", probeRows);
      if (!(probeChange > 0 && probeChange <= 1)) {
        throw new IllegalArgumentException(
            "probeChange must be above 0 and at most 1, is " + probeChange);
      }
      requirePositive("largestWeight", largestWeight);
      requireNotNegative("driftSamples", (double) driftSamples);
      requirePositive("excessLoss", (float) excessLoss);
      requireAtLeastOne("excessUpdates", excessUpdates);
      requireNotNegative("lateNs", (double) lateNs);
    }
  }

  /**
   * What is kept on disk.
   *
   * @param checkpointEvery feedbacks between two checkpoints: what a restart learns again at most
   * @param keptSegments journal segments kept, one for each checkpoint; how far a replay reaches
   * @param deadLetterBytes of feedback that was kept aside, in each of two files
   */
  public record Journal(int checkpointEvery, int keptSegments, long deadLetterBytes) {
    public Journal {
      requireAtLeastOne("checkpointEvery", checkpointEvery);
      requireAtLeastOne("keptSegments", keptSegments);
      requireNotNegative("deadLetterBytes", (double) deadLetterBytes);
    }
  }

  public LearningSettings {
    requireAtLeastOne("epochs", epochs);
    requirePositive("trainingRate", trainingRate);
    requirePositive("learningRate", learningRate);
    requireAtLeastOne("replayCapacity", replayCapacity);
    requireAtLeastOne("updateEvery", updateEvery);
    requireAtLeastOne("updateBatch", updateBatch);
    requireNotNegative("championPull", championPull);
    requirePositive("gradientNorm", gradientNorm);
    requirePositive("weightNormRatio", weightNormRatio);
    requireAtLeastOne("snapshotEvery", snapshotEvery);
    requireAtLeastOne("evaluationWindow", evaluationWindow);
    requireAtLeastOne("minimumEvaluation", minimumEvaluation);
    requireNotNegative("promotionMargin", promotionMargin);
    requireNotNegative("rollbackMargin", rollbackMargin);
    requireAtLeastOne("rememberedPredictions", rememberedPredictions);
    if (minimumEvaluation > evaluationWindow) {
      throw new IllegalArgumentException(
          "minimumEvaluation="
              + minimumEvaluation
              + " is above evaluationWindow="
              + evaluationWindow
              + ": no candidate could ever pass");
    }
    if (updateBatch > replayCapacity) {
      throw new IllegalArgumentException(
          "updateBatch=" + updateBatch + " is above replayCapacity=" + replayCapacity);
    }
  }

  /** The settings of a run without a configuration. */
  public static LearningSettings defaults() {
    return new LearningSettings(
        6, // on 50 k bars the held-out loss stops falling between the fourth and the eighth pass
        1e-3f, // Adam's usual step; 6 passes of 200 batches are far from where it would be too long
        5e-4f, // half of training's: single batches of 32 are noisier than 256
        8192, // about six days of one-minute bars, 1.3 MB at 32 features
        32, // an update costs 0.3 ms: 10 µs a sample
        32, // half from the newest, half from all of the buffer
        1e-2f, // keeps idle directions where the champion left them, gives way to any real gradient
        1f, // a typical gradient is 0.1 to 0.5 long: only outliers are shortened
        2f, // twice the champion's length is not refinement any more but another network
        2000, // some 60 updates: below that a snapshot hardly differs from the one before
        500, // one sample of four is held out: 2000 samples fill it once
        200, // standard error of a mean is 7 % of the deviation there
        1e-5, // a tenth of a basis point: less is rounding, not skill
        1e-5, // the same, so that what was promoted for less than this is not thrown out for it
        200_000, // five months of one-minute predictions, some 25 MB
        new Replay(false, 0.6, 0.4), // of the paper (Schaul and others, 2016), when switched on
        new Guards(
            0f, // the plain pull holds a network this small well enough
            64, // a forward pass of 0.2 ms for each update
            0.5, // what moved further than that is another opinion: let it win first
            10f, // a tenth of the probability that is usual; more weight is mostly variance
            0, // off: markets drift all the time, and the excess loss stops what learns badly
            0.25, // nats; a quarter is beyond any noise of a thousand samples
            32, // a thousand samples
            86_400_000_000_000L), // a day: no horizon is that long
        new Journal(
            10_000, // learned again in a quarter of a second
            8, // 80,000 samples, some 20 MB with as much again for checkpoints
            16 << 20));
  }

  /**
   * The defaults, changed by lines of {@code name=value}; the name of a part's setting begins with
   * the part's: {@code guards.probeChange=0.3}.
   *
   * @throws IllegalArgumentException when there is no such setting, or its value is no good
   */
  public static LearningSettings of(String lines) {
    return SettingsText.change(lines);
  }

  /** The same with other ways to draw, bound and keep. */
  public LearningSettings with(Replay drawing, Guards bounds, Journal keeping) {
    return new LearningSettings(
        epochs,
        trainingRate,
        learningRate,
        replayCapacity,
        updateEvery,
        updateBatch,
        championPull,
        gradientNorm,
        weightNormRatio,
        snapshotEvery,
        evaluationWindow,
        minimumEvaluation,
        promotionMargin,
        rollbackMargin,
        rememberedPredictions,
        drawing,
        bounds,
        keeping);
  }

  private static void requireAtLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, is " + value);
    }
  }

  private static void requirePositive(String name, float value) {
    if (!Float.isFinite(value) || value <= 0) {
      throw new IllegalArgumentException(name + " must be finite and above 0, is " + value);
    }
  }

  private static void requireNotNegative(String name, double value) {
    if (!Double.isFinite(value) || value < 0) {
      throw new IllegalArgumentException(name + " must be finite and not below 0, is " + value);
    }
  }

  private static void requireShare(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " must be from 0 to 1, is " + value);
    }
  }
}
