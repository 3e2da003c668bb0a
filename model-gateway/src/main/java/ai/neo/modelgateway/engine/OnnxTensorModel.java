package ai.neo.modelgateway.engine;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** One loaded ONNX file of any signature. A session may run on many threads at once. */
final class OnnxTensorModel implements TensorModel {

  private final ModelArtifact artifact;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final TensorSignature signature;
  private final UnsignedCasts casts;
  private final OptionalLong offHeapBytes;
  private final InFlight running;

  private OnnxTensorModel(OnnxSession opened, TensorSignature signature) throws OrtException {
    this.artifact = opened.artifact();
    this.environment = opened.environment();
    this.session = opened.session();
    this.offHeapBytes = opened.offHeapBytes();
    this.signature = signature;
    this.casts = UnsignedCasts.of(environment, signature.inputs());
    this.running = new InFlight(this::free);
  }

  /** Takes the session over, unless it throws. */
  static OnnxTensorModel of(OnnxSession opened) throws OrtException, ModelRefusedException {
    OrtSession session = opened.session();
    TensorSignature signature =
        new TensorSignature(
            specs(session.getInputInfo().values()), specs(session.getOutputInfo().values()));
    return new OnnxTensorModel(opened, signature);
  }

  private static List<TensorSignature.Spec> specs(Collection<NodeInfo> nodes)
      throws ModelRefusedException {
    List<TensorSignature.Spec> specs = new ArrayList<>();
    for (NodeInfo node : nodes) {
      specs.add(OnnxTensors.spec(node));
    }
    return specs;
  }

  @Override
  public ModelArtifact artifact() {
    return artifact;
  }

  @Override
  public TensorSignature signature() {
    return signature;
  }

  @Override
  public OptionalLong offHeapBytes() {
    return offHeapBytes;
  }

  @Override
  public Optional<String> objection(Tensors inputs) {
    return inputs.values().stream()
        .filter(value -> value.type() == ElementType.BYTES)
        .flatMap(value -> JavaStrings.objection(value).stream())
        .findFirst();
  }

  @Override
  public Tensors infer(Tensors inputs) {
    if (!running.enter()) {
      throw new IllegalStateException(artifact + " is closed");
    }
    Map<String, OnnxTensor> given = new HashMap<>();
    try {
      for (TensorValue value : inputs.values()) {
        given.put(value.name(), OnnxTensors.toRuntime(environment, value, casts));
      }
      try (OrtSession.Result result = session.run(given)) {
        List<TensorValue> outputs = new ArrayList<>();
        long bytes = 0;
        for (TensorSignature.Spec output : signature.outputs()) {
          OnnxValue value = result.get(output.name()).orElseThrow();
          outputs.add(OnnxTensors.fromRuntime(output, value, bytes));
          bytes += outputs.getLast().data().size();
        }
        return new Tensors(outputs, inputs.rows(), inputs.batched());
      }
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime failed: " + e.getMessage(), e);
    } finally {
      given.values().forEach(OnnxTensor::close);
      running.leave();
    }
  }

  @Override
  public void close() {
    running.retire();
  }

  private void free() {
    try {
      casts.close();
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime cannot free " + artifact, e);
    }
  }
}
