package ai.neo.modeltier;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.MlpShape;
import ai.neo.modelgateway.network.NetworkFormat;
import ai.neo.modelgateway.network.Objective;
import ai.neo.modelgateway.network.Provenance;
import ai.neo.modelgateway.network.Standardisation;
import ai.neo.modelregistry.GatewayWord;
import ai.neo.proto.learning.v1.LearningServiceGrpc;
import ai.neo.proto.learning.v1.ModelChange;
import ai.neo.proto.learning.v1.WatchModelsRequest;
import ai.neo.proto.registry.v1.AliasName;
import ai.neo.proto.registry.v1.Evaluation;
import ai.neo.proto.registry.v1.HistoryRequest;
import ai.neo.proto.registry.v1.LedgerEntry;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.MoveAliasRequest;
import ai.neo.proto.registry.v1.RegisterRequest;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import ai.neo.proto.registry.v1.RegistryServiceGrpc.RegistryServiceBlockingStub;
import ai.neo.proto.registry.v1.VerifyRequest;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A registry that is killed while it promotes leaves one truth, and a gateway elsewhere serves it.
 */
class KilledRegistryTest {
  private static final String MODEL = "direction";
  private static final int FEATURES = 4;
  private static final int KILLS = 2;
  private static final long SEED = 20_261_121;

  @TempDir private Path directory;

  private int port;

