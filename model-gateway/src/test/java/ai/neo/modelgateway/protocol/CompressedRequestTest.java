package ai.neo.modelgateway.protocol;

import static ai.neo.modelgateway.GatewayFixture.raw;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelgateway.Gateway;
import ai.neo.modelgateway.GatewayFixture;
import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import io.grpc.Codec;
import io.grpc.Compressor;
import io.grpc.CompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.OutputStream;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests in the encodings that stock clients send. */
class CompressedRequestTest {
  private static GatewayFixture fixture;
  private static ManagedChannel channel;

  @BeforeAll
  static void start() {
    fixture = GatewayFixture.start();
    CompressorRegistry compressors = CompressorRegistry.newEmptyInstance();
    compressors.register(new Codec.Gzip());
    compressors.register(new Deflate());
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", fixture.gateway.port())
            .usePlaintext()
            .compressorRegistry(compressors)
            .build();
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    fixture.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate"})
  void compressedRequestsAreAnsweredAsOthersAre(String encoding) {
    assertThat(stub(encoding).modelInfer(raw(64).build()))
        .isEqualTo(fixture.stub().modelInfer(raw(64).build()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate"})
  void aFewBytesThatUnpackToMoreThanTheLimitAreRefusedAndTheGatewayServesOn(String encoding) {
    ModelInferRequest huge =
        raw(1)
            .setRawInputContents(0, ByteString.copyFrom(new byte[Gateway.MESSAGE_MAX_BYTES]))
            .build();
    // gRPC for Java says UNKNOWN, since it finds out when the call has begun.
    assertThatThrownBy(() -> stub(encoding).modelInfer(huge))
        .isInstanceOf(StatusRuntimeException.class);
    assertThat(stub(encoding).modelInfer(raw(1).build()).getModelVersion()).isEqualTo("1");
  }

  private static GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub stub(String encoding) {
    return GRPCInferenceServiceGrpc.newBlockingStub(channel).withCompression(encoding);
  }

  /** As Triton's Python client packs it. */
  private static final class Deflate implements Compressor {
    @Override
    public String getMessageEncoding() {
      return "deflate";
    }

    @Override
    public OutputStream compress(OutputStream packed) {
      return new DeflaterOutputStream(packed);
    }
  }
}
