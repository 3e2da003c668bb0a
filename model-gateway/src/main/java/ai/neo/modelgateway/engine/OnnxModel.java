package ai.neo.modelgateway.engine;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** One loaded ONNX file. A session may run on many threads at once. */
final class OnnxModel implements ServableModel {

  private final ModelArtifact artifact;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Contract contract;
  private final OptionalLong offHeapBytes;
  private final Set<String> outputs;
  private final InFlight running;

  /**
   * What the file takes and answers.
   *
   * @param features T · F
   * @param window T
   * @param columns the further outputs that it has
   */
  record Contract(int features, int window, boolean expectsReturn, List<String> columns) {}

  OnnxModel(OnnxSession opened, Contract contract) {
    this.artifact = opened.artifact();
    this.environment = opened.environment();
    this.session = opened.session();
    this.offHeapBytes = opened.offHeapBytes();
    this.contract = contract;
    Set<String> wanted = new HashSet<>(contract.columns());
    wanted.add(OnnxEngine.ACTION_PROBABILITIES);
    if (contract.expectsReturn()) {
      wanted.add(OnnxEngine.EXPECTED_RETURN);
    }
    this.outputs = Set.copyOf(wanted);
    this.running = new InFlight(this::free);
  }

  @Override
  public ModelArtifact artifact() {
    return artifact;
  }

  @Override
  public int features() {
    return contract.features();
  }

  @Override
  public int window() {
    return contract.window();
  }

  @Override
  public List<String> columns() {
    return contract.columns();
  }

  /** A graph may be of any size. */
  @Override
  public boolean isQuick() {
    return false;
  }

  @Override
  public OptionalLong offHeapBytes() {
    return offHeapBytes;
  }

  @Override
  public Answer infer(float[] rowMajorFeatures, int rows) {
    if (rows < 1 || rowMajorFeatures.length != (long) rows * contract.features()) {
      throw new IllegalArgumentException(
          "expected "
              + rows
              + " × "
              + contract.features()
              + " numbers, got "
              + rowMajorFeatures.length);
    }
    if (!running.enter()) {
      throw new IllegalStateException(artifact + " is closed");
    }
    long[] shape = {rows, contract.features()};
    try (OnnxTensor input =
            OnnxTensor.createTensor(environment, FloatBuffer.wrap(rowMajorFeatures), shape);
        OrtSession.Result result = session.run(Map.of(OnnxEngine.FEATURES, input), outputs)) {
      float[] probabilities =
          floats(result, OnnxEngine.ACTION_PROBABILITIES, (long) rows * Answer.ACTIONS);
      float[] returns =
          outputs.contains(OnnxEngine.EXPECTED_RETURN)
              ? floats(result, OnnxEngine.EXPECTED_RETURN, rows)
              : new float[0];
      List<Answer.Column> columns = new ArrayList<>();
      for (String name : contract.columns()) {
        columns.add(new Answer.Column(name, floats(result, name, rows)));
      }
      return new Answer(probabilities, returns, columns);
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
