package ai.neo.modelgateway.protocol;

import static ai.neo.modelgateway.GatewayFixture.MODEL;
import static ai.neo.modelgateway.GatewayFixture.raw;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelgateway.GatedEngine;
import ai.neo.modelgateway.GatewayFixture;
import ai.neo.modelgateway.GatewaySettings.InferenceLimits;
import com.google.common.util.concurrent.ListenableFuture;
import inference.GRPCInferenceServiceGrpc;
import inference.InferStatistics;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelStatisticsRequest;
import inference.ServerLiveRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One thread that computes, one request that may wait, and a model that takes its time. */
class WaitingInferenceTest {
  private final GatedEngine engine = new GatedEngine();
  private GatewayFixture fixture;
  private GRPCInferenceServiceGrpc.GRPCInferenceServiceFutureStub callers;

  @BeforeEach
  void start() throws InterruptedException {
    fixture = GatewayFixture.start(new InferenceLimits(1, 1), engine);
    callers = GRPCInferenceServiceGrpc.newFutureStub(fixture.channel);
    engine.shut();
  }

  @AfterEach
  void stop() {
    engine.open();
    fixture.close();
  }

  @Test
  void aRequestWhoseDeadlinePassesWhileItWaitsIsNotComputed() throws Exception {
    ListenableFuture<ModelInferResponse> first = callers.modelInfer(raw(1).build());
    engine.awaitStanding();

    assertThatThrownBy(
            () -> fixture.stub().withDeadlineAfter(200, TimeUnit.MILLISECONDS).modelInfer(row(1)))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
    engine.open();
    assertThat(first.get(10, TimeUnit.SECONDS).getModelVersion()).isEqualTo("1");
    assertThat(fixture.stub().modelInfer(raw(1).build()).getModelVersion()).isEqualTo("1");

    assertThat(engine.computed()).isEqualTo(2);
    assertThat(statistics().getSuccess().getCount()).isEqualTo(2);
    assertThat(statistics().getFail().getCount()).isEqualTo(1);
    assertThat(metrics()).contains(failures("CANCELED", 1), failures("REJECTED", 0));
  }

  @Test
  void whatIsMoreThanMayWaitIsRefusedAtOnceAndNothingElseIsHeldUp() throws Exception {
    ListenableFuture<ModelInferResponse> computing = callers.modelInfer(raw(1).build());
    engine.awaitStanding();
    ListenableFuture<ModelInferResponse> waiting = callers.modelInfer(row(1));

    assertThatThrownBy(() -> fixture.stub().modelInfer(row(2)))
        .hasMessage("UNAVAILABLE: [request id: r-1] Exceeds maximum queue size");
    assertThat(fixture.stub().serverLive(ServerLiveRequest.getDefaultInstance()).getLive())
        .isTrue();
    engine.open();
    assertThat(computing.get(10, TimeUnit.SECONDS).getModelVersion()).isEqualTo("1");
    assertThat(waiting.get(10, TimeUnit.SECONDS).getModelVersion()).isEqualTo("1");
    assertThat(statistics().getQueue().getNs()).isPositive();
    assertThat(statistics().getFail().getCount()).isEqualTo(1);
    assertThat(metrics()).contains(failures("REJECTED", 1), failures("CANCELED", 0));
  }

  private static ModelInferRequest row(float first) {
    return raw(1).setRawInputContents(0, GatewayFixture.floats(first, 0, 0, 0)).build();
  }

  private static String failures(String reason, int count) {
    return "nv_inference_request_failure{model=\"direction\",version=\"1\",reason=\"%s\"} %d\n"
        .formatted(reason, count);
  }

  private String metrics() {
    return new MetricsPage(fixture.catalog, List::of, OtherModels.none()).text();
  }

  private InferStatistics statistics() {
    return fixture
        .stub()
        .modelStatistics(ModelStatisticsRequest.newBuilder().setName(MODEL).build())
        .getModelStats(0)
        .getInferenceStats();
  }
}