  @Test
  void whateverWasUnderWayWasMadeWhollyOrNotAtAll() throws Exception {
    Files.writeString(
        directory.resolve("policy.yaml"), "models: {direction: {minimum_samples: 1}}");
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    SplittableRandom random = new SplittableRandom(SEED);
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    RegistryServiceBlockingStub registry =
        RegistryServiceGrpc.newBlockingStub(channel)
            .withInterceptors(GatewayWord.giving()); // moves champions as a gateway does
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
        ScheduledExecutorService killer = Executors.newSingleThreadScheduledExecutor()) {
      TierProcess running = registry(postgres);
      try (TierProcess gateway = gateway(postgres)) {
        register(registry, 1);
        register(registry, 2);
        promote(registry, "", "1");
        for (int kill = 0; kill < KILLS; kill++) {
          TierProcess victim = running;
          String champion = champion(registry);
          Future<?> killed =
              killer.schedule(victim::close, random.nextInt(100, 400), TimeUnit.MILLISECONDS);
          String acknowledged = promoteUntilItDies(registry, champion);
          killed.get();
          victim.awaitEnd(10);
          running = registry(postgres);
          channel.resetConnectBackoff();
          checkTruth(registry.withWaitForReady(), acknowledged, gateway);
        }
      } finally {
        running.close();
      }
    } finally {
      channel.shutdownNow();
    }
  }

  private TierProcess registry(EmbeddedPostgres postgres) throws IOException {
    TierProcess started =
        TierProcess.start(
            TierProcess.url(postgres),
            directory.resolve("registry.log"),
            "--registry-only",
            "--grpc-port",
            Integer.toString(port),
            "--policy",
            directory.resolve("policy.yaml").toString(),
            "--data-dir",
            directory.resolve("registry").toString());
    assertThat(started.said()).startsWith("READY {");
    return started;
  }

  private TierProcess gateway(EmbeddedPostgres postgres) throws IOException {
    TierProcess started =
        TierProcess.start(
            TierProcess.url(postgres),
            directory.resolve("gateway.log"),
            "--registry",
            "127.0.0.1:" + port,
            "--data-dir",
            directory.resolve("gateway").toString());
    assertThat(started.said()).startsWith("READY {");
    return started;
  }

  /** A network of four features that may serve. */
  static ByteString network(long seed) {
    MlpShape shape = new MlpShape(FEATURES, 8);
    float[] parameters = new float[shape.parameters()];
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = (float) random.nextDouble(-0.3, 0.3);
    }
    DirectionNetwork network =
        new DirectionNetwork(
            shape,
            new Standardisation(new float[] {0, 0, 0, 0}, new float[] {1, 1, 1, 1}),
            new Objective(1, 1, 1, 0.002f, 0.0005),
            new Provenance("features-1", "engine", "cpu", seed),
            parameters);
    return ByteString.copyFrom(NetworkFormat.write(network));
  }

  private static void register(RegistryServiceBlockingStub registry, long seed) {
    ModelVersion version =
        registry.register(
            RegisterRequest.newBuilder()
                .setModel(MODEL)
                .setArtifact(network(seed))
                .setFeatureSetId("features-1")
                .setActor("test")
                .build());
    LedgerEntry evaluated =
        registry.submitEvaluation(
            Evaluation.newBuilder()
                .setModel(MODEL)
                .setVersion(version.getVersion())
                .setDigest(version.getDigest())
                .setDatasetDigest("%064x".formatted(seed))
                .setSamples(10)
                .setEvaluatedAt("2026-11-21T10:00:00Z")
                .setActor("test")
                .build());
    assertThat(evaluated.getAction()).isEqualTo("evaluation");
  }

  private static String promote(RegistryServiceBlockingStub registry, String from, String to) {
    return registry
        .moveAlias(
            MoveAliasRequest.newBuilder()
                .setModel(MODEL)
                .setAlias("champion")
                .setExpectedVersion(from)
                .setVersion(to)
                .setActor("test")
                .setReason("back and forth")
                .setAction("promote")
                .build())
        .getVersion();
  }

  /** The last version whose promotion was answered. */
  private static String promoteUntilItDies(RegistryServiceBlockingStub registry, String first) {
    String champion = first;
    try {
      while (true) {
        champion = promote(registry, champion, champion.equals("1") ? "2" : "1");
      }
    } catch (StatusRuntimeException died) {
      return champion;
    }
  }

  private static String champion(RegistryServiceBlockingStub registry) {
    return registry
        .getAlias(AliasName.newBuilder().setModel(MODEL).setAlias("champion").build())
        .getVersion();
  }

  private static void checkTruth(
      RegistryServiceBlockingStub registry, String acknowledged, TierProcess gateway) {
    assertThat(
            registry.verify(VerifyRequest.newBuilder().setModel(MODEL).build()).getProblemsList())
        .isEmpty();
    List<LedgerEntry> entries =
        registry.history(HistoryRequest.newBuilder().setModel(MODEL).build()).getEntriesList();
    List<LedgerEntry> moves =
        entries.stream().filter(entry -> entry.getAction().equals("promote")).toList();
    String champion = champion(registry);
    assertThat(moves.getLast().getVersion()).isEqualTo(champion);
    // What was answered is there; at most one more was made whose answer was lost.
    String before = moves.get(Math.max(0, moves.size() - 2)).getVersion();
    assertThat(acknowledged).isIn(champion, before);
    for (int i = 0; i < entries.size(); i++) {
      // The first champion ever is not gated.
      if (entries.get(i).getAction().equals("promote")
          && !entries.get(i).equals(moves.getFirst())) {
        assertThat(entries.get(i - 1).getAction()).isEqualTo("promotion-gate-passed");
      }
    }
    assertThat(entries.getLast().getAction()).isEqualTo("promote");
    awaitServed(gateway, champion);
  }

  private static void awaitServed(TierProcess gateway, String version) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", gateway.grpcPort()).usePlaintext().build();
    try {
      Iterator<ModelChange> changes =
          LearningServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(20, TimeUnit.SECONDS)
              .watchModels(WatchModelsRequest.newBuilder().setModel(MODEL).build());
      String served = changes.next().getVersion();
      while (!served.equals(version)) {
        served = changes.next().getVersion(); // each move that it was away for, or the last alone
      }
    } finally {
      channel.shutdownNow();
    }
  }
}
