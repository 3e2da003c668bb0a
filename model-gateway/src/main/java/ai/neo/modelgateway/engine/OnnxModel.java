package ai.neo.modelgateway.engine;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Set;

/** One loaded ONNX file. A session may run on many threads at once. */
final class OnnxModel implements ServableModel {

  private final ModelArtifact artifact;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final int features;
  private final Set<String> outputs;
  private final InFlight running;

  OnnxModel(
      ModelArtifact artifact,
      OrtEnvironment environment,
      OrtSession session,
      int features,
      boolean expectsReturn) {
    this.artifact = artifact;
    this.environment = environment;
    this.session = session;
    this.features = features;
    this.outputs =
        expectsReturn
            ? Set.of(OnnxEngine.ACTION_PROBABILITIES, OnnxEngine.EXPECTED_RETURN)
            : Set.of(OnnxEngine.ACTION_PROBABILITIES);
    this.running = new InFlight(this::free);
  }

  @Override
  public ModelArtifact artifact() {
    return artifact;
  }

  @Override
  public int features() {
    return features;
  }

  /** A graph may be of any size. */
  @Override
  public boolean isQuick() {
    return false;
  }

  @Override
  public Answer infer(float[] rowMajorFeatures, int rows) {
    if (rows < 1 || rowMajorFeatures.length != (long) rows * features) {
      throw new IllegalArgumentException(
          "expected " + rows + " × " + features + " numbers, got " + rowMajorFeatures.length);
    }
    if (!running.enter()) {
      throw new IllegalStateException(artifact + " is closed");
    }
    long[] shape = {rows, features};
    try (OnnxTensor input =
            OnnxTensor.createTensor(environment, FloatBuffer.wrap(rowMajorFeatures), shape);
        OrtSession.Result result = session.run(Map.of(OnnxEngine.FEATURES, input), outputs)) {
      float[] probabilities =
          floats(result, OnnxEngine.ACTION_PROBABILITIES, (long) rows * Answer.ACTIONS);
      float[] returns =
          outputs.contains(OnnxEngine.EXPECTED_RETURN)
              ? floats(result, OnnxEngine.EXPECTED_RETURN, rows)
              : new float[0];
      return new Answer(probabilities, returns);
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime failed: " + e.getMessage(), e);
    } finally {
      running.leave();
    }
  }

  private static float[] floats(OrtSession.Result result, String name, long expected) {
    OnnxValue value = result.get(name).orElseThrow(() -> new IllegalStateException("no " + name));
    FloatBuffer buffer = ((OnnxTensor) value).getFloatBuffer();
    if (buffer.remaining() != expected) {
      throw new IllegalStateException(
          "output '" + name + "' has " + buffer.remaining() + " numbers, expected " + expected);
    }
    float[] numbers = new float[buffer.remaining()];
    buffer.get(numbers);
    return numbers;
  }

  @Override
  public void close() {
    running.retire();
  }

  private void free() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime cannot free " + artifact, e);
    }
  }
}
