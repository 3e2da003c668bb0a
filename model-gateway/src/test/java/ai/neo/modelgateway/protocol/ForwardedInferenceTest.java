package ai.neo.modelgateway.protocol;

import static ai.neo.modelgateway.GatewayFixture.MODEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.neo.modelgateway.GatewayFixture;
import ai.neo.modelgateway.TinyOnnx;
import ai.neo.modelgateway.forward.ForwardSettings;
import ai.neo.modelgateway.forward.StandInServer;
import com.google.protobuf.ByteString;
import inference.InferParameter;
import inference.ModelConfig;
import inference.ModelConfigRequest;
import inference.ModelDynamicBatching;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelMetadataRequest;
import inference.ModelReadyRequest;
import inference.ModelStatisticsRequest;
import inference.ModelTransactionPolicy;
import inference.RepositoryIndexRequest;
import inference.RepositoryIndexResponse.ModelIndex;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The gateway before another server: who answers, what passes through, what is refused. */
class ForwardedInferenceTest {
  private static final String OTHER = "other";

  private StandInServer there;
  private GatewayFixture here;

  @AfterEach
  void close() {
    if (here != null) {
      here.close();
    }
    there.close();
  }

  private void start(String model, String... versions) throws IOException {
    there = new StandInServer(model, versions);
    here =
        GatewayFixture.forwarding(
            new ForwardSettings(
                List.of(there.target()),
                Duration.ofMillis(40),
                Duration.ofMillis(400),
                Duration.ofMillis(20),
                Duration.ofMillis(100)));
    if (model.equals(MODEL)) { // the registry knew nothing when it was looked at first
      until(
          () -> {
            ModelInferResponse answer = infer(request(MODEL));
            return text(answer, "server").equals("there")
                && !text(answer, "model_digest").isEmpty();
          });
    }
    there.received.clear();
  }

  @Test
  void bytesPassAsTheyAreAndTheAnswerSaysWhoGaveIt() throws Exception {
    start(OTHER, "1", "2");
    ByteString bytes = ByteString.copyFrom(new byte[] {-1, 0, 7, 42});
    ModelInferResponse answer =
        infer(request(OTHER, "INT8", bytes).putParameters("mine", text("x")));

    ModelInferRequest sent = there.received.take();
    assertThat(sent.getRawInputContents(0)).isEqualTo(bytes);
    assertThat(sent.getModelVersion()).isEqualTo("2");
    assertThat(sent.getParametersMap()).containsOnlyKeys("mine");
    assertThat(answer.getRawOutputContents(0)).isEqualTo(bytes);
    assertThat(answer.getModelVersion()).isEqualTo("2");
    assertThat(answer.getId()).isEqualTo("r-7");
    assertThat(text(answer, "engine")).isEqualTo("triton");
    assertThat(text(answer, "server")).isEqualTo("there");
    assertThat(text(answer, "alias")).isEqualTo("default");
    assertThat(text(answer, "batch_shape")).isEqualTo("[4]");
    assertThat(answer.getParametersOrThrow("epoch").getInt64Param()).isEqualTo(1);
    assertThat(answer.getParametersMap()).doesNotContainKeys("model_digest", "fallback");
    assertThat(text(infer(request(OTHER).setModelVersion("1")), "alias")).isEmpty();
  }

