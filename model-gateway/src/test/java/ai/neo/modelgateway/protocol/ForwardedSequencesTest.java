package ai.neo.modelgateway.protocol;

import static ai.neo.modelgateway.GatewayFixture.MODEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.neo.modelgateway.GatewayFixture;
import ai.neo.modelgateway.TinyOnnx;
import ai.neo.modelgateway.forward.ForwardSettings;
import ai.neo.modelgateway.forward.StandInServer;
import com.google.common.util.concurrent.ListenableFuture;
import inference.GRPCInferenceServiceGrpc;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sequences of a model of another server, of which a version is loaded here too. */
class ForwardedSequencesTest {
  private StandInServer there;
  private GatewayFixture here;

  @BeforeEach
  void start() throws IOException {
    there = new StandInServer(MODEL, "1", "2");
    here =
        GatewayFixture.forwarding(
            new ForwardSettings(
                List.of(there.target()),
                Duration.ofMillis(40),
                Duration.ofSeconds(5),
                Duration.ofMillis(20),
                Duration.ofMillis(100)));
    until(() -> !text(infer(GatewayFixture.raw(1)), "model_digest").isEmpty());
    until(() -> text(infer(GatewayFixture.raw(1)), "alias").equals("champion"));
    there.received.clear();
  }

  @AfterEach
  void close() {
    here.close();
    there.close();
  }

  @Test
  void aSequenceEndsInTheVersionThatItBeganWith() throws Exception {
    assertThat(infer(request(7).putParameters("sequence_start", flag())).getModelVersion())
        .isEqualTo("1");
    assertThat(there.received.take().getParametersMap())
        .containsOnlyKeys("sequence_id", "sequence_start");
    here.promote(new TinyOnnx().bias(0, 0, 3).expectedReturn().bytes());
    until(() -> infer(GatewayFixture.raw(1)).getModelVersion().equals("2"));

    ModelInferResponse on = infer(request(7));
    assertThat(on.getModelVersion()).isEqualTo("1");
    assertThat(text(on, "alias")).isEmpty();
    assertThat(refusal(request(7).putParameters("min_epoch", number(1))))
        .isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(infer(request(8)).getModelVersion()).isEqualTo("2");
    assertThat(infer(request(7).putParameters("sequence_end", flag())).getModelVersion())
        .isEqualTo("1");
    assertThat(infer(request(7).putParameters("sequence_start", flag())).getModelVersion())
        .isEqualTo("2");
  }

  @Test
  void nobodyElseAnswersForItHoweverSlowOrDeadTheServerIs() throws Exception {
    BlockingQueue<Runnable> answers = new LinkedBlockingQueue<>();
    there.does((request, reply) -> answers.add(() -> StandInServer.echo(request, reply)));
    ListenableFuture<ModelInferResponse> slow = later(request(7));
    Runnable slowAnswer = answers.take();
    assertThat(text(infer(GatewayFixture.raw(1)), "fallback")).isEqualTo("slow");
    slowAnswer.run();
    assertThat(text(slow.get(10, TimeUnit.SECONDS), "engine")).isEqualTo("triton");
    there.die();
    assertThat(refusal(request(7))).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(text(infer(GatewayFixture.raw(1)), "fallback")).isNotEmpty();
  }

  @Test
  void itsRequestsArriveOneAfterAnother() throws Exception {
    BlockingQueue<Runnable> answers = new LinkedBlockingQueue<>();
    there.does((request, reply) -> answers.add(() -> StandInServer.echo(request, reply)));
    List<ListenableFuture<ModelInferResponse>> replies = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      replies.add(later(request(7).setId("r" + i)));
    }
    replies.add(later(request(8).setId("other")));
    List<String> ids = new ArrayList<>();
    Runnable first = answers.take();
    Runnable second = answers.take();
    assertThat(answers).isEmpty();
    first.run();
    second.run();
    for (int i = 1; i < 10; i++) {
      Runnable next = answers.take();
      assertThat(answers).as("nothing else of it is under way").isEmpty();
      next.run();
    }
    for (ListenableFuture<ModelInferResponse> reply : replies) {
      reply.get(10, TimeUnit.SECONDS);
    }
    there.received.forEach(request -> ids.add(request.getId()));
    ids.remove("other");
    // Separate calls may overtake each other on their way to the gateway.
    assertThat(ids)
        .containsExactlyInAnyOrder("r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9");
  }

  @Test
  void aSequenceWhoseVersionIsGoneIsRefusedUntilItBeginsAnew() throws Exception {
    infer(request(7).putParameters("sequence_start", flag()));
    there.has("2");
    until(() -> refusal(request(7)) == Status.Code.FAILED_PRECONDITION);
    StatusRuntimeException gone =
        catchThrowableOfType(StatusRuntimeException.class, () -> infer(request(7)));
    assertThat(gone.getStatus().getDescription())
        .contains("sequence 7 goes on in version 1, which server 'there'", "begin it anew");
    here.promote(new TinyOnnx().bias(0, 0, 3).expectedReturn().bytes());
    until(() -> text(infer(GatewayFixture.raw(1)), "engine").equals("triton"));
    assertThat(refusal(request(7))).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(infer(request(7).putParameters("sequence_start", flag())).getModelVersion())
        .isEqualTo("2");
  }

  private ModelInferResponse infer(ModelInferRequest.Builder request) {
    return here.stub().modelInfer(request.build());
  }

  private ListenableFuture<ModelInferResponse> later(ModelInferRequest.Builder request) {
    return GRPCInferenceServiceGrpc.newFutureStub(here.channel).modelInfer(request.build());
  }

  private Status.Code refusal(ModelInferRequest.Builder request) {
    StatusRuntimeException refusal =
        catchThrowableOfType(StatusRuntimeException.class, () -> infer(request));
    return refusal == null ? Status.Code.OK : refusal.getStatus().getCode();
  }

  private static ModelInferRequest.Builder request(long sequence) {
    return GatewayFixture.raw(1).putParameters("sequence_id", number(sequence));
  }

  private static InferParameter number(long value) {
    return InferParameter.newBuilder().setInt64Param(value).build();
  }

  private static InferParameter flag() {
    return InferParameter.newBuilder().setBoolParam(true).build();
  }

  private static String text(ModelInferResponse answer, String name) {
    return answer
        .getParametersOrDefault(name, InferParameter.getDefaultInstance())
        .getStringParam();
  }

  private static void until(BooleanSupplier holds) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it never came to that").isLessThan(end);
      Thread.onSpinWait();
    }
  }
}
