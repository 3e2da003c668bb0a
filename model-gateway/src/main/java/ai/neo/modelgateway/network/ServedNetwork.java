package ai.neo.modelgateway.network;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ServableModel;
import java.util.List;
import java.util.OptionalLong;

/**
 * An immutable network that serves. Thread-safe; holds no native memory, so that it answers for as
 * long as anybody has a reference to it, closed or not: a swap never pulls it from under a request.
 */
public final class ServedNetwork implements ServableModel {
  /**
   * Multiplications that take some 10 µs: less than handing a request to another thread and back.
   */
  private static final long QUICK_WORK = 40_000;

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

  @Override
  public int window() {
    return network.shape().window();
  }

  @Override
  public List<String> columns() {
    return ForwardPass.columns(network);
  }

  /** The weights that serve, for a learner to copy. */
  public DirectionNetwork network() {
    return network;
  }

  /** Weights are arrays of Java's. */
  @Override
  public OptionalLong offHeapBytes() {
    return OptionalLong.of(0);
  }

  @Override
  public boolean isQuick() {
    return network.shape().work() <= QUICK_WORK;
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
    return forward.run(rowMajorFeatures, rows);
  }

  /** What a network that is not registered yet would answer: the same forward pass. */
  public static Answer answers(DirectionNetwork network, float[] rowMajorFeatures, int rows) {
    return new ForwardPass(network).run(rowMajorFeatures, rows);
  }

  @Override
  public void close() {
    // Nothing but arrays: the garbage collector frees them after the last request.
  }
}
