package ai.neo.modeltier;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.proto.learning.v1.FreezeRequest;
import ai.neo.proto.learning.v1.GetLearnerStatusRequest;
import ai.neo.proto.learning.v1.LearnRequest;
import ai.neo.proto.learning.v1.LearnResponse;
import ai.neo.proto.learning.v1.LearnerStatus;
import ai.neo.proto.learning.v1.LearningServiceGrpc;
import ai.neo.proto.learning.v1.ReplayLearningRequest;
import ai.neo.proto.learning.v1.ReplayLearningResponse;
import ai.neo.proto.learning.v1.TrainHeader;
import ai.neo.proto.learning.v1.TrainProgress;
import ai.neo.proto.learning.v1.TrainRequest;
import ai.neo.proto.learning.v1.TrainRows;
import ai.neo.proto.registry.v1.ListVersionsRequest;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelReadyRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model tier that is killed while it learns goes on as if it had not been. */
class LearnerCrashTest {
  private static final String MODEL = "direction";
  private static final String OTHER = "another";
  private static final String FEATURE_SET = "features-1";
  private static final int FEATURES = 4;
  private static final int OUTCOMES = 400;
  private static final int KILLED_AT = 230;
  private static final long SECONDS = 60;

  @TempDir private Path directory;

  @Test
  void killedInTheMiddleOfLearningItsSnapshotsHaveTheSameBits() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
      List<String> uninterrupted;
      try (TierProcess tier = start(postgres, "postgres", "one")) {
        ManagedChannel channel = channel(tier);
        train(channel, MODEL);
        learn(channel, 0, OUTCOMES);
        uninterrupted = versions(channel);
        channel.shutdownNow();
      }
      execute(postgres, "CREATE DATABASE other");
      try (TierProcess tier = start(postgres, "other", "two")) {
        ManagedChannel channel = channel(tier);
        train(channel, MODEL);
        train(channel, OTHER);
        learn(channel, 0, KILLED_AT);
        tier.kill();
        channel.shutdownNow();
      }
      try (TierProcess tier = start(postgres, "other", "two")) {
        ManagedChannel channel = channel(tier);
        LearningServiceGrpc.LearningServiceBlockingStub client = client(channel);
        assertThat(isReady(channel, OTHER)).as("served before, and named to no start").isTrue();
        for (int i = 0; i < KILLED_AT; i++) { // whoever is not sure sends all of it again
          assertThat(client.learn(outcome(i)).getOutcome())
              .isEqualTo(LearnResponse.Outcome.DUPLICATE);
        }
        learn(channel, KILLED_AT, OUTCOMES);
        assertThat(versions(channel)).isEqualTo(uninterrupted).hasSize(4);
        proved(client);
        channel.shutdownNow();
      }
    }
  }

  private static void proved(LearningServiceGrpc.LearningServiceBlockingStub client) {
    ReplayLearningResponse replay =
        client.replayLearning(ReplayLearningRequest.newBuilder().setModel(MODEL).build());
    assertThat(replay.getDifference()).isEmpty();
    assertThat(replay.getIdentical()).isTrue();
    assertThat(replay.getSnapshots()).isEqualTo(3);
    assertThat(replay.getRecordedOnList()).containsExactly(replay.getReplayedOn());
    FreezeRequest.Builder freeze =
        FreezeRequest.newBuilder().setModel(MODEL).setActor("operator").setReason("over");
    assertThat(client.freeze(freeze.setFrozen(true).build()).getFrozenReason()).contains("over");
    LearnerStatus status =
        client.getLearnerStatus(GetLearnerStatusRequest.newBuilder().setModel(MODEL).build());
    assertThat(status.getFrozen()).isTrue();
    assertThat(status.getLearned()).isEqualTo(OUTCOMES);
    assertThat(status.getDeadLetters()).isEqualTo(KILLED_AT);
  }

  private TierProcess start(EmbeddedPostgres postgres, String database, String folder)
      throws Exception {
    String url = "postgresql://postgres@localhost:" + postgres.getPort() + "/" + database;
    Path data = directory.resolve(folder);
    TierProcess tier =
        TierProcess.start(
            url,
            directory.resolve("errors.log"),
            "--data-dir",
            data.toString(),
            "--learning",
            "snapshotEvery=128",
            "--learning",
            "journal.checkpointEvery=100",
            "--learning",
            "replay.prioritised=true");
    assertThat(tier.said()).startsWith("READY {");
    return tier;
  }

  private static void execute(EmbeddedPostgres postgres, String statement) throws Exception {
    try (var connection = postgres.getPostgresDatabase().getConnection();
        var call = connection.createStatement()) {
      call.execute(statement);
    }
  }

  private static ManagedChannel channel(TierProcess tier) {
    return NettyChannelBuilder.forAddress("127.0.0.1", tier.grpcPort()).usePlaintext().build();
  }

  private static LearningServiceGrpc.LearningServiceBlockingStub client(ManagedChannel channel) {
    return LearningServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  private static boolean isReady(ManagedChannel channel, String model) {
    return GRPCInferenceServiceGrpc.newBlockingStub(channel)
        .modelReady(ModelReadyRequest.newBuilder().setName(model).build())
        .getReady();
  }

  private static void learn(ManagedChannel channel, int from, int to) {
    for (int i = from; i < to; i++) {
      assertThat(client(channel).learn(outcome(i)).getOutcome())
          .isEqualTo(LearnResponse.Outcome.LEARNED);
    }
  }

  private static List<String> versions(ManagedChannel channel) {
    return RegistryServiceGrpc.newBlockingStub(channel)
        .listVersions(ListVersionsRequest.newBuilder().setModel(MODEL).build())
        .getVersionsList()
        .stream()
        .map(LearnerCrashTest::described)
        .toList();
  }

  private static String described(ModelVersion version) {
    return version.getVersion() + " of " + version.getParentVersion() + ": " + version.getDigest();
  }

  private static void train(ManagedChannel channel, String model) throws Exception {
    CompletableFuture<TrainProgress> last = new CompletableFuture<>();
    StreamObserver<TrainRequest> rows =
        LearningServiceGrpc.newStub(channel).train(new LastOf(last));
    rows.onNext(
        TrainRequest.newBuilder()
            .setHeader(
                TrainHeader.newBuilder()
                    .setModel(model)
                    .setFeatureSetId(FEATURE_SET)
                    .setFeatures(FEATURES)
                    .setSeed(1)
                    .setEpochs(1))
            .build());
    TrainRows.Builder chunk = TrainRows.newBuilder();
    for (int i = 0; i < 300; i++) {
      LearnRequest outcome = outcome(-1 - i);
      chunk.addAllFeatures(outcome.getFeaturesList());
      chunk.addLabels(outcome.getLabel()).addForwardReturn(outcome.getForwardReturn());
      chunk.addTimeNs(i);
    }
    rows.onNext(TrainRequest.newBuilder().setRows(chunk).build());
    rows.onCompleted();
    assertThat(last.get(SECONDS, TimeUnit.SECONDS).getModelVersion()).isEqualTo("1");
  }

  private record LastOf(CompletableFuture<TrainProgress> last)
      implements StreamObserver<TrainProgress> {
    @Override
    public void onNext(TrainProgress progress) {
      if (!progress.getModelVersion().isEmpty()) {
        last.complete(progress);
      }
    }

    @Override
    public void onError(Throwable cause) {
      last.completeExceptionally(cause);
    }

    @Override
    public void onCompleted() {
      // The version came before it.
    }
  }

  /** The same for the same number: the return follows the first feature, with noise. */
  private static LearnRequest outcome(int number) {
    SplittableRandom random = new SplittableRandom(number);
    LearnRequest.Builder request = LearnRequest.newBuilder();
    for (int f = 0; f < FEATURES; f++) {
      request.addFeatures((float) random.nextDouble(-1, 1));
    }
    double move = 0.002 * request.getFeatures(0) + random.nextDouble(-0.0004, 0.0004);
    return request
        .setModel(MODEL)
        .setPredictionId("prediction-" + number)
        .setModelVersion("1")
        .setFeatureSetId(FEATURE_SET)
        .setLabel(move > 0.0006 ? 2 : move < -0.0006 ? 0 : 1)
        .setForwardReturn((float) move)
        .setEventTimeNs(60_000_000_000L * Math.max(0, number))
        .setMaturedTimeNs(60_000_000_000L * (5 + Math.max(0, number)))
        .build();
  }
}
