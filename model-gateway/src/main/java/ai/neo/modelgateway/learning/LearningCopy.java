package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.DifferentiableNetwork;
import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.TrainingBatch;
import java.util.SplittableRandom;

/**
 * The learner's own weights: they begin as a copy of a champion's and are never shared with what
 * serves. Holds native memory until {@link #close}. One thread.
 */
final class LearningCopy implements AutoCloseable {
  private static final double NEWEST_LOSS_SHARE = 0.05; // a memory of some twenty updates

  private final LearningSettings settings;
  private final String version;
  private final DirectionNetwork base;
  private DifferentiableNetwork gradients;
  private final TrainingBatch batch;
  private final Adam adam;
  private final float[] anchor;
  private final float[] weights;
  private final float[] gradient;
  private final double longestWeights;
  private double recentLoss;
  private boolean updated;

  /**
   * @param version the champion's version that the copy is of
   */
  LearningCopy(LearningSettings settings, String version, DirectionNetwork base) {
    this.settings = settings;
    this.version = version;
    this.base = base;
    this.gradients = new DifferentiableNetwork(base.shape());
    this.batch = new TrainingBatch(settings.updateBatch(), base.shape().features());
    this.adam =
        new Adam(base.shape().parameters(), settings.learningRate(), settings.gradientNorm());
    this.anchor = base.parameters();
    this.weights = base.parameters();
    this.gradient = new float[anchor.length];
    this.longestWeights = settings.weightNormRatio() * Adam.norm(anchor);
  }

  String version() {
    return version;
  }

  DirectionNetwork base() {
    return base;
  }

  /** Mean loss of the newest updates; 0 before the first. */
  double recentLoss() {
    return recentLoss;
  }

  /**
   * One step on a batch from the buffer.
   *
   * @return false, with the weights back at the champion's, when anything was not finite
   */
  boolean update(ReplayBuffer buffer, SplittableRandom random) {
    buffer.draw(batch, base, random);
    gradients.setParameters(weights);
    float loss = gradients.gradient(batch, gradient);
    for (int i = 0; i < weights.length; i++) {
      gradient[i] += settings.championPull() * (weights[i] - anchor[i]);
    }
    if (!Float.isFinite(loss) || !adam.step(weights, gradient) || !bound()) {
      reset();
      gradients.close(); // it cannot take a gradient again that was not finite
      gradients = new DifferentiableNetwork(base.shape());
      return false;
    }
    recentLoss = updated ? recentLoss + NEWEST_LOSS_SHARE * (loss - recentLoss) : loss;
    updated = true;
    return true;
  }

  /** The weights as they are now, as a network that names this engine and processor. */
  DirectionNetwork snapshot(String cpu) {
    return base.withParameters(weights, DifferentiableNetwork.engineBuild(), cpu);
  }

  /** Back to the champion's weights, without momentum. */
  void reset() {
    System.arraycopy(anchor, 0, weights, 0, anchor.length);
    adam.reset();
  }

  @Override
  public void close() {
    gradients.close();
  }

  /** Shortens weights that have grown too long; false when they are not finite. */
  private boolean bound() {
    double norm = Adam.norm(weights);
    if (!Double.isFinite(norm)) {
      return false;
    }
    if (norm > longestWeights) {
      float scale = (float) (longestWeights / norm);
      for (int i = 0; i < weights.length; i++) {
        weights[i] *= scale;
      }
    }
    return true;
  }
}
