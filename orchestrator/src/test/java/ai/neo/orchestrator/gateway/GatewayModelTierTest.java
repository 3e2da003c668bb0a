package ai.neo.orchestrator.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.orchestrator.running.ModelTier;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.riskrules.ModelDoubt;
import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made of a gateway's answers, over gRPC from a server of a few lines. */
class GatewayModelTierTest {
  private final Answers answers = new Answers();
  private Server server;
  private ManagedChannel channel;
  private GatewayModelTier tier;

  @BeforeEach
  void begin() throws Exception {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(answers)
            .build()
            .start();
    channel =
        NettyChannelBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()))
            .usePlaintext()
            .build();
    tier =
        new GatewayModelTier(
            channel, new GatewayModelTier.Settings("direction", "run", "set", 30_000, 30_000));
  }

  @AfterEach
  void end() throws InterruptedException {
    channel.shutdownNow();
    server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
  }

  @Test
  void whatTheModelDoesNotAnswerIsAbsent() {
    assertThat(doubt()).isEqualTo(ModelDoubt.NONE);
    answers.add("uncertainty", 0.125f);
    assertThat(doubt()).isEqualTo(new ModelDoubt(0.125f, Float.NaN));
  }

  @Test
  void bothNumbersAreReadWhereverTheyStand() {
    answers.clear();
    answers.add("reconstruction_error", 1.5f);
    answers.add("something_else", 1f, 2f);
    answers.add("action_probabilities", 0.2f, 0.3f, 0.5f);
    answers.add("uncertainty", 0f);
    assertThat(doubt()).isEqualTo(new ModelDoubt(0f, 1.5f));
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, -0.1f, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY})
  void aDoubtThatIsNoneMakesTheAnswerMalformed(float value) {
    answers.add("reconstruction_error", value);
    assertThat(tier.predict(question()))
        .isEqualTo(
            new ModelTier.Answer.Failed(
                "the gateway's answer is malformed: reconstruction_error="
                    + value
                    + ", expected a finite number of zero or more"));
  }

  @Test
  void soDoOtherShapes() {
    answers.add("uncertainty", 0.1f, 0.1f);
    assertThat(tier.predict(question()))
        .isEqualTo(
            new ModelTier.Answer.Failed(
                "the gateway's answer is malformed: "
                    + "uncertainty should be FP32 with one number; got 8 bytes"));
  }

  private ModelDoubt doubt() {
    return switch (tier.predict(question())) {
      case ModelTier.Answer.Predicted predicted -> predicted.prediction().doubt();
      case ModelTier.Answer.Failed failed -> throw new AssertionError(failed.reason());
    };
  }

  private static LoopCommand.Predict question() {
    return new LoopCommand.Predict(1, 1, 0, new float[] {1f}, 2);
  }

  /** Answers whatever is asked with the same outputs. */
  private static final class Answers extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    private final ModelInferResponse.Builder outputs =
        ModelInferResponse.newBuilder().setModelName("direction").setModelVersion("1");

    Answers() {
      add("action_probabilities", 0.2f, 0.3f, 0.5f);
    }

    void clear() {
      outputs.clearOutputs().clearRawOutputContents();
    }

    void add(String name, float... values) {
      ByteBuffer raw =
          ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      raw.asFloatBuffer().put(values);
      outputs
          .addOutputs(
              ModelInferResponse.InferOutputTensor.newBuilder()
                  .setName(name)
                  .setDatatype("FP32")
                  .addShape(1)
                  .addShape(values.length))
          .addRawOutputContents(ByteString.copyFrom(raw));
    }

    @Override
    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> observer) {
      observer.onNext(outputs.build());
      observer.onCompleted();
    }
  }
}
