package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ElementType;
import ai.neo.modelgateway.engine.FeatureRows;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.Platform;
import ai.neo.modelgateway.engine.Question;
import ai.neo.modelgateway.engine.TensorValue;
import ai.neo.modelgateway.engine.Tensors;
import ai.neo.modelgateway.scheduling.Caller;
import ai.neo.modelgateway.serving.ServedVersion;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.modelgateway.serving.TensorContract;
import ai.neo.modelgateway.serving.TensorContract.Port;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Writes a version's reply as the protocol's response, with who gave it. */
record Replied(ModelInferRequest request, ServingCatalog.Entered entered, Wanted wanted) {

  private static final String CHAMPION = "champion";

  /**
   * The response.
   *
   * @throws RefusedRequestException when it would be larger than an answer may be
   */
  ModelInferResponse with(Question question, Caller.Result result) throws RefusedRequestException {
    ModelInferResponse.Builder response = signed(batchShape(question, result.batchRows()));
    switch (result.reply()) {
      case Answer answer -> add(response, answer);
      case Tensors tensors -> add(response, tensors);
    }
    return response.build();
  }

  private ModelInferResponse.Builder signed(String batchShape) {
    ModelArtifact artifact = version().artifact();
    return ModelInferResponse.newBuilder()
        .setModelName(request.getModelName())
        .setModelVersion(artifact.version())
        .setId(request.getId())
        .putParameters("model_digest", text(artifact.digest()))
        .putParameters("feature_set_id", text(artifact.featureSetId()))
        .putParameters("alias", text(entered.champion() ? CHAMPION : ""))
        .putParameters("batch_shape", text(batchShape))
        .putParameters("engine", text(Platform.of(artifact.format()).engine()))
        .putParameters("epoch", InferParameter.newBuilder().setInt64Param(entered.epoch()).build());
  }

  /** Of the first input, as the engine saw it; empty when there was none. */
  private String batchShape(Question question, int batchRows) {
    return switch (question) {
      case FeatureRows rows -> "[" + batchRows + "," + version().model().features() + "]";
      case Tensors tensors when tensors.values().isEmpty() -> "";
      case Tensors tensors -> {
        List<Long> shape = new ArrayList<>(tensors.values().getFirst().shape());
        if (tensors.batched()) {
          shape.set(0, (long) batchRows);
        }
        yield shape.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
      }
    };
  }

  private void add(ModelInferResponse.Builder response, Answer answer)
      throws RefusedRequestException {
    for (Port port : ModelTensors.outputs(version())) {
      if (!wanted.includes(port)) {
        continue;
      }
      float[] numbers =
          switch (port.name()) {
            case ModelTensors.ACTION_PROBABILITIES -> answer.actionProbabilities();
            case ModelTensors.EXPECTED_RETURN -> answer.expectedReturn();
            default -> answer.column(port.name());
          };
      List<Long> shape = List.of((long) answer.rows(), port.dims().getLast());
      add(response, port, shape, littleEndian(numbers));
    }
  }

  private void add(ModelInferResponse.Builder response, Tensors tensors)
      throws RefusedRequestException {
    TensorContract contract = version().tensors().orElseThrow();
    for (Port port : contract.outputs()) {
      if (!wanted.includes(port)) {
        continue;
      }
      TensorValue value =
          tensors.values().stream()
              .filter(one -> one.name().equals(port.name()))
              .findFirst()
              .orElseThrow(() -> new IllegalStateException("the model lost " + port.name()));
      List<Long> shape = new ArrayList<>();
      if (tensors.batched()) {
        shape.add(value.shape().getFirst());
      }
      shape.addAll(port.outward(value.shape().subList(shape.size(), value.shape().size())));
      add(response, port, shape, value.data());
    }
  }

  private void add(
      ModelInferResponse.Builder response, Port port, List<Long> shape, ByteString data)
      throws RefusedRequestException {
    Optional<Classification> classification = wanted.classification(port);
    if (classification.isEmpty()) {
      put(response, new TensorValue(port.name(), port.type(), shape, data));
      return;
    }
    Classification.Classes classes =
        classification
            .get()
            .of(
                Classification.Numbers.of(port.type(), shape, data),
                version().maxBatchSize() > 0,
                version().terms().labels(port.name()));
    put(
        response,
        new TensorValue(port.name(), ElementType.BYTES, classes.shape(), classes.packed()));
  }

  private static void put(ModelInferResponse.Builder response, TensorValue value) {
    response
        .addOutputs(
            ModelInferResponse.InferOutputTensor.newBuilder()
                .setName(value.name())
                .setDatatype(value.type().name())
                .addAllShape(value.shape()))
        .addRawOutputContents(value.data());
  }

  private ServedVersion version() {
    return entered.version();
  }

  private static ByteString littleEndian(float[] numbers) {
    ByteBuffer bytes =
        ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(numbers);
    return UnsafeByteOperations.unsafeWrap(bytes.array());
  }

  private static InferParameter text(String value) {
    return InferParameter.newBuilder().setStringParam(value).build();
  }
}
