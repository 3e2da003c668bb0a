package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.DifferentiableNetwork;
import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.ServedNetwork;
import ai.neo.modelgateway.network.TrainingBatch;
import ai.neo.proto.learning.v1.CopyImage;
import java.util.List;
import java.util.Optional;

/**
 * The learner's own weights: they begin as a copy of a champion's and are never shared with what
 * serves. Holds native memory until {@link #close}. One thread.
 */
final class LearningCopy implements AutoCloseable {
  private static final double NEWEST_LOSS_SHARE = 0.05; // a memory of some twenty updates

  /** A step that is still too far at a sixteenth leads nowhere useful. */
  private static final int MAX_HALVINGS = 4;

  private final LearningSettings settings;
  private final String version;
  private final DirectionNetwork base;
  private DifferentiableNetwork gradients;
  private final TrainingBatch batch;
  private final Adam adam;
  private final float[] anchor;
  private final float[] weights;
  private final float[] before;
  private final float[] gradient;
  private final double longestWeights;
  private DirectionNetwork present;
  private Optional<Probe> probe = Optional.empty();
  private float[] importance = {};
  private double recentLoss;
  private boolean updated;

  /** What came of a step. */
  enum Step {
    /** The weights moved. */
    TAKEN,
    /** They moved less far, so that the answers stay near the champion's. */
    SHORTENED,
    /** They did not move: however short, the step led too far from the champion's answers. */
    REFUSED,
    /** Loss, gradient or weights were not finite; the weights are the champion's again. */
    NOT_FINITE
  }

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
    this.before = base.parameters();
    this.gradient = new float[anchor.length];
    this.longestWeights = settings.weightNormRatio() * Adam.norm(anchor);
    this.present = base;
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

  /** Mean −log of the right action's probability, by the present weights. */
  double loss(List<Sample> samples) {
    return mean(losses(present, samples));
  }

  /** The same by the weights that the copy began from. */
  double baseLoss(List<Sample> samples) {
    return mean(losses(base, samples));
  }

  /** One step on a batch from the memory's buffer. */
  Step update(Memory memory) {
    ReplayBuffer buffer = memory.replay();
    measureImportance(buffer);
    buffer.draw(batch, base, memory.random());
    gradients.setParameters(weights);
    float loss = gradients.gradient(batch, gradient);
    if (buffer.wantsLosses()) {
      buffer.learned(losses(present, buffer.drawn()));
    }
    pullToAnchor();
    System.arraycopy(weights, 0, before, 0, weights.length);
    if (!Float.isFinite(loss) || !adam.step(weights, gradient) || !bound()) {
      reset();
      gradients.close(); // it cannot take a gradient again that was not finite
      gradients = new DifferentiableNetwork(base.shape());
      return Step.NOT_FINITE;
    }
    recentLoss = updated ? recentLoss + NEWEST_LOSS_SHARE * (loss - recentLoss) : loss;
    updated = true;
    return keepNear(memory);
  }

  /** The weights as they are now, as a network that names the engine and processor. */
  DirectionNetwork snapshot(String engine, String cpu) {
    return base.withParameters(weights, engine, cpu);
  }

  /** Back to the champion's weights, without momentum. */
  void reset() {
    System.arraycopy(anchor, 0, weights, 0, anchor.length);
    adam.reset();
    present = base;
  }

  CopyImage.Builder image() {
    CopyImage.Builder image = CopyImage.newBuilder();
    for (float weight : weights) {
      image.addWeights(weight);
    }
    for (float value : importance) {
      image.addImportance(value);
    }
    adam.write(image);
    return image.setRecentLoss(recentLoss).setUpdated(updated);
  }

  void read(CopyImage image) {
    for (int i = 0; i < weights.length; i++) {
      weights[i] = image.getWeights(i);
    }
    importance = new float[image.getImportanceCount()];
    for (int i = 0; i < importance.length; i++) {
      importance[i] = image.getImportance(i);
    }
    adam.read(image);
    recentLoss = image.getRecentLoss();
    updated = image.getUpdated();
    present = now();
  }

  @Override
  public void close() {
    gradients.close();
  }

  private DirectionNetwork now() {
    return base.withParameters(weights, base.provenance().engine(), base.provenance().cpu());
  }

  private void measureImportance(ReplayBuffer buffer) {
    if (settings.guards().importancePull() > 0
        && importance.length == 0
        && buffer.size() >= FisherInformation.SAMPLES) {
      importance =
          FisherInformation.diagonal(gradients, base, buffer.newest(FisherInformation.SAMPLES));
    }
  }

  private void pullToAnchor() {
    float pull = settings.guards().importancePull();
    for (int i = 0; i < weights.length; i++) {
      float away = weights[i] - anchor[i];
      gradient[i] += settings.championPull() * away;
      if (importance.length > 0) {
        gradient[i] += pull * importance[i] * away;
      }
    }
  }

  /** Halves the step until the answers on the probe set are near enough. */
  private Step keepNear(Memory memory) {
    present = now();
    double furthest = settings.guards().probeChange();
    if (furthest >= 1 || !memory.probeIsFull()) {
      return Step.TAKEN;
    }
    if (probe.isEmpty()) {
      probe = Optional.of(new Probe(base, memory.probe()));
    }
    for (int halvings = 0; halvings <= MAX_HALVINGS; halvings++) {
      if (probe.get().change(present) <= furthest) {
        return halvings == 0 ? Step.TAKEN : Step.SHORTENED;
      }
      boolean last = halvings == MAX_HALVINGS;
      for (int i = 0; i < weights.length; i++) {
        weights[i] = last ? before[i] : before[i] + (weights[i] - before[i]) / 2;
      }
      present = now();
    }
    return Step.REFUSED;
  }

  private static double[] losses(DirectionNetwork network, List<Sample> samples) {
    float[] p =
        ServedNetwork.answers(network, Sample.rows(samples), samples.size()).actionProbabilities();
    double[] losses = new double[samples.size()];
    for (int row = 0; row < losses.length; row++) {
      losses[row] = Score.logLoss(p, row, samples.get(row).outcome());
    }
    return losses;
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / Math.max(1, values.length);
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