  @Test
  void theRegistrysChampionIsWhatNoVersionMeansWithItsDigest() throws Exception {
    start(MODEL, "1", "9");
    String digest = here.registry.fetch(MODEL, "1").digest();
    ModelInferResponse answer = infer(request(MODEL).putParameters("expect_digest", text(digest)));
    assertThat(answer.getModelVersion()).isEqualTo("1");
    assertThat(text(answer, "alias")).isEqualTo("champion");
    assertThat(text(answer, "model_digest")).isEqualTo(digest);
    assertThat(text(answer, "feature_set_id")).isEqualTo(GatewayFixture.FEATURE_SET);
    assertThat(infer(request(MODEL).putParameters("max_staleness_ms", whole(0))).getModelVersion())
        .isEqualTo("1");

    StatusRuntimeException other =
        refusal(request(MODEL).putParameters("expect_digest", text("00")));
    assertThat(other.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(other.getStatus().getDescription()).contains(digest, "not '00' as expected");
    assertThat(refusal(request(MODEL).putParameters("min_epoch", whole(9))).getStatus().getCode())
        .isEqualTo(Status.Code.FAILED_PRECONDITION);

    long epoch = answer.getParametersOrThrow("epoch").getInt64Param();
    here.promote(new TinyOnnx().bias(0, 0, 3).expectedReturn().bytes());
    there.has("1", "2");
    AtomicReference<ModelInferResponse> next = new AtomicReference<>();
    until(
        () -> {
          next.set(infer(request(MODEL)));
          // Version 2 is loaded here, too, and answers as long as it is not known there.
          return next.get().getModelVersion().equals("2")
              && text(next.get(), "server").equals("there");
        });
    assertThat(next.get().getParametersOrThrow("epoch").getInt64Param()).isEqualTo(epoch + 1);
  }

  @Test
  void noDeadlineAndNoCancellationOfACallerReachesTheServer() throws Exception {
    start(OTHER, "1");
    CompletableFuture<Context> context = new CompletableFuture<>();
    CompletableFuture<Runnable> answer = new CompletableFuture<>();
    there.does(
        (request, reply) -> {
          context.complete(Context.current());
          answer.complete(() -> StandInServer.echo(request, reply));
        });
    StatusRuntimeException late =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                here.stub()
                    .withDeadlineAfter(100, TimeUnit.MILLISECONDS)
                    .modelInfer(request(OTHER).build()));
    assertThat(late.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(there.hurried.take()).isFalse();
    until(() -> metrics().contains("outcome=\"lost\"} 1"));
    assertThat(context.get().isCancelled()).isFalse();
    answer.get().run();
    until(() -> metrics().contains("outcome=\"dropped\"} 1"));
  }

  @Test
  void aVersionLoadedHereAnswersForASlowServerAndSaysSo() throws Exception {
    start(MODEL, "1");
    there.does((request, reply) -> {});
    ModelInferResponse answer = infer(request(MODEL));
    assertThat(text(answer, "fallback")).isEqualTo("slow");
    assertThat(text(answer, "fallback_from")).isEqualTo("there");
    assertThat(text(answer, "engine")).isEqualTo("onnxruntime");
    assertThat(answer.getModelVersion()).isEqualTo("1");
    assertThat(metrics())
        .contains(
            "neo_forward_fallbacks_total{server=\"there\",model=\"direction\",reason=\"slow\"} 1");
  }

  @Test
  void theCircuitOpensForADeadServerAndClosesWhenItIsBack() throws Exception {
    start(MODEL, "1");
    there.die();
    until(() -> text(infer(request(MODEL)), "fallback").equals("circuit_open"));
    assertThat(metrics())
        .contains("neo_forward_circuit_state{server=\"there\",model=\"direction\"} 2");
    until(() -> metrics().contains("neo_forward_server_up{server=\"there\"} 0"));
    assertThat(metrics()).contains("reason=\"failed\"} 3");
    there.comeBack();
    until(() -> text(infer(request(MODEL)), "engine").equals("triton"));
    assertThat(metrics())
        .contains("neo_forward_circuit_state{server=\"there\",model=\"direction\"} 0");
  }

  @Test
  void whatIsPinnedIsNeverAnsweredByAnotherVersion() throws Exception {
    start(MODEL, "1");
    String digest = here.registry.fetch(MODEL, "1").digest();
    there.die();
    until(() -> text(infer(request(MODEL)), "fallback").equals("circuit_open"));

    ModelInferResponse same = infer(request(MODEL).putParameters("expect_digest", text(digest)));
    assertThat(text(same, "fallback")).isNotEmpty();
    assertThat(text(same, "model_digest")).isEqualTo(digest);
    assertThat(infer(request(MODEL).setModelVersion("1")).getModelVersion()).isEqualTo("1");
    assertThat(refusal(request(MODEL).setModelVersion("7")).getStatus().getCode())
        .isEqualTo(Status.Code.UNAVAILABLE);

    here.catalog.unload(MODEL);
    assertThat(refusal(request(MODEL)).getStatus().getDescription())
        .contains("'there'", "left alone");
    here.promote(new TinyOnnx().bias(0, 3, 0).expectedReturn().bytes());
    StatusRuntimeException pinned =
        refusal(request(MODEL).putParameters("expect_digest", text(digest)));
    assertThat(pinned.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(pinned.getStatus().getDescription())
        .contains("version 2", "is not what the request is pinned to");
    assertThat(refusal(request(MODEL).putParameters("min_epoch", whole(1))).getStatus().getCode())
        .isEqualTo(Status.Code.FAILED_PRECONDITION);
  }

  @Test
  void aServerThatCameBackEmptyIsNotAsked() throws Exception {
    start(MODEL, "1");
    there.has();
    until(() -> text(infer(request(MODEL)), "fallback").equals("no_version"));
    here.catalog.unload(MODEL);
    assertThat(refusal(request(MODEL)).getStatus().getDescription())
        .contains("has not version 1, the registry's champion, ready");
  }

  @Test
  void theServersRefusalsPassAndItsOwnTroubleDoesNot() throws Exception {
    start(MODEL, "1");
    there.refusesAll(Status.INVALID_ARGUMENT.withDescription("its own words"));
    StatusRuntimeException refused = refusal(request(MODEL));
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refused.getStatus().getDescription()).isEqualTo("its own words");
    there.refusesAll(Status.INTERNAL.withDescription("Stub process 'm_0_0' is not healthy."));
    assertThat(text(infer(request(MODEL)), "fallback")).isEqualTo("failed");
    there.refusesAll(
        Status.UNAVAILABLE.withDescription("[request id: x] Exceeds maximum queue size"));
    assertThat(text(infer(request(MODEL)), "fallback")).isEqualTo("busy");
    there.does(
        (request, reply) ->
            StandInServer.echo(request.toBuilder().setModelVersion("3").build(), reply));
    assertThat(text(infer(request(MODEL)), "fallback")).isEqualTo("failed");
  }

  @Test
  void whatWouldHarmTheServerIsNotSent() throws Exception {
    start(OTHER, "1");
    StatusRuntimeException wraps =
        refusal(
            request(OTHER)
                .setInputs(0, GatewayFixture.features(1L << 30, 1L << 30, 4).setName("x")));
    assertThat(wraps.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(wraps.getStatus().getDescription())
        .isEqualTo(
            "[request id: r-7] input byte size mismatch for input 'x' for model 'other'. Expected"
                + " 18446744073709551616, got 4");
    assertThat(there.received).isEmpty();
  }

  @Test
  void whatCannotBeKeptIsRefused() throws Exception {
    start(OTHER, "1");
    there.isConfigured(
        ModelConfig.newBuilder()
            .setModelTransactionPolicy(ModelTransactionPolicy.newBuilder().setDecoupled(true)));
    there.has("2");
    until(() -> refusedWith(request(OTHER)) == Status.Code.UNIMPLEMENTED);
    there.isConfigured(
        ModelConfig.newBuilder().setDynamicBatching(ModelDynamicBatching.getDefaultInstance()));
    there.has("3");
    InferParameter yes = InferParameter.newBuilder().setBoolParam(true).build();
    until(
        () ->
            refusedWith(request(OTHER).putParameters("batch_invariant", yes))
                == Status.Code.FAILED_PRECONDITION);
  }

  @Test
  void itsModelsAreDescribedThroughUs() throws Exception {
    start(OTHER, "1", "2");
    infer(request(OTHER));
    var metadata =
        here.stub().modelMetadata(ModelMetadataRequest.newBuilder().setName(OTHER).build());
    assertThat(metadata.getPlatform()).isEqualTo("python");
    assertThat(metadata.getVersionsList()).containsExactly("1", "2");
    assertThat(
            here.stub()
                .modelConfig(ModelConfigRequest.newBuilder().setName(OTHER).build())
                .getConfig()
                .getBackend())
        .isEqualTo("python");
    assertThat(
            here.stub()
                .modelReady(ModelReadyRequest.newBuilder().setName(OTHER).setVersion("2").build())
                .getReady())
        .isTrue();
    assertThat(
            here.stub()
                .modelStatistics(ModelStatisticsRequest.newBuilder().setName(OTHER).build())
                .getModelStats(0)
                .getInferenceCount())
        .isEqualTo(1);
    assertThat(rows())
        .containsExactlyInAnyOrder("direction/1/READY", "other/1/READY", "other/2/READY");
    there.die();
    until(() -> rows().contains("other/2/UNAVAILABLE"));
    assertThat(rows()).contains("direction/1/READY");
  }

  private List<String> rows() {
    return here
        .stub()
        .repositoryIndex(RepositoryIndexRequest.getDefaultInstance())
        .getModelsList()
        .stream()
        .map((ModelIndex row) -> row.getName() + "/" + row.getVersion() + "/" + row.getState())
        .toList();
  }

  private ModelInferResponse infer(ModelInferRequest.Builder request) {
    return here.stub().modelInfer(request.build());
  }

  private StatusRuntimeException refusal(ModelInferRequest.Builder request) {
    return catchThrowableOfType(StatusRuntimeException.class, () -> infer(request));
  }

  private Status.Code refusedWith(ModelInferRequest.Builder request) {
    StatusRuntimeException refusal = refusal(request);
    return refusal == null ? Status.Code.OK : refusal.getStatus().getCode();
  }

  private String metrics() {
    URI page = URI.create("http://127.0.0.1:" + here.gateway.httpPort() + "/metrics");
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A request that the model loaded here understands. */
  private static ModelInferRequest.Builder request(String model) {
    return model.equals(MODEL)
        ? GatewayFixture.raw(1)
        : request(model, "INT8", ByteString.copyFrom(new byte[4]));
  }

  private static ModelInferRequest.Builder request(
      String model, String datatype, ByteString bytes) {
    return ModelInferRequest.newBuilder()
        .setModelName(model)
        .setId("r-7")
        .addInputs(
            ModelInferRequest.InferInputTensor.newBuilder()
                .setName("x")
                .setDatatype(datatype)
                .addShape(bytes.size()))
        .addRawInputContents(bytes);
  }

  private static String text(ModelInferResponse answer, String name) {
    return answer
        .getParametersOrDefault(name, InferParameter.getDefaultInstance())
        .getStringParam();
  }

  private static InferParameter text(String value) {
    return InferParameter.newBuilder().setStringParam(value).build();
  }

  private static InferParameter whole(long value) {
    return InferParameter.newBuilder().setInt64Param(value).build();
  }

  private static void until(BooleanSupplier holds) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it never came to that").isLessThan(end);
      Thread.onSpinWait();
    }
  }
}
