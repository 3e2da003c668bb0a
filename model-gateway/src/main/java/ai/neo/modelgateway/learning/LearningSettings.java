package ai.neo.modelgateway.learning;

/**
 * How the gateway trains and learns.
 *
 * @param hidden width of the network's two hidden layers
 * @param epochs of a first training
 * @param batch rows of one step
 * @param trainRate Adam's learning rate in a first training
 * @param learnRate the same while learning from outcomes
 * @param gradientNorm longest gradient
 * @param anchorPull towards the champion's weights, per step
 * @param replay outcomes kept to learn from
 * @param judged most recent outcomes that are kept out of learning, to judge versions by
 * @param candidateEvery outcomes between two candidates
 * @param roundTripCost fraction of notional that a trade costs, in and out
 * @param margin by which profit per outcome must differ, a fraction
 * @param rollbackAfter judged outcomes after which a new champion is compared with its predecessor
 * @param seed of what is drawn
 */
public record LearningSettings(
    int hidden,
    int epochs,
    int batch,
    float trainRate,
    float learnRate,
    float gradientNorm,
    float anchorPull,
    int replay,
    int judged,
    int candidateEvery,
    double roundTripCost,
    double margin,
    int rollbackAfter,
    long seed) {
  /** Small enough for a laptop's first minute, and slow enough to learn not to chase noise. */
  public static LearningSettings defaults() {
    return new LearningSettings(
        64, 6, 256, 1e-3f, 1e-4f, 1f, 1e-3f, 8192, 1000, 2000, 0.0006, 2e-6, 300, 42);
  }
}
