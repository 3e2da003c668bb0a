package ai.neo.modelgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelgateway.learning.LearningSettings;
import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.proto.learning.v1.FreezeRequest;
import ai.neo.proto.learning.v1.LearnRequest;
import ai.neo.proto.learning.v1.LearnResponse;
import ai.neo.proto.learning.v1.LearningServiceGrpc;
import ai.neo.proto.learning.v1.ModelChange;
import ai.neo.proto.learning.v1.PromoteRequest;
import ai.neo.proto.learning.v1.RollbackRequest;
import ai.neo.proto.learning.v1.TrainHeader;
import ai.neo.proto.learning.v1.TrainProgress;
import ai.neo.proto.learning.v1.TrainRequest;
import ai.neo.proto.learning.v1.TrainRows;
import ai.neo.proto.registry.v1.RegisterRequest;
import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.InferTensorContents;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelMetadataRequest;
import inference.ModelReadyRequest;
import inference.ModelStatisticsRequest;
import inference.RepositoryIndexRequest;
import inference.ServerLiveRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The gateway over a real gRPC server, trained and asked as the orchestrator does it. */
class GatewayTest {
  private static final String MODEL = "direction";
  private static final int WIDTH = 4;
  private static final LearningSettings SETTINGS =
      new LearningSettings(
          16, 4, 64, 2e-3f, 1e-3f, 1f, 1e-3f, 2000, 200, 400, 0.0001, 1e-6, 100, 42);

  private final InMemoryRegistry registry = new InMemoryRegistry();
  private Gateway gateway;
  private ManagedChannel channel;
  private GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub inference;
  private LearningServiceGrpc.LearningServiceBlockingStub learning;

  @BeforeEach
  void start() throws Exception {
    gateway = open(registry);
    channel = connect(gateway);
    inference = GRPCInferenceServiceGrpc.newBlockingStub(channel);
    learning = LearningServiceGrpc.newBlockingStub(channel);
    train(channel, 42);
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    gateway.close();
  }

  @Test
  void theFirstTrainedVersionServesAndHasLearnedWhatWasThere() {
    assertThat(registry.ledger()).containsExactly("promote 1");
    assertThat(inference.serverLive(ServerLiveRequest.getDefaultInstance()).getLive()).isTrue();
    assertThat(
            inference.modelReady(ModelReadyRequest.newBuilder().setName(MODEL).build()).getReady())
        .isTrue();
    assertThat(
            inference
                .modelReady(ModelReadyRequest.newBuilder().setName("other").build())
                .getReady())
        .isFalse();
    var metadata =
        inference.modelMetadata(ModelMetadataRequest.newBuilder().setName(MODEL).build());
    assertThat(metadata.getInputs(0).getShapeList()).containsExactly(-1L, (long) WIDTH);
    var index = inference.repositoryIndex(RepositoryIndexRequest.getDefaultInstance());
    assertThat(index.getModels(0).getState()).isEqualTo("READY");
    float[] up = probabilities(inference.modelInfer(request(1, 2f, 0, 0, 0)));
    float[] down = probabilities(inference.modelInfer(request(1, -2f, 0, 0, 0)));
    assertThat(up[2]).isGreaterThan(0.6f);
    assertThat(down[0]).isGreaterThan(0.6f);
  }

  @Test
  void rawAndTypedInputsGiveTheSameRawAnswerWithItsOrigin() {
    ModelInferResponse raw = inference.modelInfer(request(1, 1f, 2f, 3f, 4f));
    ModelInferRequest typed =
        request(1, 1f, 2f, 3f, 4f).toBuilder()
            .clearRawInputContents()
            .setInputs(
                0,
                request(1, 1f).getInputs(0).toBuilder()
                    .setContents(
                        InferTensorContents.newBuilder()
                            .addAllFp32Contents(List.of(1f, 2f, 3f, 4f))))
            .build();
    ModelInferResponse answer = inference.modelInfer(typed);
    assertThat(answer.getRawOutputContentsList()).isEqualTo(raw.getRawOutputContentsList());
    assertThat(answer.getOutputs(0).hasContents()).isFalse();
    assertThat(answer.getModelVersion()).isEqualTo("1");
    assertThat(answer.getParametersOrThrow("model_digest").getStringParam()).isEqualTo("digest-1");
    assertThat(answer.getId()).isEqualTo("p1");
    assertThat(
            inference
                .modelStatistics(ModelStatisticsRequest.newBuilder().setName(MODEL).build())
                .getModelStats(0)
                .getInferenceStats()
                .getSuccess()
                .getCount())
        .isEqualTo(2);
  }

