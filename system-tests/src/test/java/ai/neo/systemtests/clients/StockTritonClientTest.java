package ai.neo.systemtests.clients;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.orchestrator.gateway.ModelTraining;
import ai.neo.proto.learning.v1.LearningServiceGrpc;
import ai.neo.proto.learning.v1.PromoteRequest;
import ai.neo.proto.learning.v1.TrainHeader;
import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Triton's own Python clients, gRPC and HTTP, against the model tier: nobody has to learn a client
 * of ours.
 */
class StockTritonClientTest {
  private static final Path SCRIPT = Path.of("src", "test", "python", "triton_client.py");
  private static final String MODEL = "direction";
  private static final int FEATURES = 6;
  private static final int ROWS = 1_000;

  @TempDir private Path directory;

  @Test
  void theStockClientGetsEverythingThatItAsksFor() throws Exception {
    PythonEnvironment python =
        PythonEnvironment.named("triton", "tritonclient[grpc,http]==2.73.0", "numpy==1.26.4");
    try (PackagedModelTier tier = PackagedModelTier.start(directory)) {
      ManagedChannel channel = NettyChannelBuilder.forTarget(tier.address()).usePlaintext().build();
      try {
        train(channel, 1);
        train(channel, 2);
        promote(channel, "2");
        JsonObject told =
            new JsonObject(
                python.run(
                    SCRIPT,
                    tier.address(),
                    tier.httpAddress(),
                    MODEL,
                    Integer.toString(FEATURES),
                    "2"));

        assertThat(told.getJsonArray("versions")).containsExactlyInAnyOrder("1", "2");
        assertThat(told.getString("server_version")).isNotEmpty();
        assertThat(told.getLong("successes")).isPositive();
        assertSame(told, ask(channel, told.getJsonArray("asked")));
      } finally {
        channel.shutdownNow();
      }
    }
  }

  /** The client's numbers are what our own stub is answered, to the last bit. */
  private static void assertSame(JsonObject told, FloatBuffer ours) {
    JsonArray theirs = told.getJsonArray("probabilities");
    assertThat(theirs.size()).isEqualTo(ours.remaining());
    for (int i = 0; i < theirs.size(); i++) {
      assertThat(theirs.getFloat(i)).isEqualTo(ours.get(i));
    }
  }

  private static FloatBuffer ask(ManagedChannel channel, JsonArray values) {
    ByteBuffer rows =
        ByteBuffer.allocate(values.size() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < values.size(); i++) {
      rows.putFloat(values.getFloat(i));
    }
    ModelInferResponse answer =
        GRPCInferenceServiceGrpc.newBlockingStub(channel)
            .modelInfer(
                ModelInferRequest.newBuilder()
                    .setModelName(MODEL)
                    .addInputs(
                        ModelInferRequest.InferInputTensor.newBuilder()
                            .setName("features")
                            .setDatatype("FP32")
                            .addShape(values.size() / FEATURES)
                            .addShape(FEATURES))
                    .addRawInputContents(ByteString.copyFrom(rows.array()))
                    .build());
    return answer
        .getRawOutputContents(0)
        .asReadOnlyByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer();
  }

  private static void train(ManagedChannel channel, long seed) throws InterruptedException {
    float[] features = new float[ROWS * FEATURES];
    int[] labels = new int[ROWS];
    float[] forwardReturns = new float[ROWS];
    long[] timesNs = new long[ROWS];
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < features.length; i++) {
      features[i] = (float) random.nextDouble(-1, 1);
    }
    for (int row = 0; row < ROWS; row++) {
      float signal = features[row * FEATURES];
      labels[row] = signal > 0 ? 2 : 0;
      forwardReturns[row] = signal / 100;
      timesNs[row] = row;
    }
    TrainHeader header =
        TrainHeader.newBuilder()
            .setModel(MODEL)
            .setFeatureSetId("features-1")
            .setFeatures(FEATURES)
            .setSeed(seed)
            .setEpochs(2)
            .build();
    new ModelTraining(channel)
        .train(
            header,
            new ModelTraining.Rows(
                FEATURES, features, labels, forwardReturns, timesNs, new int[labels.length]),
            progress -> {});
  }

  private static void promote(ManagedChannel channel, String version) {
    LearningServiceGrpc.newBlockingStub(channel)
        .promote(
            PromoteRequest.newBuilder()
                .setModel(MODEL)
                .setVersion(version)
                .setActor("test")
                .setReason("two versions are warm")
                .build());
  }
}
