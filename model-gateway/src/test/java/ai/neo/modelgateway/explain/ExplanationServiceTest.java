package ai.neo.modelgateway.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.neo.modelgateway.GatewayFixture;
import ai.neo.modelgateway.GatewaySettings.InferenceLimits;
import ai.neo.modelgateway.TinyOnnx;
import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelEngine;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.OnnxEngine;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.proto.learning.v1.ExplainRequest;
import ai.neo.proto.learning.v1.Explanation;
import ai.neo.proto.learning.v1.ExplanationServiceGrpc;
import ai.neo.proto.learning.v1.FreezeRequest;
import ai.neo.proto.learning.v1.LearningServiceGrpc;
import ai.neo.proto.learning.v1.ScoreRequest;
import ai.neo.proto.learning.v1.ScoreResponse;
import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExplanationServiceTest {
  private final Held engine = new Held();
  private final GatewayFixture fixture = GatewayFixture.start(InferenceLimits.defaults(), engine);
  private final ExplanationService service =
      new ExplanationService(
          fixture.catalog,
          (model, id) ->
              id.equals("p-1") ? Optional.of(new float[] {1, 2, 3, 4}) : Optional.empty());
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void listen() throws Exception {
    server = NettyServerBuilder.forPort(0).directExecutor().addService(service).build().start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
  }

  @AfterEach
  void close() {
    engine.gate.countDown();
    channel.shutdownNow();
    server.shutdownNow();
    service.close();
    fixture.close();
  }

  @Test
  void anOnnxModelsAnswerIsExplainedAndAddsUp() {
    Explanation explained = stub().explain(of(4, 0, -1, 2).setSeed(9).build());

    assertThat(explained.getMethod()).isEqualTo(ExplainRequest.Method.PERMUTATION_SHAP);
    assertThat(explained.getBaselineSource()).isEqualTo("zeros");
    assertThat(explained.getOutputName()).isEqualTo("SELL");
    assertThat(explained.getAttributionsCount()).isEqualTo(4);
    double sum = explained.getAttributionsList().stream().mapToDouble(Double::doubleValue).sum();
    assertThat(sum).isCloseTo(explained.getOutputValue() - explained.getBaseValue(), within(1e-12));
    assertThat(explained.getAttributions(1)).isZero();
    assertThat(explained.getModelVersion()).isEqualTo("1");
  }

  @Test
  void gradientsOfWhatHasNoneBecomePermutationsAndSaySo() {
    Explanation explained =
        stub()
            .explain(of(1, 2, 3, 4).setMethod(ExplainRequest.Method.INTEGRATED_GRADIENTS).build());

    assertThat(explained.getMethod()).isEqualTo(ExplainRequest.Method.PERMUTATION_SHAP);
    assertThat(explained.getNote()).contains("permutations instead", "onnx");
  }

  @Test
  void aPredictionIsExplainedByItsId() {
    ExplainRequest.Builder request =
        ExplainRequest.newBuilder().setModel("direction").setPredictionId("p-1");

    assertThat(stub().explain(request.build()).getFeaturesList()).containsExactly(1f, 2f, 3f, 4f);
    refused(request.setPredictionId("p-2").build(), Status.Code.NOT_FOUND, "prediction 'p-2'");
  }

  @Test
  void whatDoesNotFitIsRefused() {
    refused(of(1, 2, 3).build(), Status.Code.INVALID_ARGUMENT, "3 numbers");
    refused(of(1, 2, 3, Float.NaN).build(), Status.Code.INVALID_ARGUMENT, "feature 3");
    refused(of(1, 2, 3, 4).setOutput(4).build(), Status.Code.INVALID_ARGUMENT, "output");
    refused(of(1, 2, 3, 4).setOutput(-1).build(), Status.Code.INVALID_ARGUMENT, "output");
    refused(
        of(1, 2, 3, 4).addBaseline(0).addBaseline(0).build(), Status.Code.INVALID_ARGUMENT, "2");
    refused(
        of(1, 2, 3, 4).setPermutations(1001).build(), Status.Code.INVALID_ARGUMENT, "permutations");
    refused(
        ExplainRequest.newBuilder().setModel("direction").build(),
        Status.Code.INVALID_ARGUMENT,
        "features");
    refused(of(1, 2, 3, 4).setVersion("77").build(), Status.Code.FAILED_PRECONDITION, "77");
    refused(of(1, 2, 3, 4).setModel("nobody").build(), Status.Code.FAILED_PRECONDITION, "nobody");
  }

  @Test
  void aVersionThatDoesNotServeIsScoredBesideTheOneThatDoes() {
    String candidate =
        fixture.registry.add(
            "direction", "onnx", GatewayFixture.FEATURE_SET, new TinyOnnx().bias(0, 0, 5).bytes());
    ScoreRequest.Builder request = ScoreRequest.newBuilder().setModel("direction").setRows(1);
    for (int i = 0; i < 4; i++) {
      request.addFeatures(0);
    }

    ScoreResponse scored = stub().score(request.setVersion(candidate).build());

    assertThat(scored.getActionProbabilities(2)).isGreaterThan(0.9f);
    assertThat(stub().score(request.setVersion("").build()).getActionProbabilities(0))
        .isGreaterThan(0.8f);
    assertThat(fixture.catalog.champion("direction").orElseThrow().artifact().version())
        .isEqualTo("1");
  }

  @Test
  void anExplanationThatHangsHoldsUpNoInferenceAndFewOthers() throws Exception {
    engine.hold();
    ListenableFuture<Explanation> hanging = later().explain(of(1, 2, 3, 4).build());
    engine.standing.await();
    List<ListenableFuture<Explanation>> waiting = new ArrayList<>();
    for (int i = 0; i < Worker.MAX_WAITING; i++) {
      waiting.add(later().explain(of(1, 2, 3, 4).build()));
    }

    for (int i = 0; i < 20; i++) {
      assertThat(
              fixture
                  .stub()
                  .withDeadlineAfter(5, TimeUnit.SECONDS)
                  .modelInfer(GatewayFixture.raw(1).build())
                  .getOutputsCount())
          .isPositive();
    }
    refused(of(1, 2, 3, 4).build(), Status.Code.UNAVAILABLE, "ask again later");
    waiting.getLast().cancel(true);
    assertThatThrownBy(
            () ->
                stub().withDeadlineAfter(50, TimeUnit.MILLISECONDS).explain(of(1, 2, 3, 4).build()))
        .hasMessageContaining("DEADLINE_EXCEEDED");
    engine.gate.countDown();
    assertThat(hanging.get(5, TimeUnit.SECONDS).getAttributionsCount()).isEqualTo(4);
    assertThat(waiting.getFirst().get(5, TimeUnit.SECONDS).getAttributionsCount()).isEqualTo(4);
  }

  @Test
  void whatIsCancelledIsNotComputedOn() throws Exception {
    engine.hold();
    ListenableFuture<Explanation> hanging =
        later().explain(of(1, 2, 3, 4).setPermutations(1000).build());
    engine.standing.await();
    hanging.cancel(true);
    // Answered on the same connection after the cancellation was heard.
    assertThatThrownBy(
            () ->
                LearningServiceGrpc.newBlockingStub(channel)
                    .freeze(FreezeRequest.getDefaultInstance()))
        .hasMessageContaining("UNIMPLEMENTED");
    int before = engine.asked.get();
    engine.gate.countDown();

    stub().explain(of(1, 2, 3, 4).setPermutations(1).build());

    // At most what was under way, then the second request's two ends and two walks.
    assertThat(engine.asked.get() - before).isLessThan(10);
    assertThatThrownBy(hanging::get)
        .isInstanceOfAny(
            ExecutionException.class, java.util.concurrent.CancellationException.class);
  }

  private void refused(ExplainRequest request, Status.Code code, String... words) {
    assertThatThrownBy(() -> stub().explain(request))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(code);
              assertThat(e.getStatus().getDescription()).contains(words);
            });
  }

  private ExplanationServiceGrpc.ExplanationServiceBlockingStub stub() {
    return ExplanationServiceGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
  }

  private ExplanationServiceGrpc.ExplanationServiceFutureStub later() {
    return ExplanationServiceGrpc.newFutureStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  private static ExplainRequest.Builder of(float... row) {
    ExplainRequest.Builder request = ExplainRequest.newBuilder().setModel("direction");
    for (float one : row) {
      request.addFeatures(one);
    }
    return request;
  }

  /** ONNX Runtime, where explanations alone can be held up. */
  private static final class Held implements ModelEngine {
    private final OnnxEngine engine = new OnnxEngine();
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private final CountDownLatch standing = new CountDownLatch(1);
    private final AtomicInteger asked = new AtomicInteger();

    void hold() {
      gate = new CountDownLatch(1);
    }

    @Override
    public boolean reads(String format) {
      return engine.reads(format);
    }

    @Override
    public ServableModel load(ModelArtifact artifact) throws ModelRefusedException {
      ServableModel model = engine.load(artifact);
      return new ServableModel() {
        @Override
        public ModelArtifact artifact() {
          return model.artifact();
        }

        @Override
        public int features() {
          return model.features();
        }

        @Override
        public boolean isQuick() {
          return false;
        }

        @Override
        public OptionalLong offHeapBytes() {
          return model.offHeapBytes();
        }

        @Override
        public Answer infer(float[] rows, int count) {
          if (Thread.currentThread().getName().equals("explanation")) {
            asked.incrementAndGet();
            standing.countDown();
            try {
              gate.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException("interrupted", e);
            }
          }
          return model.infer(rows, count);
        }

        @Override
        public void close() {
          model.close();
        }
      };
    }
  }
}