  @Test
  void aRowsAnswerHasTheSameBitsInAnyBatch() {
    float[] rows = new float[64 * WIDTH];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (float) random.nextDouble(-3, 3);
    }
    float[] together = probabilities(inference.modelInfer(request(64, rows)));
    for (int row = 0; row < 64; row++) {
      float[] alone =
          probabilities(
              inference.modelInfer(
                  request(1, java.util.Arrays.copyOfRange(rows, row * 4, row * 4 + 4))));
      assertThat(alone)
          .containsExactly(together[row * 3], together[row * 3 + 1], together[row * 3 + 2]);
    }
  }

  @Test
  void wrongRequestsAreRefusedInTheProtocolsWords() {
    ModelInferRequest good = request(1, 1, 2, 3, 4);
    refused(
        good.toBuilder().setModelName("nope").build(),
        "NOT_FOUND: Request for unknown model: 'nope' is not found");
    refused(
        good.toBuilder().setModelVersion("99").build(),
        "NOT_FOUND: Request for unknown model: 'direction' version 99 is not found");
    refused(good.toBuilder().setModelVersion("abc").build(), "(details: stol)");
    refused(
        good.toBuilder().setInputs(0, good.getInputs(0).toBuilder().setDatatype("FP64")).build(),
        "[request id: p1] inference input 'features' data-type is 'FP64', but model 'direction'"
            + " expects 'FP32'");
    refused(
        good.toBuilder()
            .setInputs(0, good.getInputs(0).toBuilder().clearShape().addShape(1).addShape(3))
            .build(),
        "Expected [-1,4], got [1,3]. ");
    refused(
        good.toBuilder().setRawInputContents(0, ByteString.copyFrom(new byte[3])).build(),
        "Expected 16, got 3");
    refused(good.toBuilder().clearRawInputContents().build(), "unable to find data");
    refused(good.toBuilder().clearInputs().build(), "expected 1 inputs but got 0 inputs");
    refused(
        good.toBuilder()
            .addOutputs(ModelInferRequest.InferRequestedOutputTensor.newBuilder().setName("x"))
            .build(),
        "unexpected inference output 'x'");
  }

  @Test
  void aSwapUnderLoadDropsNothingAndARollbackUndoesIt() throws Exception {
    train(channel, 7);
    AtomicBoolean running = new AtomicBoolean(true);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<CompletableFuture<Integer>> callers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      callers.add(
          CompletableFuture.supplyAsync(
              () -> {
                int count = 0;
                while (running.get()) {
                  String version = inference.modelInfer(request(1, 1, 2, 3, 4)).getModelVersion();
                  if (!version.equals("1") && !version.equals("2")) {
                    throw new IllegalStateException("version " + version);
                  }
                  count++;
                }
                return count;
              },
              threads));
    }
    for (int i = 0; i < 20; i++) {
      assertThat(
              learning
                  .promote(
                      PromoteRequest.newBuilder()
                          .setModel(MODEL)
                          .setVersion("2")
                          .setActor("t")
                          .setExpectedChampion("1")
                          .build())
                  .getToVersion())
          .isEqualTo("2");
      assertThat(
              learning
                  .rollback(RollbackRequest.newBuilder().setModel(MODEL).setActor("t").build())
                  .getToVersion())
          .isEqualTo("1");
    }
    running.set(false);
    for (CompletableFuture<Integer> caller : callers) {
      assertThat(caller.get(10, TimeUnit.SECONDS)).isPositive();
    }
    threads.shutdown();
  }

  @Test
  void whatMayNotServeIsRefusedAndTheChampionServesOn() throws Exception {
    byte[] good = registry.fetch(MODEL, "1").content();
    byte[] truncated = java.util.Arrays.copyOf(good, good.length - 5);
    byte[] flipped = good.clone();
    flipped[good.length / 2] ^= 1;
    DirectionNetwork other = DirectionNetwork.read(good);
    promoteRefused(register(truncated, "neo-djl", "set-a"), "truncated");
    promoteRefused(register(flipped, "neo-djl", "set-a"), "checksum");
    promoteRefused(register(other.toBytes(), "neo-djl", "set-b"), "set-b");
    promoteRefused(register(new byte[] {1, 2, 3}, "onnx", "set-a"), "ONNX Runtime cannot load");
    promoteRefused(register(good, "torchscript", "set-a"), "not loaded here");
    promoteRefused("77", "there is no version 77");
    assertThat(inference.modelInfer(request(1, 1, 2, 3, 4)).getModelVersion()).isEqualTo("1");
    assertThat(registry.ledger()).filteredOn(e -> e.startsWith("promote ")).hasSize(1);
  }

  @Test
  void feedbackIsTakenOnceAndOnlyIfItIsWhole() {
    LearnRequest good = feedback("a", 1f, 2, 0.01f);
    assertThat(learning.learn(good).getOutcome()).isEqualTo(LearnResponse.Outcome.LEARNED);
    assertThat(learning.learn(good).getOutcome()).isEqualTo(LearnResponse.Outcome.DUPLICATE);
    LearnResponse nan = learning.learn(feedback("b", Float.NaN, 2, 0.01f));
    assertThat(nan.getOutcome()).isEqualTo(LearnResponse.Outcome.REFUSED);
    assertThat(nan.getReason()).contains("NaN");
    assertThat(learning.learn(good.toBuilder().setPredictionId("c").setFeatureSetId("z").build()))
        .extracting(LearnResponse::getOutcome)
        .isEqualTo(LearnResponse.Outcome.REFUSED);
    learning.freeze(
        FreezeRequest.newBuilder().setModel(MODEL).setFrozen(true).setReason("drift").build());
    assertThat(learning.learn(feedback("d", 1f, 2, 0.01f)).getOutcome())
        .isEqualTo(LearnResponse.Outcome.FROZEN);
  }

  @Test
  void aChangedMarketIsLearnedAndTheSameOutcomesGiveTheSameVersions() throws Exception {
    List<ModelChange> first = turnTheMarket(learning);
    assertThat(first).extracting(ModelChange::getKind).contains(ModelChange.Kind.PROMOTED);
    InMemoryRegistry other = new InMemoryRegistry();
    try (Gateway second = open(other)) {
      ManagedChannel toSecond = connect(second);
      train(toSecond, 42);
      assertThat(turnTheMarket(LearningServiceGrpc.newBlockingStub(toSecond))).isEqualTo(first);
      for (int version = 1; version <= other.list(MODEL).size(); version++) {
        assertThat(other.fetch(MODEL, "" + version).content())
            .isEqualTo(registry.fetch(MODEL, "" + version).content());
      }
      toSecond.shutdownNow();
    }
  }

  @Test
  void aChampionThatFallsBehindIsRolledBack() {
    turnTheMarket(learning);
    List<ModelChange> changes = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < 800; i++) {
      // The market turns back: what the first version learned is right again.
      float x = (float) random.nextDouble(-2, 2);
      changes.addAll(
          learning
              .learn(feedback("back" + i, x, x > 0 ? 2 : 0, x > 0 ? 0.01f : -0.01f))
              .getChangesList());
    }
    assertThat(changes)
        .extracting(ModelChange::getKind)
        .containsAnyOf(ModelChange.Kind.ROLLED_BACK, ModelChange.Kind.PROMOTED);
    assertThat(registry.ledger()).anyMatch(entry -> entry.startsWith("rollback"));
  }

  /** From now on BUY is right where SELL was. */
  private static List<ModelChange> turnTheMarket(
      LearningServiceGrpc.LearningServiceBlockingStub learning) {
    List<ModelChange> changes = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 2500; i++) {
      float x = (float) random.nextDouble(-2, 2);
      List<ModelChange> caused =
          learning
              .learn(feedback("turn" + i, x, x > 0 ? 0 : 2, x > 0 ? -0.01f : 0.01f))
              .getChangesList();
      changes.addAll(caused);
      if (caused.stream().anyMatch(c -> c.getKind() == ModelChange.Kind.PROMOTED)) {
        return changes;
      }
    }
    return changes;
  }

  private void promoteRefused(String version, String reason) {
    assertThatThrownBy(
            () ->
                learning.promote(
                    PromoteRequest.newBuilder()
                        .setModel(MODEL)
                        .setVersion(version)
                        .setActor("t")
                        .build()))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("FAILED_PRECONDITION")
        .hasMessageContaining(reason);
  }

  private String register(byte[] content, String format, String featureSet) {
    return registry
        .register(
            RegisterRequest.newBuilder()
                .setModel(MODEL)
                .setArtifact(ByteString.copyFrom(content))
                .setFormat(format)
                .setFeatureSetId(featureSet)
                .build())
        .getVersion();
  }

  private void refused(ModelInferRequest request, String message) {
    assertThatThrownBy(() -> inference.modelInfer(request))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining(message);
  }

  private static LearnRequest feedback(String id, float x, int label, float forward) {
    return LearnRequest.newBuilder()
        .setModel(MODEL)
        .setPredictionId(id)
        .setFeatureSetId("set-a")
        .addAllFeatures(List.of(x, 0f, 0f, 0f))
        .setLabel(label)
        .setForwardReturn(forward)
        .build();
  }

  private static ModelInferRequest request(int rows, float... values) {
    ByteBuffer raw = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    return ModelInferRequest.newBuilder()
        .setModelName(MODEL)
        .setId("p1")
        .addInputs(
            ModelInferRequest.InferInputTensor.newBuilder()
                .setName("features")
                .setDatatype("FP32")
                .addShape(rows)
                .addShape(WIDTH))
        .addRawInputContents(ByteString.copyFrom(raw.array()))
        .build();
  }

  private static float[] probabilities(ModelInferResponse response) {
    ByteBuffer raw =
        response.getRawOutputContents(0).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[raw.remaining() / 4];
    raw.asFloatBuffer().get(values);
    return values;
  }

  private static Gateway open(InMemoryRegistry registry) throws IOException {
    Gateway gateway =
        new Gateway(
            new Gateway.Settings("127.0.0.1", 0, 0, SETTINGS),
            registry,
            io.opentelemetry.api.OpenTelemetry.noop(),
            List.of());
    gateway.start();
    return gateway;
  }

  private static ManagedChannel connect(Gateway gateway) {
    return NettyChannelBuilder.forAddress("127.0.0.1", gateway.grpcPort()).usePlaintext().build();
  }

  /** The first feature's sign says what will be right. */
  private static void train(ManagedChannel channel, long seed) throws Exception {
    CompletableFuture<TrainProgress> done = new CompletableFuture<>();
    StreamObserver<TrainRequest> to =
        LearningServiceGrpc.newStub(channel)
            .train(
                new StreamObserver<>() {
                  private TrainProgress last;

                  @Override
                  public void onNext(TrainProgress progress) {
                    last = progress;
                  }

                  @Override
                  public void onError(Throwable error) {
                    done.completeExceptionally(error);
                  }

                  @Override
                  public void onCompleted() {
                    done.complete(last);
                  }
                });
    to.onNext(
        TrainRequest.newBuilder()
            .setHeader(
                TrainHeader.newBuilder()
                    .setModel(MODEL)
                    .setFeatureSetId("set-a")
                    .setFeatures(WIDTH)
                    .setSeed(seed))
            .build());
    TrainRows.Builder rows = TrainRows.newBuilder();
    SplittableRandom random = new SplittableRandom(3);
    for (int row = 0; row < 4000; row++) {
      float x = (float) random.nextDouble(-2, 2);
      rows.addAllFeatures(List.of(x, (float) random.nextDouble(), 0f, 0f));
      rows.addLabels(x > 0 ? 2 : 0);
      rows.addForwardReturn(x > 0 ? 0.01f : -0.01f);
    }
    to.onNext(TrainRequest.newBuilder().setRows(rows).build());
    to.onCompleted();
    assertThat(done.get(60, TimeUnit.SECONDS).getHeldOutAccuracy()).isGreaterThan(0.9);
  }
}
