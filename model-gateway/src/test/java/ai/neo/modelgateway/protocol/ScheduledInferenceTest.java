package ai.neo.modelgateway.protocol;

import static ai.neo.modelgateway.GatewayFixture.MODEL;
import static ai.neo.modelgateway.GatewayFixture.output;
import static ai.neo.modelgateway.GatewayFixture.raw;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelgateway.GatedEngine;
import ai.neo.modelgateway.GatewayFixture;
import ai.neo.modelgateway.GatewaySettings.InferenceLimits;
import ai.neo.modelgateway.scheduling.Batching;
import com.google.common.util.concurrent.ListenableFuture;
import inference.GRPCInferenceServiceGrpc;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelStatistics;
import inference.ModelStatisticsRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One thread that computes: who is next, who goes together, and who pays for whom. */
class ScheduledInferenceTest {
  private final GatedEngine engine = new GatedEngine();
  private GatewayFixture fixture;
  private GRPCInferenceServiceGrpc.GRPCInferenceServiceFutureStub callers;
  private ListenableFuture<ModelInferResponse> first;

  @AfterEach
  void stop() {
    engine.open();
    fixture.close();
  }

  /** Until the gate opens, everything waits behind a request whose first feature is 0. */
  private void start(int waiting, Batching batching) throws InterruptedException {
    fixture = GatewayFixture.start(new InferenceLimits(1, waiting, batching), engine);
    callers = GRPCInferenceServiceGrpc.newFutureStub(fixture.channel);
    engine.shut();
    first = callers.modelInfer(row(0).build());
    engine.awaitStanding();
  }

  @Test
  void theEarliestDeadlineIsNextAndNoneMeansSoon() throws Exception {
    start(9, Batching.off());
    var late = callers.withDeadlineAfter(60, TimeUnit.SECONDS).modelInfer(row(1).build());
    awaitWaiting(1);
    var early = callers.withDeadlineAfter(30, TimeUnit.SECONDS).modelInfer(row(2).build());
    awaitWaiting(2);
    ListenableFuture<ModelInferResponse> unstated = callers.modelInfer(row(3).build());
    awaitWaiting(3);
    engine.open();

    for (ListenableFuture<ModelInferResponse> each : List.of(first, late, early, unstated)) {
      assertThat(answer(each).getModelVersion()).isEqualTo("1");
    }
    assertThat(engine.seen()).containsExactly(List.of(0f), List.of(3f), List.of(2f), List.of(1f));
  }

  @Test
  void nothingIsComputedTogetherUnlessSomebodyAllowsIt() throws Exception {
    start(9, Batching.off());
    ListenableFuture<ModelInferResponse> one = callers.modelInfer(row(1).build());
    awaitWaiting(1);
    ListenableFuture<ModelInferResponse> two = callers.modelInfer(row(2).build());
    awaitWaiting(2);
    engine.open();

    assertThat(shape(answer(one))).isEqualTo("[1,4]");
    assertThat(shape(answer(two))).isEqualTo("[1,4]");
    assertThat(engine.seen()).hasSize(3);
  }

  @Test
  void callersThatAgreeAreComputedTogetherAndEachGetsItsOwnRows() throws Exception {
    start(9, Batching.off());
    ListenableFuture<ModelInferResponse> one = callers.modelInfer(row(1, false));
    awaitWaiting(1);
    ListenableFuture<ModelInferResponse> alone = callers.modelInfer(row(5).build());
    awaitWaiting(2);
    ModelInferRequest twoRows =
        raw(2)
            .setRawInputContents(0, GatewayFixture.floats(2, 0, 0, 0, 3, 0, 0, 0))
            .putParameters("batch_invariant", flag(false))
            .build();
    ListenableFuture<ModelInferResponse> two = callers.modelInfer(twoRows);
    awaitWaiting(3);
    engine.open();

    assertThat(shape(answer(one))).isEqualTo("[3,4]");
    assertThat(shape(answer(two))).isEqualTo("[3,4]");
    assertThat(shape(answer(alone))).isEqualTo("[1,4]");
    assertThat(engine.seen()).containsExactly(List.of(0f), List.of(1f, 2f, 3f), List.of(5f));
    ModelInferResponse again = fixture.stub().modelInfer(twoRows);
    assertThat(output(answer(two), 0)).containsExactly(output(again, 0));
    assertThat(output(answer(two), 1)).containsExactly(output(again, 1));
    assertThat(output(answer(two), 1)).hasSize(2);
    ModelStatistics counted = statistics();
    assertThat(counted.getInferenceCount()).isEqualTo(5);
    assertThat(counted.getExecutionCount()).isEqualTo(4);
    assertThat(counted.getBatchStatsList())
        .anySatisfy(
            batch -> {
              assertThat(batch.getBatchSize()).isEqualTo(2);
              assertThat(batch.getComputeInfer().getCount()).isEqualTo(1);
            });
  }

  @Test
  void aModelsBoundHoldsAndWhoeverInsistsIsAlone() throws Exception {
    start(9, new Batching(Map.of(MODEL, 2)));
    List<ListenableFuture<ModelInferResponse>> all = new java.util.ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      all.add(callers.modelInfer(row(i).build()));
      awaitWaiting(i);
    }
    all.add(callers.modelInfer(row(4, true)));
    awaitWaiting(4);
    engine.open();

