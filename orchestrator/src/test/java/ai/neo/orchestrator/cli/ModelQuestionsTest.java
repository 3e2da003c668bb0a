package ai.neo.orchestrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.proto.learning.v1.ExplainRequest;
import ai.neo.proto.learning.v1.Explanation;
import ai.neo.proto.learning.v1.ExplanationServiceGrpc;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import ai.neo.proto.registry.v1.VersionName;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelMetadataRequest;
import inference.ModelMetadataResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./neo model explain} and {@code bench}, against a gateway that has one version loaded. */
class ModelQuestionsTest {
  @TempDir private Path directory;

  private final AtomicReference<String> explained = new AtomicReference<>("");
  private final Inference inference = new Inference();
  private GatewayOfTests gateway;

  @BeforeEach
  void start() throws Exception {
    gateway = new GatewayOfTests(directory, inference, new Registry(), new Explaining());
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  /** Has a champion loaded and no other version; addmul takes two inputs. */
  private static final class Inference
      extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    private final AtomicInteger asked = new AtomicInteger();
    private volatile int failFrom = Integer.MAX_VALUE;

    @Override
    public void modelMetadata(
        ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> caller) {
      if (!request.getVersion().isEmpty()) {
        caller.onError(
            Status.NOT_FOUND
                .withDescription("Request for unknown model: 'direction' version is not found")
                .asException());
        return;
      }
      ModelMetadataResponse.TensorMetadata.Builder input =
          ModelMetadataResponse.TensorMetadata.newBuilder()
              .setName("in")
              .setDatatype("FP32")
              .addShape(-1)
              .addShape(2);
      caller.onNext(ModelMetadataResponse.newBuilder().addInputs(input).build());
      caller.onCompleted();
    }

    @Override
    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> caller) {
      if (request.getModelName().equals("addmul") || asked.incrementAndGet() > failFrom) {
        caller.onError(
            Status.INVALID_ARGUMENT
                .withDescription("expected 2 inputs but got 1 inputs for model 'addmul'")
                .asException());
        return;
      }
      caller.onNext(ModelInferResponse.getDefaultInstance());
      caller.onCompleted();
    }
  }

  /** Has versions 1 and 2. */
  private static final class Registry extends RegistryServiceGrpc.RegistryServiceImplBase {
    @Override
    public void getVersion(VersionName asked, StreamObserver<ModelVersion> caller) {
      if (asked.getVersion().equals("99")) {
        caller.onError(
            Status.NOT_FOUND.withDescription("direction has no version 99").asException());
        return;
      }
      caller.onNext(
          ModelVersion.newBuilder()
              .setModel(asked.getModel())
              .setVersion(asked.getVersion())
              .build());
      caller.onCompleted();
    }
  }

  private final class Explaining extends ExplanationServiceGrpc.ExplanationServiceImplBase {
    @Override
    public void explain(ExplainRequest request, StreamObserver<Explanation> caller) {
      explained.set(request.getPredictionId());
      caller.onNext(Explanation.newBuilder().setWindow(1).build());
      caller.onCompleted();
    }
  }

  @Test
  void aPredictionIsNamedAsPageApiAndLogsNameIt() {
    assertThat(gateway.neo("model", "explain", "direction", "--prediction", "533").code()).isZero();
    assertThat(explained).hasValue("run-7-533");
    gateway.neo("model", "explain", "direction", "--prediction", "run-1-20", "--json");
    assertThat(explained).hasValue("run-1-20");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "3601"})
  void aTimeThatIsNoneIsUsage(String seconds) {
    GatewayOfTests.Result result =
        gateway.neo("model", "explain", "direction", "--prediction", "1", "--timeout", seconds);
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("--timeout must be 1 to 3600 seconds, is " + seconds);
    assertThat(explained).hasValue("");
  }

  @Test
  void aVersionThatIsNotLoadedIsToldHowToLoadIt() {
    GatewayOfTests.Result result = bench("direction@2");
    assertThat(result.code()).isEqualTo(Neo.DIFFERENT);
    assertThat(result.err())
        .contains("direction version 2 is not loaded")
        .contains("./neo model route direction --shadow 2");
    GatewayOfTests.Result none = bench("direction@99");
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("direction has no version 99");
  }

  @Test
  void whatAModelOfOtherInputsSaysIsToldAtOnce() {
    GatewayOfTests.Result result = bench("addmul");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err().strip())
        .isEqualTo("neo: expected 2 inputs but got 1 inputs for model 'addmul'");
    assertThat(new JsonObject(result.out()).getInteger("exit_code")).isEqualTo(2);
  }

  @Test
  void failuresUnderLoadAreToldWithTheirReason() {
    inference.failFrom = 20;
    GatewayOfTests.Result result = bench("direction");
    assertThat(result.code()).isEqualTo(Neo.DIFFERENT);
    JsonObject closed = result.json().getJsonArray("items").getJsonObject(0);
    assertThat(closed.getJsonObject("errors").getLong("INVALID_ARGUMENT")).isPositive();
    assertThat(closed.getJsonObject("reasons").getString("INVALID_ARGUMENT"))
        .contains("expected 2 inputs");
  }

  private GatewayOfTests.Result bench(String model) {
    return gateway.neo("model", "bench", model, "--callers", "1", "--seconds", "0.1", "--json");
  }
}
