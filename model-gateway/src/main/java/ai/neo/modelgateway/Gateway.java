package ai.neo.modelgateway;

import ai.neo.modelgateway.protocol.HealthService;
import ai.neo.modelgateway.protocol.InferenceService;
import ai.neo.modelgateway.serving.ServingCatalog;
import inference.GRPCInferenceServiceGrpc;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The running server: predictions, and whatever other services it is given, on one gRPC port;
 * health and metrics over HTTP on another.
 *
 * <p>Predictions are answered on the transport's own threads, since a hand-over costs more than the
 * answer. Every other service, and every call of ours that may block, runs on a virtual thread.
 */
public final class Gateway implements AutoCloseable {

  /** Larger than 4096 rows of the widest feature set, and small enough to hold some at once. */
  public static final int MESSAGE_MAX_BYTES = 64 << 20;

  /** Requests inside get this long to finish when the gateway closes. */
  private static final long DRAIN_MS = 2_000;

  /** Clients may ping an idle connection this often, so that they learn early of a dead peer. */
  private static final long KEEP_ALIVE_MIN_SECONDS = 1;

  private final Server server;
  private final HttpEndpoints http;
  private final ExecutorService blocking;

  private Gateway(Server server, HttpEndpoints http, ExecutorService blocking) {
    this.server = server;
    this.http = http;
    this.blocking = blocking;
  }

  /**
   * Starts serving.
   *
   * @param catalog stays the caller's to close, after this
   * @param others further services; their calls may block
   * @throws IOException when a port is taken or the host is not ours
   */
  public static Gateway start(
      GatewaySettings settings,
      ServingCatalog catalog,
      OpenTelemetry telemetry,
      List<BindableService> others)
      throws IOException {
    ExecutorService blocking =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("gateway-call-", 0).factory());
    InferenceService inference =
        new InferenceService(catalog, settings.admin(), GatewayVersion.read());
    ServerBuilder<?> builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(settings.host(), settings.grpcPort()))
            .permitKeepAliveTime(KEEP_ALIVE_MIN_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .directExecutor()
            .callExecutor(new OffTransport(blocking))
            // Also what a gzip message may unpack to, so that a few bytes cannot become gigabytes.
            .maxInboundMessageSize(MESSAGE_MAX_BYTES)
            .intercept(new CallTracing(telemetry))
            .addService(inference.withHeaders())
            .addService(new HealthService(catalog))
            .addService(ProtoReflectionServiceV1.newInstance());
    others.forEach(builder::addService);
    HttpEndpoints http = listenForHttp(settings, catalog);
    try {
      return new Gateway(builder.build().start(), http, blocking);
    } catch (IOException e) {
      http.close();
      throw cannotListen(settings.host(), settings.grpcPort(), "gRPC", e);
    }
  }

  private static HttpEndpoints listenForHttp(GatewaySettings settings, ServingCatalog catalog)
      throws IOException {
    InetSocketAddress address = new InetSocketAddress(settings.host(), settings.httpPort());
    try {
      return HttpEndpoints.start(address, catalog);
    } catch (IOException e) {
      throw cannotListen(settings.host(), settings.httpPort(), "health and metrics", e);
    }
  }

  private static IOException cannotListen(String host, int port, String what, IOException cause) {
    Throwable root = cause.getCause() == null ? cause : cause.getCause();
    return new IOException(
        "cannot listen on %s:%d for %s: %s; is it taken? Choose another port, or 0 for a free one"
            .formatted(host, port, what, root.getMessage()),
        cause);
  }

  /** The gRPC port that is listened on. */
  public int port() {
    return server.getPort();
  }

  /** The port of health and metrics. */
  public int httpPort() {
    return http.port();
  }

  /** Takes no more requests, lets those inside finish for two seconds, then ends them. */
  @Override
  public void close() {
    server.shutdown();
    try {
      if (!server.awaitTermination(DRAIN_MS, TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    http.close();
    blocking.shutdownNow();
  }

  /** Keeps whatever may block off the transport's threads. */
  private record OffTransport(Executor blocking) implements ServerCallExecutorSupplier {
    @Override
    public <Q, A> Executor getExecutor(ServerCall<Q, A> call, Metadata headers) {
      var method = call.getMethodDescriptor();
      boolean ours = GRPCInferenceServiceGrpc.SERVICE_NAME.equals(method.getServiceName());
      boolean quick = ours && !InferenceService.blocks(String.valueOf(method.getBareMethodName()));
      return quick ? Runnable::run : blocking;
    }
  }
}
