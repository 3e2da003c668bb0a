package ai.neo.modelgateway;

import ai.neo.modelgateway.learning.LearningService;
import ai.neo.modelgateway.learning.LearningSettings;
import ai.neo.modelgateway.network.NetworkEngine;
import ai.neo.modelgateway.onnx.OnnxEngine;
import ai.neo.modelgateway.protocol.InferenceService;
import ai.neo.modelgateway.protocol.Statistics;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.modelgateway.serving.VersionRegistry;
import com.sun.net.httpserver.HttpServer;
import inference.GRPCInferenceServiceGrpc;
import io.grpc.BindableService;
import io.grpc.DecompressorRegistry;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The gateway's servers: gRPC for predictions and learning, HTTP for metrics and health. */
public final class Gateway implements AutoCloseable {
  private static final int MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

  private final ServingCatalog catalog;
  private final LearningService learning;
  private final HealthStatusManager health = new HealthStatusManager();
  private final ExecutorService blocking = Executors.newVirtualThreadPerTaskExecutor();
  private final Server server;
  private final HttpServer http;

  /**
   * Where it listens.
   *
   * @param grpcPort 0 for a free one
   * @param httpPort 0 for a free one
   */
  public record Settings(String host, int grpcPort, int httpPort, LearningSettings learning) {}

  /**
   * @param telemetry where the calls' spans go
   * @param more services that share the port
   */
  public Gateway(
      Settings settings,
      VersionRegistry registry,
      OpenTelemetry telemetry,
      List<BindableService> more)
      throws IOException {
    Statistics statistics = new Statistics();
    catalog = new ServingCatalog(registry, List.of(new NetworkEngine(), new OnnxEngine()));
    learning = new LearningService(settings.learning(), catalog, registry);
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(settings.host(), settings.grpcPort()))
            // Predictions run where they arrive: a hand-over costs more than they do.
            .directExecutor()
            .callExecutor(blockingCalls())
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            // A few compressed bytes can unpack to more than the limit allows: none are taken.
            .decompressorRegistry(DecompressorRegistry.emptyInstance())
            .intercept(new CallTracing(telemetry))
            .addService(new InferenceService(catalog, statistics))
            .addService(learning)
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance());
    more.forEach(builder::addService);
    server = builder.build();
    http = HttpServer.create(new InetSocketAddress(settings.host(), settings.httpPort()), 0);
    answer("/metrics", statistics::prometheus);
    answer("/v2/health/live", () -> "");
    answer("/v2/health/ready", () -> "");
  }

  /** Begins to answer. */
  public void start() throws IOException {
    server.start();
    http.start();
    health.setStatus("", ServingStatus.SERVING);
  }

  public ServingCatalog catalog() {
    return catalog;
  }

  /** The gRPC port in use. */
  public int grpcPort() {
    return server.getPort();
  }

  /** The HTTP port in use. */
  public int httpPort() {
    return http.getAddress().getPort();
  }

  private interface Body {
    String text();
  }

  private void answer(String path, Body body) {
    http.createContext(
        path,
        exchange -> {
          byte[] bytes = body.text().getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4");
          exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
  }

  /** Every service but the predictions may block, and gets threads that may. */
  private ServerCallExecutorSupplier blockingCalls() {
    return new ServerCallExecutorSupplier() {
      @Override
      public <Q, A> Executor getExecutor(ServerCall<Q, A> call, Metadata metadata) {
        String service = call.getMethodDescriptor().getServiceName();
        return GRPCInferenceServiceGrpc.SERVICE_NAME.equals(service) ? null : blocking;
      }
    };
  }

  /** Lets what is in flight finish, for two seconds at most. */
  @Override
  public void close() {
    health.enterTerminalState();
    server.shutdown();
    try {
      if (!server.awaitTermination(2, TimeUnit.SECONDS)) {
        server.shutdownNow();
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    http.stop(0);
    blocking.shutdownNow();
    learning.close();
  }
}
