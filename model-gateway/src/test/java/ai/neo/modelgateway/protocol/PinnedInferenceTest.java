package ai.neo.modelgateway.protocol;

import static ai.neo.modelgateway.GatewayFixture.MODEL;
import static ai.neo.modelgateway.GatewayFixture.raw;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelgateway.GatewayFixture;
import ai.neo.modelgateway.TinyOnnx;
import inference.GRPCInferenceServiceGrpc;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelStreamInferResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a caller relies on is what answers, or nobody does. */
class PinnedInferenceTest {
  private GatewayFixture fixture;

  @BeforeEach
  void start() {
    fixture = GatewayFixture.start();
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void anExpectedDigestAnswersUntilAnotherVersionWould() throws Exception {
    String digest = digest(answer(raw(1)));
    assertThat(
            digest(
                answer(
                    raw(1).putParameters("expect_digest", text(digest.toUpperCase(Locale.ROOT))))))
        .isEqualTo(digest);

    fixture.promote(new TinyOnnx().bias(0, 0, 3).expectedReturn().bytes());

    String other = digest(answer(raw(1)));
    assertRefused(
        raw(1).putParameters("expect_digest", text(digest)),
        "[request id: r-1] model 'direction': version 2 with digest %s answers, not digest '%s' as expected"
            .formatted(other, digest));
    ModelInferResponse old =
        answer(raw(1).setModelVersion("1").putParameters("expect_digest", text(digest)));
    assertThat(old.getModelVersion()).isEqualTo("1");
    assertThat(old.getParametersOrThrow("alias").getStringParam()).isEmpty();
  }

  @Test
  void aLaterEpochIsWaitedForByTheCallerAndNotByTheGateway() throws Exception {
    assertThat(answer(raw(1).putParameters("min_epoch", number(1))).getModelVersion())
        .isEqualTo("1");
    assertRefused(
        raw(1).putParameters("min_epoch", number(2)),
        "[request id: r-1] model 'direction': its epoch is 1 (version 1), and at least 2 is asked for");

    fixture.promote(new TinyOnnx().bias(0, 0, 3).expectedReturn().bytes());

    assertThat(answer(raw(1).putParameters("min_epoch", number(2))).getModelVersion())
        .isEqualTo("2");
  }

  @Test
  void aChampionThatTheRegistryNoLongerConfirmsIsStale() {
    assertThat(answer(stale(0)).getModelVersion()).isEqualTo("1");

    fixture.registry.setAway(true);

    assertThat(answer(stale(3_600_000)).getModelVersion()).isEqualTo("1");
    assertThat(answer(raw(1)).getModelVersion()).isEqualTo("1");
    assertThat(answer(stale(0).setModelVersion("1")).getModelVersion()).isEqualTo("1");
    assertRefused(
        stale(0),
        "[request id: r-1] model 'direction': the registry has not said within 0 ms which version"
            + " is champion, and cannot be asked: the store is down");
  }

  @Test
  void aChampionThatMovedElsewhereIsStale() {
    String elsewhere =
        fixture.registry.add(
            MODEL, "onnx", GatewayFixture.FEATURE_SET, new TinyOnnx().bias(0, 3, 0).bytes());
    fixture.registry.moveChampion(MODEL, elsewhere, "1", "promote", "another gateway", "a test");

    assertThat(answer(stale(3_600_000)).getModelVersion()).isEqualTo("1");
    assertRefused(
        stale(0),
        "[request id: r-1] model 'direction': the registry has not said within 0 ms that version 1,"
            + " which answers, is champion");
  }

  @Test
  void aPinOfTheWrongTypeIsInvalid() {
    assertInvalid(
        raw(1).putParameters("expect_digest", number(1)),
        "invalid value type for 'expect_digest' parameter, expected string_param.");
    assertInvalid(
        raw(1).putParameters("min_epoch", text("1")),
        "invalid value type for 'min_epoch' parameter, expected int64_param or uint64_param.");
    assertInvalid(
        raw(1).putParameters("max_staleness_ms", number(-1)),
        "invalid value for 'max_staleness_ms', expected value >= 0.");
  }

  @Test
  void aStreamHoldsPinsToo() throws Exception {
    fixture.registry.setAway(true);
    CompletableFuture<ModelStreamInferResponse> answered = new CompletableFuture<>();
    StreamObserver<ModelInferRequest> stream =
        GRPCInferenceServiceGrpc.newStub(fixture.channel)
            .modelStreamInfer(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ModelStreamInferResponse response) {
                    answered.complete(response);
                  }

                  @Override
                  public void onError(Throwable cause) {
                    answered.completeExceptionally(cause);
                  }

                  @Override
                  public void onCompleted() {
                    answered.completeExceptionally(new IllegalStateException("no answer"));
                  }
                });
    stream.onNext(stale(0).build());

    assertThat(answered.get(10, TimeUnit.SECONDS).getErrorMessage())
        .endsWith("cannot be asked: the store is down");
    stream.onCompleted();
  }

  @Test
  void theAnswerNamesAliasAndTheShapeThatWasComputed() {
    ModelInferResponse answer = answer(raw(5));

    assertThat(answer.getParametersOrThrow("alias").getStringParam()).isEqualTo("champion");
    assertThat(answer.getParametersOrThrow("batch_shape").getStringParam()).isEqualTo("[5,4]");
  }

  private ModelInferResponse answer(ModelInferRequest.Builder request) {
    return fixture.stub().modelInfer(request.build());
  }

  private void assertRefused(ModelInferRequest.Builder request, String text) {
    assertStatus(request, Status.Code.FAILED_PRECONDITION, text);
  }

  private void assertInvalid(ModelInferRequest.Builder request, String text) {
    assertStatus(request, Status.Code.INVALID_ARGUMENT, text);
  }

  private void assertStatus(ModelInferRequest.Builder request, Status.Code code, String text) {
    assertThatThrownBy(() -> answer(request))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getDescription()).isEqualTo(text);
              assertThat(e.getStatus().getCode()).isEqualTo(code);
            });
  }

  private static ModelInferRequest.Builder stale(long ms) {
    return raw(1).putParameters("max_staleness_ms", number(ms));
  }

  private static String digest(ModelInferResponse answer) {
    return answer.getParametersOrThrow("model_digest").getStringParam();
  }

  private static InferParameter number(long value) {
    return InferParameter.newBuilder().setInt64Param(value).build();
  }

  private static InferParameter text(String value) {
    return InferParameter.newBuilder().setStringParam(value).build();
  }
}
