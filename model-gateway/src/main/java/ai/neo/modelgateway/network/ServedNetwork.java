package ai.neo.modelgateway.network;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ServableModel;

/**
 * An immutable network that serves. Thread-safe; holds no native memory, so that it answers for as
 * long as anybody has a reference to it, closed or not: a swap never pulls it from under a request.
 */
public final class ServedNetwork implements ServableModel {
  private final ModelArtifact artifact;
  private final DirectionNetwork network;
  private final ForwardPass forward;

  ServedNetwork(ModelArtifact artifact, DirectionNetwork network) {
    this.artifact = artifact;
    this.network = network;
    this.forward = new ForwardPass(network);
  }

  @Override
  public ModelArtifact artifact() {
    return artifact;
  }

  @Override
  public int features() {
    return network.shape().features();
  }

  /** The weights that serve, for a learner to copy. */
  public DirectionNetwork network() {
    return network;
  }

  @Override
  public boolean isQuick() {
    return true;
  }

  /** A row with a NaN gives a NaN answer; an infinite value is clipped as any extreme one. */
  @Override
  public Answer infer(float[] rowMajorFeatures, int rows) {
    if (rows < 1 || rowMajorFeatures.length != (long) rows * features()) {
      throw new IllegalArgumentException(
          "rows="
              + rows
              + " of "
              + features()
              + " features expected, values="
              + rowMajorFeatures.length);
    }
    return answers(forward, rowMajorFeatures, rows);
  }

  /** What a network that is not registered yet would answer: the same forward pass. */
  public static Answer answers(DirectionNetwork network, float[] rowMajorFeatures, int rows) {
    return answers(new ForwardPass(network), rowMajorFeatures, rows);
  }

  private static Answer answers(ForwardPass forward, float[] rowMajorFeatures, int rows) {
    float[] probabilities = new float[rows * NetworkShape.ACTIONS];
    float[] returns = new float[rows];
    forward.run(rowMajorFeatures, rows, probabilities, returns);
    return new Answer(probabilities, returns);
  }

  @Override
  public void close() {
    // Nothing but arrays: the garbage collector frees them after the last request.
  }
}