    for (ListenableFuture<ModelInferResponse> each : all) {
      answer(each);
    }
    assertThat(engine.seen())
        .containsExactly(List.of(0f), List.of(1f, 2f), List.of(3f), List.of(4f));
  }

  @Test
  void aRequestThatFailsTakesNobodyWithIt() throws Exception {
    start(9, Batching.off());
    ListenableFuture<ModelInferResponse> good = callers.modelInfer(row(1, false));
    awaitWaiting(1);
    ListenableFuture<ModelInferResponse> bad = callers.modelInfer(row(GatedEngine.POISON, false));
    awaitWaiting(2);
    ListenableFuture<ModelInferResponse> notFinite = callers.modelInfer(row(Float.NaN, false));
    awaitWaiting(3);
    engine.open();

    assertThat(shape(answer(good))).isEqualTo("[1,4]");
    assertThatThrownBy(() -> answer(bad))
        .hasMessageContaining("INTERNAL: Failed to process the request(s)")
        .hasMessageContaining("poisoned");
    assertThatThrownBy(() -> answer(notFinite)).hasMessageContaining("its answer is not finite");
    assertThat(statistics().getInferenceStats().getFail().getCount()).isEqualTo(2);
  }

  @Test
  void whatIsAskedTwiceAtOnceIsComputedOnce() throws Exception {
    start(9, Batching.off());
    ListenableFuture<ModelInferResponse> joinsRunning =
        callers.modelInfer(row(0).setId("other").build());
    ListenableFuture<ModelInferResponse> waits = callers.modelInfer(row(1).build());
    awaitWaiting(1);
    ListenableFuture<ModelInferResponse> joinsWaiting = callers.modelInfer(row(1).build());
    awaitWaiting(2);
    ListenableFuture<ModelInferResponse> inCompany = callers.modelInfer(row(7, false));
    awaitWaiting(3);
    ListenableFuture<ModelInferResponse> aloneThough = callers.modelInfer(row(7, true));
    awaitWaiting(4);
    engine.open();

    assertThat(output(answer(joinsRunning), 0)).containsExactly(output(answer(first), 0));
    assertThat(answer(joinsRunning).getId()).isEqualTo("other");
    assertThat(output(answer(joinsWaiting), 0)).containsExactly(output(answer(waits), 0));
    answer(inCompany);
    answer(aloneThough);
    assertThat(engine.seen()).containsExactly(List.of(0f), List.of(1f), List.of(7f), List.of(7f));
    assertThat(statistics().getInferenceCount()).isEqualTo(6);
    assertThat(statistics().getExecutionCount()).isEqualTo(4);
  }

  @Test
  void aCallThatIsCancelledGivesItsPlaceToAnother() throws Exception {
    start(1, Batching.off());
    ListenableFuture<ModelInferResponse> cancelled = callers.modelInfer(row(1).build());
    awaitWaiting(1);
    assertThat(cancelled.cancel(true)).isTrue();
    awaitWaiting(0);
    ListenableFuture<ModelInferResponse> other = callers.modelInfer(row(2).build());
    awaitWaiting(1);
    engine.open();

    assertThat(answer(other).getModelVersion()).isEqualTo("1");
    assertThatThrownBy(() -> answer(cancelled)).isInstanceOf(CancellationException.class);
    assertThat(engine.seen()).containsExactly(List.of(0f), List.of(2f));
    assertThat(statistics().getInferenceStats().getFail().getCount()).isEqualTo(1);
  }

  @Test
  void whoJoinsAnotherIsAnsweredThoughThatOneCancels() throws Exception {
    start(9, Batching.off());
    ListenableFuture<ModelInferResponse> leader = callers.modelInfer(row(1).build());
    awaitWaiting(1);
    ListenableFuture<ModelInferResponse> follower = callers.modelInfer(row(1).build());
    awaitWaiting(2);
    assertThat(leader.cancel(true)).isTrue();
    awaitWaiting(1);
    engine.open();

    assertThat(answer(follower).getModelVersion()).isEqualTo("1");
    assertThat(engine.seen()).containsExactly(List.of(0f), List.of(1f));
  }

  private void awaitWaiting(long callersWaiting) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (waiting() != callersWaiting) {
      assertThat(System.nanoTime()).as("callers waiting: %s", waiting()).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private long waiting() {
    return fixture.catalog.entries().getFirst().versions().getFirst().statistics().waiting();
  }

  private ModelStatistics statistics() {
    return fixture
        .stub()
        .modelStatistics(ModelStatisticsRequest.newBuilder().setName(MODEL).build())
        .getModelStats(0);
  }

  private static ModelInferResponse answer(ListenableFuture<ModelInferResponse> call)
      throws Exception {
    return call.get(10, TimeUnit.SECONDS);
  }

  private static String shape(ModelInferResponse answer) {
    return answer.getParametersOrThrow("batch_shape").getStringParam();
  }

  private static ModelInferRequest.Builder row(float first) {
    return raw(1).setRawInputContents(0, GatewayFixture.floats(first, 0, 0, 0));
  }

  private static ModelInferRequest row(float first, boolean invariant) {
    return row(first).putParameters("batch_invariant", flag(invariant)).build();
  }

  private static InferParameter flag(boolean value) {
    return InferParameter.newBuilder().setBoolParam(value).build();
  }
}
