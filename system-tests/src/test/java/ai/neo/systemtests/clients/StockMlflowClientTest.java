package ai.neo.systemtests.clients;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.orchestrator.gateway.ModelTraining;
import ai.neo.proto.learning.v1.TrainHeader;
import ai.neo.proto.registry.v1.AliasName;
import ai.neo.proto.registry.v1.HistoryRequest;
import ai.neo.proto.registry.v1.HistoryResponse;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import ai.neo.proto.registry.v1.VersionName;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelReadyRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MLflow's own Python clients against the model tier: from a run to the champion that answers. */
class StockMlflowClientTest {
  private static final Path SCRIPT = Path.of("src", "test", "python", "mlflow_client.py");
  private static final String MODEL = "direction";
  private static final String FEATURE_SET = "features-1";
  private static final int FEATURES = 6;
  private static final int ROWS = 500;

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"2.22.5", "3.17.2"})
  void theStockClientGetsFromARunToTheChampion(String release) throws Exception {
    PythonEnvironment python =
        PythonEnvironment.named(
            "mlflow-" + release,
            "mlflow-skinny==" + release,
            "onnx==1.23.2",
            "onnxruntime==1.31.1",
            "numpy==2.4.6",
            "pandas==3.1.1");
    int hooks = freePort();
    Path policy =
        Files.writeString(
            directory.resolve("policy.yaml"), "webhook_hosts: ['127.0.0.1:" + hooks + "']");
    try (PackagedModelTier tier =
        PackagedModelTier.start(directory, "--policy", policy.toString())) {
      ManagedChannel channel = NettyChannelBuilder.forTarget(tier.address()).usePlaintext().build();
      try {
        train(channel);
        JsonObject told =
            new JsonObject(
                python
                    .run(
                        SCRIPT,
                        tier.registry(),
                        MODEL,
                        Integer.toString(FEATURES),
                        FEATURE_SET,
                        Integer.toString(hooks))
                    .lines()
                    .toList()
                    .getLast());
        assertThat(told.getString("client")).isEqualTo(release);
        assertSame(channel, told.getString("version"), told.getString("digest"));
      } finally {
        channel.shutdownNow();
      }
    }
  }

  /** For the script to listen on. */
  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** The gateway answers with it, and the ledger says how it got there. */
  private static void assertSame(ManagedChannel channel, String version, String digest) {
    var registry = RegistryServiceGrpc.newBlockingStub(channel);
    ModelVersion registered =
        registry.getVersion(VersionName.newBuilder().setModel(MODEL).setVersion(version).build());
    assertThat(registered.getDigest()).isEqualTo(digest);
    assertThat(registered.getFeatureSetId()).isEqualTo(FEATURE_SET);
    assertThat(registered.getMetricsMap()).containsEntry("auc", 0.54);
    assertThat(
            registry
                .getAlias(AliasName.newBuilder().setModel(MODEL).setAlias("champion").build())
                .getVersion())
        .isEqualTo(version);
    assertThat(
            GRPCInferenceServiceGrpc.newBlockingStub(channel)
                .modelReady(
                    ModelReadyRequest.newBuilder().setName(MODEL).setVersion(version).build())
                .getReady())
        .isTrue();
    HistoryResponse ledger = registry.history(HistoryRequest.newBuilder().setModel(MODEL).build());
    assertThat(ledger.getChainIntact()).isTrue();
    assertThat(ledger.getEntriesList())
        .extracting(entry -> entry.getAction() + " " + entry.getVersion())
        .containsSubsequence(List.of("promote 1", "promote " + version, "promotion-refused 4"));
  }

  private static void train(ManagedChannel channel) throws InterruptedException {
    SplittableRandom random = new SplittableRandom(1);
    float[] features = new float[ROWS * FEATURES];
    int[] labels = new int[ROWS];
    float[] forwardReturns = new float[ROWS];
    long[] timesNs = new long[ROWS];
    for (int row = 0; row < ROWS; row++) {
      for (int i = 0; i < FEATURES; i++) {
        features[row * FEATURES + i] = (float) random.nextDouble(-1, 1);
      }
      labels[row] = features[row * FEATURES] > 0 ? 2 : 0;
      forwardReturns[row] = features[row * FEATURES] / 100;
      timesNs[row] = row;
    }
    new ModelTraining(channel)
        .train(
            TrainHeader.newBuilder()
                .setModel(MODEL)
                .setFeatureSetId(FEATURE_SET)
                .setFeatures(FEATURES)
                .setSeed(1)
                .setEpochs(1)
                .build(),
            new ModelTraining.Rows(
                FEATURES, features, labels, forwardReturns, timesNs, new int[labels.length]),
            progress -> {});
  }
}
