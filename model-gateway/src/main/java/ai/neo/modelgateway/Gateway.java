package ai.neo.modelgateway;

import ai.neo.modelgateway.protocol.HealthService;
import ai.neo.modelgateway.protocol.InferenceService;
import ai.neo.modelgateway.protocol.MetricsPage;
import ai.neo.modelgateway.protocol.OpenInference;
import ai.neo.modelgateway.protocol.OtherModels;
import ai.neo.modelgateway.rest.RestEndpoints;
import ai.neo.modelgateway.scheduling.CallersThreads;
import ai.neo.modelgateway.scheduling.Scheduler;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.proto.learning.v1.LearnerStatus;
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
import java.util.function.Supplier;

/**
 * The running server: predictions, and whatever other services it is given, on one gRPC port; the
 * same protocol, health and metrics over HTTP on another.
 *
 * <p>Small requests to Neo's own networks are answered on the transport's own threads, since a
 * hand-over costs more than the answer. What other engines compute waits in a {@link Scheduler} for
 * one of a few threads, of which no model takes all, so that it holds nobody else up. Every other
 * service, and every call of ours that may block, runs on a virtual thread.
 */
public final class Gateway implements AutoCloseable {

  /** Larger than 4096 rows of the widest feature set, and small enough to hold some at once. */
  public static final int MESSAGE_MAX_BYTES = 64 << 20;

  /** Requests inside get this long to finish when the gateway closes. */
  private static final long DRAIN_MS = 2_000;

  /** Clients may ping an idle connection this often, so that they learn early of a dead peer. */
  private static final long KEEP_ALIVE_MIN_SECONDS = 1;

  /** Far more than any client has under way; it waits by itself beyond that. */
  private static final int CALLS_PER_CONNECTION_MAX = 1024;

  private final Server server;
  private final HttpEndpoints http;
  private final Threads threads;

  private Gateway(Server server, HttpEndpoints http, Threads threads) {
    this.server = server;
    this.http = http;
    this.threads = threads;
  }

  /**
   * What is served.
   *
   * @param catalog stays the caller's to close, after the gateway
   * @param learners what each learner has done so far, for metrics; must not block
   * @param others further services; their calls may block
   * @param elsewhere what is served beside the registry's models
   */
  public record Parts(
      ServingCatalog catalog,
      OpenTelemetry telemetry,
      Supplier<List<LearnerStatus>> learners,
      List<BindableService> others,
      OtherModels elsewhere) {
    public Parts {
      others = List.copyOf(others);
    }

    /** The registry's models alone. */
    public Parts(
        ServingCatalog catalog,
        OpenTelemetry telemetry,
        Supplier<List<LearnerStatus>> learners,
        List<BindableService> others) {
      this(catalog, telemetry, learners, others, OtherModels.none());
    }
  }

  /**
   * Starts serving.
   *
   * @throws IOException when a port is taken or the host is not ours
   */
  public static Gateway start(GatewaySettings settings, Parts parts) throws IOException {
    Threads threads = Threads.start(settings.limits());
    ServingCatalog catalog = parts.catalog();
    OpenInference protocol =
        new OpenInference(
            new OpenInference.Models(catalog, parts.elsewhere()),
            settings.permissions().admin(),
            GatewayVersion.read(),
            threads.computing(settings.limits()));
    CallTracing tracing = new CallTracing(parts.telemetry());
    InferenceService inference = new InferenceService(protocol, threads.blocking());
    ServerBuilder<?> builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(settings.host(), settings.grpcPort()))
            .permitKeepAliveTime(KEEP_ALIVE_MIN_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION_MAX)
            .directExecutor()
            .callExecutor(new OffTransport(threads.blocking()))
            .decompressorRegistry(Deflated.andGzip())
            // Also what a message may unpack to, so that a few bytes cannot become gigabytes.
            .maxInboundMessageSize(MESSAGE_MAX_BYTES)
            .intercept(tracing)
            .addService(inference.withHeaders())
            .addService(new HealthService(catalog))
            .addService(ProtoReflectionServiceV1.newInstance());
    parts.others().forEach(builder::addService);
    try {
      HttpEndpoints http = listenForHttp(settings, parts, protocol, tracing);
      try {
        return new Gateway(builder.build().start(), http, threads);
      } catch (IOException e) {
        http.close();
        throw cannotListen(settings.host(), settings.grpcPort(), "gRPC", e);
      }
    } catch (IOException e) {
      threads.end();
      throw e;
    }
  }

  private static HttpEndpoints listenForHttp(
      GatewaySettings settings, Parts parts, OpenInference protocol, CallTracing tracing)
      throws IOException {
    InetSocketAddress address = new InetSocketAddress(settings.host(), settings.httpPort());
    try {
      return HttpEndpoints.start(
          address,
          tracing.around(new RestEndpoints(protocol, address)),
          new MetricsPage(parts.catalog(), parts.learners(), parts.elsewhere()));
    } catch (IOException e) {
      throw cannotListen(settings.host(), settings.httpPort(), "HTTP", e);
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

  /** The HTTP port. */
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
    threads.end();
  }

  /**
   * What works off the transport's threads.
   *
   * @param scheduler computes what takes long
   * @param blocking a virtual thread for each call that may block
   */
  private record Threads(Scheduler scheduler, ExecutorService blocking) {
    static Threads start(GatewaySettings.InferenceLimits limits) {
      return new Threads(
          new Scheduler(limits.threads(), limits.waiting(), limits.models()),
          Executors.newThreadPerTaskExecutor(
              Thread.ofVirtual().name("gateway-call-", 0).factory()));
    }

    OpenInference.Computing computing(GatewaySettings.InferenceLimits limits) {
      return new OpenInference.Computing(
          scheduler, new CallersThreads(limits.waiting(), limits.models()), limits.batching());
    }

    void end() {
      scheduler.close();
      blocking.shutdownNow();
    }
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
