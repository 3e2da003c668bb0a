package ai.neo.modelregistry;

import ai.neo.modelregistry.gates.RegistryPolicy;
import ai.neo.proto.registry.v1.AliasName;
import ai.neo.proto.registry.v1.HistoryRequest;
import ai.neo.proto.registry.v1.HistoryResponse;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.MoveAliasRequest;
import ai.neo.proto.registry.v1.RegisterRequest;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import ai.neo.proto.registry.v1.RegistryServiceGrpc.RegistryServiceBlockingStub;
import ai.neo.proto.registry.v1.VersionName;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * A registry behind a real gRPC server whose executor is the transport's own thread: a call that
 * blocked it would stop all others.
 */
public final class TestRegistry implements AutoCloseable {
  public final ModelRegistry registry;
  public final RegistryServiceBlockingStub stub;
  private final Server server;
  private final ManagedChannel channel;

  public TestRegistry(RegistrySettings settings) throws IOException {
    this(settings, RegistryPolicy.NONE);
  }

  public TestRegistry(RegistrySettings settings, RegistryPolicy policy) throws IOException {
    registry = ModelRegistry.open(settings, policy);
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor()
            .maxInboundMessageSize(ModelRegistry.MESSAGE_MAX_BYTES)
            .addService(registry.service())
            .build()
            .start();
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
            .usePlaintext()
            .maxInboundMessageSize(ModelRegistry.MESSAGE_MAX_BYTES)
            .build();
    stub = RegistryServiceGrpc.newBlockingStub(channel);
  }

  public static RegisterRequest request(String model, ByteString artifact) {
    return RegisterRequest.newBuilder()
        .setModel(model)
        .setArtifact(artifact)
        .setFeatureSetId("fs-1")
        .setDataDescription("BTC 1m")
        .putMetrics("accuracy", 0.5)
        .putMetrics("loss", 1.25)
        .setActor("trainer")
        .setReason("first training")
        .build();
  }

  public ModelVersion register(String model, int seed) {
    return stub.register(request(model, Samples.neoDjl(seed)));
  }

  public static MoveAliasRequest move(
      String model, String expected, String version, String action) {
    return MoveAliasRequest.newBuilder()
        .setModel(model)
        .setAlias("champion")
        .setExpectedVersion(expected)
        .setVersion(version)
        .setActor("operator")
        .setReason("because")
        .setAction(action)
        .build();
  }

  public HistoryResponse history(String model) {
    return stub.history(HistoryRequest.newBuilder().setModel(model).build());
  }

  public static VersionName version(String model, String version) {
    return VersionName.newBuilder().setModel(model).setVersion(version).build();
  }

  public static AliasName champion(String model) {
    return AliasName.newBuilder().setModel(model).setAlias("champion").build();
  }

  /** The status of a call that must fail. */
  public static Status failure(ThrowingCallable call) {
    return Assertions.catchThrowableOfType(StatusRuntimeException.class, call).getStatus();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    registry.close();
  }
}
