package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.modelgateway.serving.ServingCatalog;
import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelMetadataRequest;
import inference.ModelMetadataResponse;
import inference.ModelReadyRequest;
import inference.ModelReadyResponse;
import inference.ModelStatisticsRequest;
import inference.ModelStatisticsResponse;
import inference.RepositoryIndexRequest;
import inference.RepositoryIndexResponse;
import inference.ServerLiveRequest;
import inference.ServerLiveResponse;
import inference.ServerMetadataRequest;
import inference.ServerMetadataResponse;
import inference.ServerReadyRequest;
import inference.ServerReadyResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Answers the protocol from the catalog. Nothing here blocks: it runs on the transport's threads.
 *
 * <p>The default version is the champion. Outputs are always raw; the answer's parameters name
 * digest, epoch, feature set and engine of exactly the version that computed it.
 */
public final class InferenceService extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
  private static final String NAME = "neo";
  private static final String VERSION = "0.1.0";
  private static final String PROBABILITIES = "action_probabilities";
  private static final String EXPECTED_RETURN = "expected_return";
  private static final String FP32 = "FP32";
  private static final int ACTIONS = 3;
  private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,18}");

  private final ServingCatalog catalog;
  private final Statistics statistics;

  public InferenceService(ServingCatalog catalog, Statistics statistics) {
    this.catalog = catalog;
    this.statistics = statistics;
  }

  @Override
  public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> reply) {
    answer(reply, () -> ServerLiveResponse.newBuilder().setLive(true).build());
  }

  @Override
  public void serverReady(ServerReadyRequest request, StreamObserver<ServerReadyResponse> reply) {
    answer(reply, () -> ServerReadyResponse.newBuilder().setReady(true).build());
  }

  @Override
  public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> reply) {
    answer(
        reply,
        () -> {
          checkVersion(request.getVersion());
          boolean ready =
              request.getVersion().isEmpty()
                  ? catalog.champion(request.getName()).isPresent()
                  : catalog.loaded(request.getName(), request.getVersion()).isPresent();
          return ModelReadyResponse.newBuilder().setReady(ready).build();
        });
  }

  @Override
  public void serverMetadata(
      ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> reply) {
    answer(
        reply,
        () ->
            ServerMetadataResponse.newBuilder()
                .setName(NAME)
                .setVersion(VERSION)
                .addAllExtensions(List.of("model_repository", "statistics", "parameters"))
                .build());
  }

  @Override
  public void modelMetadata(
      ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> reply) {
    answer(
        reply,
        () -> {
          ServableModel model = model(request.getName(), request.getVersion());
          return ModelMetadataResponse.newBuilder()
              .setName(request.getName())
              .addVersions(model.artifact().version())
              .setPlatform(model.engine())
              .addInputs(tensor(RequestReader.INPUT, model.features()))
              .addOutputs(tensor(PROBABILITIES, ACTIONS))
              .addOutputs(tensor(EXPECTED_RETURN, 1))
              .build();
        });
  }

  private static ModelMetadataResponse.TensorMetadata tensor(String name, int width) {
    return ModelMetadataResponse.TensorMetadata.newBuilder()
        .setName(name)
        .setDatatype(FP32)
        .addShape(-1)
        .addShape(width)
        .build();
  }

  @Override
  public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> reply) {
    answer(reply, () -> infer(request));
  }

  private ModelInferResponse infer(ModelInferRequest request) {
    // The epoch is read first: if a swap comes between, the answer claims the older one.
    long epoch = catalog.epoch(request.getModelName());
    ServableModel model = model(request.getModelName(), request.getModelVersion());
    String version = model.artifact().version();
    RequestReader.Rows rows = RequestReader.read(request, model.features());
    long started = System.nanoTime();
    Answer answer = model.infer(rows.values(), rows.count());
    for (float value : answer.actionProbabilities()) {
      if (!Float.isFinite(value)) {
        statistics.failed(request.getModelName(), version);
        throw Status.INTERNAL
            .withDescription("version " + version + " computed a probability of " + value)
            .asRuntimeException();
      }
    }
    ModelInferResponse.Builder response =
        ModelInferResponse.newBuilder()
            .setModelName(request.getModelName())
            .setModelVersion(version)
            .setId(request.getId())
            .putParameters("model_digest", text(model.artifact().digest()))
            .putParameters("feature_set_id", text(model.artifact().featureSetId()))
            .putParameters("engine", text(model.engine()))
            .putParameters("epoch", InferParameter.newBuilder().setInt64Param(epoch).build());
    List<String> wanted =
        request.getOutputsList().stream()
            .map(ModelInferRequest.InferRequestedOutputTensor::getName)
            .toList();
    for (String name : wanted) {
      if (!name.equals(PROBABILITIES) && !name.equals(EXPECTED_RETURN)) {
        throw Status.INVALID_ARGUMENT
            .withDescription(
                "unexpected inference output '"
                    + name
                    + "' for model '"
                    + request.getModelName()
                    + "'")
            .asRuntimeException();
      }
    }
    if (wanted.isEmpty() || wanted.contains(PROBABILITIES)) {
      add(response, PROBABILITIES, rows.count(), ACTIONS, answer.actionProbabilities());
    }
    if ((wanted.isEmpty() || wanted.contains(EXPECTED_RETURN))
        && answer.expectedReturn().length == rows.count()) {
      add(response, EXPECTED_RETURN, rows.count(), 1, answer.expectedReturn());
    }
    statistics.succeeded(
        request.getModelName(), version, rows.count(), System.nanoTime() - started);
    return response.build();
  }

  private static void add(
      ModelInferResponse.Builder response, String name, int rows, int width, float[] values) {
    ByteBuffer raw =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    response
        .addOutputs(
            ModelInferResponse.InferOutputTensor.newBuilder()
                .setName(name)
                .setDatatype(FP32)
                .addShape(rows)
                .addShape(width))
        .addRawOutputContents(ByteString.copyFrom(raw.array()));
  }

  private static InferParameter text(String value) {
    return InferParameter.newBuilder().setStringParam(value).build();
  }

  @Override
  public void modelStatistics(
      ModelStatisticsRequest request, StreamObserver<ModelStatisticsResponse> reply) {
    answer(
        reply,
        () -> {
          ModelStatisticsResponse.Builder response = ModelStatisticsResponse.newBuilder();
          statistics.each(
              (model, row) -> {
                if (request.getName().isEmpty()
                    || (request.getName().equals(model)
                        && (request.getVersion().isEmpty()
                            || request.getVersion().equals(row.getVersion())))) {
                  response.addModelStats(row);
                }
              });
          if (!request.getName().isEmpty()
              && response.getModelStatsCount() == 0
              && catalog.champion(request.getName()).isEmpty()) {
            throw Status.INVALID_ARGUMENT
                .withDescription("requested model '" + request.getName() + "' is not available")
                .asRuntimeException();
          }
          return response.build();
        });
  }

  @Override
  public void repositoryIndex(
      RepositoryIndexRequest request, StreamObserver<RepositoryIndexResponse> reply) {
    answer(
        reply,
        () -> {
          if (!request.getRepositoryName().isEmpty()) {
            throw Status.UNIMPLEMENTED
                .withDescription("'repository_name' specification is not supported")
                .asRuntimeException();
          }
          RepositoryIndexResponse.Builder response = RepositoryIndexResponse.newBuilder();
          for (String name : catalog.models()) {
            catalog
                .champion(name)
                .ifPresent(
                    champion ->
                        response.addModels(
                            RepositoryIndexResponse.ModelIndex.newBuilder()
                                .setName(name)
                                .setVersion(champion.artifact().version())
                                .setState("READY")));
          }
          return response.build();
        });
  }

  private ServableModel model(String name, String version) {
    checkVersion(version);
    if (version.isEmpty()) {
      return catalog.champion(name).orElseThrow(() -> unknown(name, "is not found"));
    }
    return catalog
        .loaded(name, Long.toString(Long.parseLong(version)))
        .orElseThrow(
            () ->
                catalog.champion(name).isPresent()
                    ? unknown(name, "version " + version + " is not found")
                    : unknown(name, "is not found"));
  }

  private static void checkVersion(String version) {
    if (version.isEmpty()) {
      return;
    }
    if (!INTEGER.matcher(version).matches()) {
      throw Status.INVALID_ARGUMENT
          .withDescription(
              "failed to get model version from specified version string '"
                  + version
                  + "' (details: stol), version should be an integral value > 0")
          .asRuntimeException();
    }
    if (version.startsWith("-")) {
      throw Status.INVALID_ARGUMENT
          .withDescription(
              "invalid model version specified '"
                  + version
                  + "' , version should be an integral value > 0")
          .asRuntimeException();
    }
  }

  private static StatusRuntimeException unknown(String name, String what) {
    return Status.NOT_FOUND
        .withDescription("Request for unknown model: '" + name + "' " + what)
        .asRuntimeException();
  }

  private static <T> void answer(StreamObserver<T> reply, Supplier<T> work) {
    T answer;
    try {
      answer = work.get();
    } catch (StatusRuntimeException e) {
      reply.onError(e);
      return;
    }
    reply.onNext(answer);
    reply.onCompleted();
  }
}
