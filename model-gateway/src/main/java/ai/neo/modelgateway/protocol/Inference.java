package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.serving.ServedVersion;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.modelgateway.serving.VersionStatistics;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers one inference request from the catalog, on the caller's thread. Safe for any thread. */
final class Inference {

  private static final Logger LOG = LoggerFactory.getLogger(Inference.class);

  /** 64 rows of 64 features: some 0.2 ms of a quick model. */
  private static final int QUICK_BYTES = 16 << 10;

  private final ServingCatalog catalog;

  Inference(ServingCatalog catalog) {
    this.catalog = catalog;
  }

  /**
   * Whether the answer takes less than a hand-over to another thread: a small request to a quick
   * model, or a refusal.
   */
  boolean isQuick(ModelInferRequest request) throws RefusedRequestException {
    String version = VersionNumber.read(request.getModelVersion());
    return request.getSerializedSize() <= QUICK_BYTES
        && catalog.isQuick(request.getModelName(), version);
  }

  /**
   * The answer, from exactly one version of the model.
   *
   * @param received when the request came, by {@link System#nanoTime}
   */
  ModelInferResponse answer(ModelInferRequest request, long received)
      throws RefusedRequestException {
    ServingCatalog.Entered entered =
        ModelAvailability.enter(catalog, request.getModelName(), request.getModelVersion());
    try {
      return answer(request, entered, received);
    } finally {
      entered.version().leave();
    }
  }

  private static ModelInferResponse answer(
      ModelInferRequest request, ServingCatalog.Entered entered, long received)
      throws RefusedRequestException {
    ServedVersion version = entered.version();
    long started = System.nanoTime();
    RequestParameters.check(request);
    List<ModelTensors.Tensor> outputs = wanted(request, ModelTensors.outputs(version));
    InputReader.Rows rows = InputReader.read(request, version.model().features());
    requireWanted(version);
    long prepared = System.nanoTime();
    Answer answer = infer(request, version, rows, prepared);
    long inferred = System.nanoTime();
    ModelInferResponse response = encode(request, entered, outputs, answer);
    VersionStatistics.Stations stations =
        new VersionStatistics.Stations(received, started, prepared, inferred, System.nanoTime());
    version.statistics().succeeded(stations, rows.count(), System.currentTimeMillis());
    return response;
  }

  /** The outputs that were asked for, in the model's order and each once; all when none was. */
  private static List<ModelTensors.Tensor> wanted(
      ModelInferRequest request, List<ModelTensors.Tensor> offered) throws RefusedRequestException {
    if (request.getOutputsCount() == 0) {
      return offered;
    }
    Set<String> names = offered.stream().map(ModelTensors.Tensor::name).collect(Collectors.toSet());
    Set<String> asked =
        request.getOutputsList().stream()
            .map(ModelInferRequest.InferRequestedOutputTensor::getName)
            .collect(Collectors.toSet());
    for (String name : asked) {
      if (!names.contains(name)) {
        throw RefusedRequestException.invalid(
            "unexpected inference output '"
                + name
                + "' for model '"
                + request.getModelName()
                + "'");
      }
    }
    return offered.stream().filter(tensor -> asked.contains(tensor.name())).toList();
  }

  /** What nobody waits for any more is not computed: its place is for those who still wait. */
  private static void requireWanted(ServedVersion version) throws RefusedRequestException {
    Context call = Context.current();
    Deadline deadline = call.getDeadline();
    if (call.isCancelled()) {
      version.statistics().abandoned();
      Status why = Contexts.statusFromCancelled(call);
      throw RefusedRequestException.of(why.getCode(), why.getCode() + " before it was computed");
    }
    if (deadline != null && deadline.isExpired()) {
      version.statistics().abandoned();
      throw RefusedRequestException.of(
          Status.Code.DEADLINE_EXCEEDED, "the deadline passed before it was computed");
    }
  }

  private static Answer infer(
      ModelInferRequest request, ServedVersion version, InputReader.Rows rows, long prepared)
      throws RefusedRequestException {
    if (rows.count() == 0) {
      return new Answer(new float[0], new float[0]);
    }
    String problem;
    try {
      Answer answer = version.model().infer(rows.values(), rows.count());
      if (answer.rows() == rows.count() && answer.isFinite()) {
        return answer;
      }
      problem = "its answer is not finite, or has not one row for each row asked";
    } catch (IllegalStateException | IllegalArgumentException e) {
      LOG.error("{} failed on a request of {} rows", version.artifact(), rows.count(), e);
      problem = e.getMessage();
    }
    version.statistics().failed(System.nanoTime() - prepared);
    throw RefusedRequestException.byModel(
        "Failed to process the request(s) for model '"
            + request.getModelName()
            + "' version "
            + version.version()
            + ", message: "
            + problem);
  }

  private static ModelInferResponse encode(
      ModelInferRequest request,
      ServingCatalog.Entered entered,
      List<ModelTensors.Tensor> outputs,
      Answer answer) {
    ModelArtifact artifact = entered.version().artifact();
    ModelInferResponse.Builder response =
        ModelInferResponse.newBuilder()
            .setModelName(request.getModelName())
            .setModelVersion(artifact.version())
            .setId(request.getId())
            .putParameters("model_digest", text(artifact.digest()))
            .putParameters("feature_set_id", text(artifact.featureSetId()))
            .putParameters("engine", text(Platform.of(artifact.format()).engine()))
            .putParameters(
                "epoch", InferParameter.newBuilder().setInt64Param(entered.epoch()).build());
    for (ModelTensors.Tensor tensor : outputs) {
      float[] numbers =
          tensor.name().equals(ModelTensors.EXPECTED_RETURN)
              ? answer.expectedReturn()
              : answer.actionProbabilities();
      response.addOutputs(
          ModelInferResponse.InferOutputTensor.newBuilder()
              .setName(tensor.name())
              .setDatatype(ModelTensors.DATATYPE)
              .addShape(answer.rows())
              .addShape(tensor.columns()));
      response.addRawOutputContents(littleEndian(numbers));
    }
    return response.build();
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
