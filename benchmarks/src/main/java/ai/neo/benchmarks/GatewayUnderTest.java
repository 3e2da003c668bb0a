package ai.neo.benchmarks;

import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.modelgateway.network.NetworkEngine;
import ai.neo.orchestrator.configuration.Configuration;
import ai.neo.orchestrator.gateway.GatewayModelTier;
import ai.neo.orchestrator.gateway.ModelTraining;
import ai.neo.orchestrator.operations.EmbeddedPostgresServer;
import ai.neo.orchestrator.operations.ModelTierProcess;
import ai.neo.proto.learning.v1.NetworkChoice;
import ai.neo.proto.learning.v1.TrainHeader;
import ai.neo.proto.registry.v1.Artifact;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import ai.neo.proto.registry.v1.VersionName;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A real gateway and registry in another process, as {@code ./neo run} starts them, with two
 * trained versions of one network.
 */
final class GatewayUnderTest implements AutoCloseable {
  static final String MODEL = "direction";
  static final int FEATURES = 24;
  private static final String FEATURE_SET = "benchmark";
  private static final int ROWS = 4_096;
  private static final int MESSAGE_BYTES = 64 * 1024 * 1024;

  private final Scratch scratch;
  private final EmbeddedPostgresServer postgres;
  private final ModelTierProcess tier;
  private final ManagedChannel channel;

  private GatewayUnderTest(
      Scratch scratch,
      EmbeddedPostgresServer postgres,
      ModelTierProcess tier,
      ManagedChannel channel) {
    this.scratch = scratch;
    this.postgres = postgres;
    this.tier = tier;
    this.channel = channel;
  }

  /** Starts everything and trains versions 1, the champion, and 2. */
  static GatewayUnderTest start() throws Exception {
    Scratch scratch = Scratch.make();
    Path cache = Path.of(System.getProperty("user.home"), ".neo", "cache");
    Files.createDirectories(cache);
    Path password = Files.writeString(scratch.path().resolve("password"), "benchmark");
    EmbeddedPostgresServer postgres =
        EmbeddedPostgresServer.start(
            scratch.path().resolve("postgres"), cache.resolve("postgres"), password);
    ModelTierProcess tier =
        ModelTierProcess.start(
            new ModelTierProcess.Settings(
                home().resolve("model-tier").resolve("target"),
                scratch.path(),
                cache.resolve("djl"),
                postgres.url(),
                new Configuration.ModelTier(0, 0, 0, Optional.empty(), List.of("-Xmx768m")),
                Map.of()));
    ManagedChannel channel = channel(tier.grpcPort());
    GatewayUnderTest gateway = new GatewayUnderTest(scratch, postgres, tier, channel);
    gateway.train(new Network(MODEL, "mlp", 1, FEATURES), 1);
    gateway.train(new Network(MODEL, "mlp", 1, FEATURES), 2);
    return gateway;
  }

  /**
   * A network that is served.
   *
   * @param window vectors of a row
   * @param vector features of each
   */
  record Network(String model, String architecture, int window, int vector) {
    /** Numbers in a row. */
    int features() {
      return window * vector;
    }
  }

  /** The folder of the checkout, told by the script. */
  static Path home() {
    String home = System.getProperty("neo.home");
    if (home == null) {
      throw new IllegalStateException("-Dneo.home is not set; start me by benchmarks/run");
    }
    return Path.of(home);
  }

  private static ManagedChannel channel(int port) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port)
        .usePlaintext()
        .directExecutor()
        .maxInboundMessageSize(MESSAGE_BYTES)
        .build();
  }

  ManagedChannel channel() {
    return channel;
  }

  /** As a run asks it. */
  GatewayModelTier modelTier() {
    return new GatewayModelTier(
        channel, new GatewayModelTier.Settings(MODEL, "benchmark", FEATURE_SET, 2_000, 30_000));
  }

  /** The same engine with the same version, called without a gateway. */
  ServableModel inProcess() throws Exception {
    return new NetworkEngine().load(artifact(MODEL));
  }

  /** Version 1 of a model, as the registry has it. */
  ModelArtifact artifact(String model) {
    Artifact artifact =
        RegistryServiceGrpc.newBlockingStub(channel)
            .fetchArtifact(VersionName.newBuilder().setModel(model).setVersion("1").build());
    return new ModelArtifact(
        model,
        "1",
        artifact.getVersion().getDigest(),
        artifact.getVersion().getFormat(),
        artifact.getVersion().getFeatureSetId(),
        artifact.getContent().toByteArray());
  }

  /** Processor time that the model tier has used since it began, all of its threads. */
  Duration processorTime() {
    return ProcessHandle.of(tier.pid())
        .flatMap(tier -> tier.info().totalCpuDuration())
        .orElseThrow();
  }

  /** Trains the next version of a network; the first becomes its model's champion. */
  void train(Network network, long seed) throws InterruptedException {
    SplittableRandom random = new SplittableRandom(seed);
    float[] features = features(ROWS, network.vector(), random);
    int[] labels = new int[ROWS];
    float[] returns = new float[ROWS];
    long[] times = new long[ROWS];
    for (int i = 0; i < ROWS; i++) {
      labels[i] = random.nextInt(3);
      returns[i] = (float) (random.nextDouble() - 0.5) / 100;
      times[i] = i * Market.MINUTE_NS;
    }
    new ModelTraining(channel)
        .train(
            TrainHeader.newBuilder()
                .setModel(network.model())
                .setFeatureSetId(FEATURE_SET)
                .setFeatures(network.vector())
                .setNetwork(
                    NetworkChoice.newBuilder()
                        .setArchitecture(network.architecture())
                        .setWindow(network.window()))
                .setSeed(seed)
                .setEpochs(1)
                .setDataDescription("random numbers")
                .build(),
            new ModelTraining.Rows(
                network.vector(), features, labels, returns, times, new int[labels.length]),
            progress -> {});
  }

  /** Random rows, row-major. */
  static float[] features(int rows, int width, SplittableRandom random) {
    float[] features = new float[rows * width];
    for (int i = 0; i < features.length; i++) {
      features[i] = (float) (random.nextDouble() * 2 - 1);
    }
    return features;
  }

  @Override
  public void close() throws IOException {
    channel.shutdownNow();
    tier.close();
    postgres.close();
    scratch.close();
  }
}
