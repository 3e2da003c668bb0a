package ai.neo.modelgateway.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.OnnxEngine;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.modelgateway.network.NetworkEngine;
import ai.neo.modelgateway.network.Precision;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.proto.learning.v1.ExportRequest;
import ai.neo.proto.learning.v1.ExportResponse;
import ai.neo.proto.learning.v1.FreezeRequest;
import ai.neo.proto.learning.v1.GetLearnerStatusRequest;
import ai.neo.proto.learning.v1.LearnResponse;
import ai.neo.proto.learning.v1.LearnerStatus;
import ai.neo.proto.learning.v1.LearningServiceGrpc;
import ai.neo.proto.learning.v1.ModelChange;
import ai.neo.proto.learning.v1.PromoteRequest;
import ai.neo.proto.learning.v1.ReplayLearningRequest;
import ai.neo.proto.learning.v1.RollbackRequest;
import ai.neo.proto.learning.v1.SwapReceipt;
import ai.neo.proto.learning.v1.TrainHeader;
import ai.neo.proto.learning.v1.TrainProgress;
import ai.neo.proto.learning.v1.TrainRequest;
import ai.neo.proto.learning.v1.TrainRows;
import ai.neo.proto.learning.v1.TrainedSeries;
import ai.neo.proto.learning.v1.WatchModelsRequest;
import ai.neo.proto.lineage.TrainedSpan;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RegisterRequest;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LearningServiceTest {
  private static final String MODEL = "direction";
  private static final long DEADLINE_SECONDS = 60;

  private InMemoryRegistry registry;
  private ServingCatalog catalog;
  private LearningService service;
  private Server server;
  private ManagedChannel channel;
  private LearningServiceGrpc.LearningServiceBlockingStub client;

  @BeforeEach
  void begin() throws IOException {
    registry = new InMemoryRegistry();
    catalog = new ServingCatalog(registry, List.of(new NetworkEngine()));
    service = new LearningService(LearningSettings.defaults(), catalog, registry);
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(service)
            .build()
            .start();
    channel =
        NettyChannelBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()))
            .usePlaintext()
            .build();
    client = LearningServiceGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void end() throws InterruptedException {
    channel.shutdownNow();
    server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    service.close();
    catalog.close();
  }

  @Test
  void aFirstTrainingBecomesChampionAndASecondOnlyACandidate() throws Exception {
    TrainedSeries planted =
        TrainedSeries.newBuilder().setInstrument("PLANTED").setBarNs(60).setHorizonNs(900).build();
    List<TrainProgress> progress = train(header().addSeries(planted).build(), 1);
    assertThat(progress).hasSize(4); // three epochs and the version
    assertThat(progress.getLast().getModelVersion()).isEqualTo("1");
    assertThat(progress.getLast().getModelDigest()).hasSize(64);
    assertThat(progress.getFirst().getModelVersion()).isEmpty();
    assertThat(catalog.champion(MODEL).orElseThrow().artifact().version()).isEqualTo("1");
    assertThat(registry.records().getFirst().getActor()).isEqualTo("trainer");
    ModelVersion first = registry.list(MODEL).getFirst();
    assertThat(first.getDataDescription()).contains("planted", "1500");
    assertThat(TrainedSpan.in(first.getDataDescription()))
        .singleElement()
        .matches(span -> span.instrument().equals("PLANTED") && span.rows() == 1500)
        .matches(span -> span.barNs() == 60 && span.horizonNs() == 900);
    assertThat(first.getLineage().getDatasetManifest()).isEqualTo(header().getDataDescription());
    assertThat(first.getLineage().getDatasetDigest())
        .matches("[0-9a-f]{64}")
        .isSubstringOf(first.getDataDescription());
    assertThat(first.getLineage().getCode()).matches("neo [0-9].*, djl .*pytorch.*");

    assertThat(train(header().build(), 1).getLast().getModelDigest())
        .isEqualTo(progress.getLast().getModelDigest());
    assertThat(catalog.champion(MODEL).orElseThrow().artifact().version()).isEqualTo("1");
  }

  @Test
  void outcomesAreLearnedInOrderAndAnsweredAfterwards() throws Exception {
    assertThat(client.learn(new Market(2).outcome(1)).getOutcome())
        .isEqualTo(LearnResponse.Outcome.REFUSED);
    train(header().build(), 1);
    Market market = new Market(2);
    for (int i = 1; i <= 64; i++) {
      LearnResponse response = client.learn(market.outcome(1));
      assertThat(response.getUpdates()).isEqualTo(i / 32);
      assertThat(response.getChampionVersion()).isEqualTo("1");
      assertThat(response.getEpoch()).isEqualTo(1);
    }
    LearnerStatus status = status();
    assertThat(status.getLearned()).isEqualTo(64);
    assertThat(service.statuses()).containsExactly(status);
  }

  @Test
  void promotionsRollbacksAndTheirRefusals() throws Exception {
    train(header().build(), 1);
    train(header().setSeed(6).build(), -1);
    PromoteRequest second = promotion("2").setExpectedChampion("1").build();
    SwapReceipt receipt = client.promote(second);
    assertThat(receipt.getFromVersion()).isEqualTo("1");
    assertThat(receipt.getToVersion()).isEqualTo("2");
    assertThat(client.learn(new Market(2).outcome(1)).getChampionVersion()).isEqualTo("2");
    assertThat(client.rollback(rollback()).getToVersion()).isEqualTo("1");

    refused(() -> client.promote(second.toBuilder().setExpectedChampion("2").build()));
    refused(() -> client.promote(promotion("77").build()));
    assertThat(catalog.champion(MODEL).orElseThrow().artifact().version()).isEqualTo("1");
  }

  @Test
  void thereIsNothingToRollBackToBeforeTheFirstSwap() throws Exception {
    train(header().build(), 1);
    refused(() -> client.rollback(rollback()));
  }

  @Test
  void aWatcherSeesTheChampionAndThenEachChange() throws Exception {
    train(header().build(), 1);
    Iterator<ModelChange> changes =
        client.watchModels(WatchModelsRequest.newBuilder().setModel(MODEL).build());
    ModelChange first = changes.next();
    assertThat(first.getKind()).isEqualTo(ModelChange.Kind.CURRENT);
    assertThat(first.getVersion()).isEqualTo("1");
    train(header().setSeed(6).build(), 1);
    assertThat(changes.next().getKind()).isEqualTo(ModelChange.Kind.CANDIDATE);
    client.promote(promotion("2").build());
    ModelChange promoted = changes.next();
    assertThat(promoted.getKind()).isEqualTo(ModelChange.Kind.PROMOTED);
    assertThat(promoted.getPreviousVersion()).isEqualTo("1");
    assertThat(promoted.getEpoch()).isEqualTo(2);
  }

  @Test
  void freezeWorksBeforeAnythingWasLearned() {
    service.open(MODEL); // as the settings say at the start
    LearnerStatus frozen =
        client.freeze(
            FreezeRequest.newBuilder()
                .setModel(MODEL)
                .setFrozen(true)
                .setActor("operator")
                .setReason("kill switch")
                .build());
    assertThat(frozen.getFrozen()).isTrue();
    assertThat(status().getFrozenReason()).contains("kill switch");
  }

  @Test
  void aNameThatIsNoModelIsNotFoundAndGetsNoLearner() throws Exception {
    FreezeRequest freeze = FreezeRequest.newBuilder().setModel("directoin").setFrozen(true).build();
    PromoteRequest promote = promotion("1").setModel("directoin").build();
    RollbackRequest rollback = rollback().toBuilder().setModel("directoin").build();
    GetLearnerStatusRequest status =
        GetLearnerStatusRequest.newBuilder().setModel("directoin").build();
    ReplayLearningRequest replay = ReplayLearningRequest.newBuilder().setModel("directoin").build();
    for (Runnable call :
        List.<Runnable>of(
            () -> client.freeze(freeze),
            () -> client.promote(promote),
            () -> client.rollback(rollback),
            () -> client.getLearnerStatus(status),
            () -> client.replayLearning(replay))) {
      assertThatThrownBy(call::run)
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND))
          .hasMessageContaining("there is no model 'directoin'");
    }
    assertThat(service.statuses()).isEmpty();

    train(header().setModel("directoin").build(), 1); // from now on it is one
    assertThat(client.freeze(freeze).getFrozen()).isTrue();
    assertThat(client.getLearnerStatus(status).getFrozen()).isTrue();
  }

  @Test
  void aModelWhoseVersionsWaitForAPromotionIsKnown() {
    registry.register(
        RegisterRequest.newBuilder()
            .setModel("waiting")
            .setFormat("onnx")
            .setArtifact(ByteString.copyFromUtf8("theirs"))
            .build());
    FreezeRequest freeze = FreezeRequest.newBuilder().setModel("waiting").setFrozen(true).build();
    assertThat(client.freeze(freeze).getFrozen()).isTrue();
    assertThatThrownBy(() -> client.rollback(rollback().toBuilder().setModel("waiting").build()))
        .hasMessageContaining("'waiting' has no champion yet");
  }

  @Test
  void brokenTrainingsAreRefused() {
    assertThatThrownBy(() -> train(header().setFeatures(0).build(), 1))
        .hasMessageContaining("features must be");
    assertThatThrownBy(() -> train(header().setFeatures(5).build(), 1))
        .hasMessageContaining("must have 5 features");
    assertThatThrownBy(() -> train(header().setEpochs(-1).build(), 1))
        .hasMessageContaining("epochs");
    assertThatThrownBy(() -> train(header().clearFeatureSetId().build(), 1))
        .hasMessageContaining("feature_set_id");
    assertThat(registry.list(MODEL)).isEmpty();
  }

  @Test
  void anExportAnswersAsTheVersionInEachPrecisionAndTellsItsCost() throws Exception {
    train(header().build(), 1);
    String digest = train(header().setSeed(6).build(), 1).getLast().getModelDigest();
    TrainRows rows = Market.message(200, 11, 1);
    int last = Integer.MAX_VALUE;
    for (Precision precision : Precision.values()) {
      ExportResponse file =
          client.export(
              ExportRequest.newBuilder()
                  .setModel(MODEL)
                  .setVersion("2")
                  .setPrecision(precision.label())
                  .setEvaluation(rows)
                  .build());
      assertThat(file.getPrecision()).isEqualTo(precision.label());
      assertThat(file.getModelVersion()).isEqualTo("2");
      assertThat(file.getModelDigest()).isEqualTo(digest);
      assertThat(file.getSha256()).isEqualTo(ModelDesk.sha256(file.getContent().toByteArray()));
      assertThat(file.getComparedRows()).isEqualTo(200);
      assertThat(file.getTolerance()).isEqualTo(precision.tolerance());
      assertThat(file.getLargestDifference()).isBetween(0.0, precision.tolerance());
      assertThat(file.getLogLossChange()).isBetween(-precision.tolerance(), precision.tolerance());
      assertThat(file.getContent().size()).isLessThan(last);
      last = file.getContent().size();
      assertThat(furthest(file, rows)).isLessThanOrEqualTo(file.getLargestDifference() + 1e-6);
    }
  }

  /** By how much the file, loaded as any ONNX file is, answers otherwise than version 2. */
  private double furthest(ExportResponse file, TrainRows rows) throws ModelRefusedException {
    byte[] content = file.getContent().toByteArray();
    float[] values = new float[rows.getFeaturesCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = rows.getFeatures(i);
    }
    try (ServableModel network = new NetworkEngine().load(registry.fetch(MODEL, "2"));
        ServableModel onnx =
            new OnnxEngine()
                .load(
                    new ModelArtifact(
                        MODEL, "1", file.getSha256(), "onnx", Market.FEATURE_SET, content))) {
      float[] right = network.infer(values, rows.getLabelsCount()).actionProbabilities();
      float[] exported = onnx.infer(values, rows.getLabelsCount()).actionProbabilities();
      double furthest = 0;
      for (int i = 0; i < right.length; i++) {
        furthest = Math.max(furthest, Math.abs(right[i] - exported[i]));
      }
      return furthest;
    }
  }

  @Test
  void whatCannotBeExportedSaysWhy() throws Exception {
    ExportRequest.Builder champion = ExportRequest.newBuilder().setModel(MODEL);
    refusedExport(champion, Status.Code.FAILED_PRECONDITION, "has no champion; name a version");
    train(header().build(), 1);
    assertThat(client.export(champion.build()).getModelVersion()).isEqualTo("1");
    registry.register(
        RegisterRequest.newBuilder()
            .setModel(MODEL)
            .setFormat("onnx")
            .setFeatureSetId(Market.FEATURE_SET)
            .setArtifact(ByteString.copyFromUtf8("theirs"))
            .build());
    refusedExport(
        champion.clone().setVersion("2"),
        Status.Code.FAILED_PRECONDITION,
        "version 2 is onnx; only networks that Neo trained (neo-djl) are exported");
    refusedExport(
        champion.clone().setVersion("9"), Status.Code.FAILED_PRECONDITION, "no version 9");
    refusedExport(
        champion.clone().setPrecision("int4"),
        Status.Code.INVALID_ARGUMENT,
        "precision must be fp32, fp16 or int8, is 'int4'");
    refusedExport(
        champion.clone().setFormat("pickle"),
        Status.Code.INVALID_ARGUMENT,
        "format must be onnx, is 'pickle'");
    refusedExport(
        champion.clone().setEvaluation(Market.message(3, 1, 1).toBuilder().addFeatures(1)),
        Status.Code.INVALID_ARGUMENT,
        "features");
    assertThat(catalog.champion(MODEL).orElseThrow().artifact().version()).isEqualTo("1");
  }

  private void refusedExport(ExportRequest.Builder request, Status.Code code, String why) {
    assertThatThrownBy(() -> client.export(request.build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class, e -> assertThat(e.getStatus().getCode()).isEqualTo(code))
        .hasMessageContaining(why);
  }

  private LearnerStatus status() {
    return client.getLearnerStatus(GetLearnerStatusRequest.newBuilder().setModel(MODEL).build());
  }

  private static PromoteRequest.Builder promotion(String version) {
    return PromoteRequest.newBuilder()
        .setModel(MODEL)
        .setVersion(version)
        .setActor("operator")
        .setReason("test");
  }

  private static RollbackRequest rollback() {
    return RollbackRequest.newBuilder()
        .setModel(MODEL)
        .setActor("operator")
        .setReason("test")
        .build();
  }

  private static void refused(Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION));
  }

  private static TrainHeader.Builder header() {
    return TrainHeader.newBuilder()
        .setModel(MODEL)
        .setFeatureSetId(Market.FEATURE_SET)
        .setFeatures(Market.FEATURES)
        .setSeed(5)
        .setEpochs(3)
        .setDataDescription("planted")
        .setCostPerTrade(Market.COST);
  }

  private List<TrainProgress> train(TrainHeader header, double strength)
      throws ExecutionException, InterruptedException, TimeoutException {
    CompletableFuture<List<TrainProgress>> answer = new CompletableFuture<>();
    StreamObserver<TrainRequest> upload =
        LearningServiceGrpc.newStub(channel).train(new Collecting(answer));
    upload.onNext(TrainRequest.newBuilder().setHeader(header).build());
    Market market = new Market(3);
    for (int chunk = 0; chunk < 3; chunk++) {
      TrainRows.Builder rows = TrainRows.newBuilder();
      for (int i = 0; i < 500; i++) {
        Market.Moment moment = market.next(strength);
        rows.addAllFeatures(moment.features())
            .addLabels(moment.label())
            .addForwardReturn(moment.forwardReturn())
            .addTimeNs(moment.timeNs());
      }
      upload.onNext(TrainRequest.newBuilder().setRows(rows).build());
    }
    upload.onCompleted();
    return answer.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  /** Collects a stream's messages until it ends. */
  private record Collecting(
      CompletableFuture<List<TrainProgress>> answer, List<TrainProgress> messages)
      implements StreamObserver<TrainProgress> {
    Collecting(CompletableFuture<List<TrainProgress>> answer) {
      this(answer, new ArrayList<>());
    }

    @Override
    public void onNext(TrainProgress message) {
      messages.add(message);
    }

    @Override
    public void onError(Throwable cause) {
      answer.completeExceptionally(cause);
    }

    @Override
    public void onCompleted() {
      answer.complete(messages);
    }
  }
}
