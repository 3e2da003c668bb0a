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
    int rememberedPredictions) {

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
        200_000); // five months of one-minute predictions, some 25 MB
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
}
