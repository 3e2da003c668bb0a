package ai.neo.modelgateway.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelgateway.engine.OnnxEngine;
import ai.neo.proto.registry.v1.Alias;
import ai.neo.proto.registry.v1.AliasName;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A registry that is there and says nothing, as one whose process is stopped. */
class RegistryClientTest {
  private Server silent;
  private ManagedChannel channel;
  private RegistryClient registry;

  @BeforeEach
  void start() throws Exception {
    silent =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                new RegistryServiceGrpc.RegistryServiceImplBase() {
                  @Override
                  public void getAlias(AliasName name, StreamObserver<Alias> reply) {}
                })
            .build()
            .start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", silent.getPort()).usePlaintext().build();
    registry = new RegistryClient(channel);
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    silent.shutdownNow();
  }

  @Test
  void whoWaitsForTheRegistrysWordWaitsASecondAtMost() {
    try (ServingCatalog catalog = new ServingCatalog(registry, List.of(new OnnxEngine()))) {
      long start = System.nanoTime();
      assertThatThrownBy(() -> catalog.confirm("direction"))
          .isInstanceOfSatisfying(
              RegistryException.class,
              e -> assertThat(e.kind()).isEqualTo(RegistryException.Kind.UNAVAILABLE))
          .hasMessage("it did not answer within 1000 ms");
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(900), Duration.ofSeconds(5));
    }
  }

  @Test
  void theCallersOwnDeadlineHoldsToo() {
    try (ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        Context.CancellableContext call =
            Context.current().withDeadline(Deadline.after(50, TimeUnit.MILLISECONDS), timer)) {
      long start = System.nanoTime();
      call.run(
          () ->
              assertThatThrownBy(() -> registry.within(Duration.ofSeconds(8)).champion("direction"))
                  .isInstanceOf(RegistryException.class));
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
    }
  }
}
