package ai.neo.modelgateway.forward;

import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelStatisticsRequest;
import inference.ModelStatisticsResponse;
import inference.RepositoryModelLoadRequest;
import inference.RepositoryModelUnloadRequest;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server that is forwarded to. Safe for any thread; {@link #infer} does not block.
 *
 * <p>No deadline and no cancellation of a caller's ever reaches it: Triton before 2.59 dies of
 * calls that end early. An answer that comes too late is dropped here instead.
 */
public final class RemoteServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RemoteServer.class);

  /** Nobody waits so long; it only keeps calls that hang from being kept for ever. */
  static final long CALL_MINUTES = 10;

  /** What may be under way at once. Dropped calls count until they end. */
  static final int IN_FLIGHT_MAX = 1024;

  /** Streams under way at once, those included that are read only to be dropped. */
  static final int STREAMS_MAX = 256;

  private static final int MESSAGE_MAX_BYTES = 64 << 20;
  private static final Duration DESCRIBE = Duration.ofSeconds(5);
  private static final Duration LOAD = Duration.ofMinutes(2);

  private final ForwardTarget target;
  private final ForwardSettings settings;
  private final Timers timers;
  private final ManagedChannel channel;
  private final PatientCalls calls;
  private final ServerContents contents;
  private final Map<String, ModelTraffic> traffic = new ConcurrentHashMap<>();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger streams = new AtomicInteger();
  private final Set<CallerLink> links = ConcurrentHashMap.newKeySet();

  /** Runs things later, and at once on a thread that may block. */
  interface Timers {
    /** Returns what cancels it. */
    Runnable after(long ns, Runnable task);
  }

  RemoteServer(
      ForwardTarget target, ForwardSettings settings, Timers timers, RegisteredVersions registry) {
    this.target = target;
    this.settings = settings;
    this.timers = timers;
    this.channel = connection(target);
    this.calls = new PatientCalls(channel);
    this.contents = new ServerContents(target, channel, calls, registry, settings.refresh());
  }

  private static ManagedChannel connection(ForwardTarget target) {
    return NettyChannelBuilder.forTarget("dns:///" + target.address())
        .usePlaintext()
        .maxInboundMessageSize(MESSAGE_MAX_BYTES)
        .directExecutor() // what follows an answer is quick, or goes elsewhere by itself
        .build();
  }

  public String name() {
    return target.name();
  }

  /** As texts for people name it. */
  public String shown() {
    return target.shown();
  }

  /** What it has, as far as is known. */
  public ServerContents contents() {
    return contents;
  }

  public Optional<RemoteModel> model(String name) {
    return contents.model(name);
  }

  /** Whether a request for the model would be sent now. */
  public boolean isAsked(String model) {
    ModelTraffic known = traffic.get(model);
    return contents.isUp() && (known == null || known.circuit.wouldAdmit(System.nanoTime()));
  }

  /** Counts an answer that a local version gave instead. */
  public void fellBack(String model, FallbackReason reason) {
    traffic(model).fellBack(reason);
  }

  /** What is wrong with the shapes of a request, so that it must not be sent. */
  public static Optional<String> shapeProblem(ModelInferRequest request) {
    return TensorSizes.problem(request);
  }

  /**
   * Asks for an answer.
   *
   * @param request names the model and, exactly, the version
   */
  public void infer(ModelInferRequest request, RemoteReply reply) {
    ModelTraffic model = traffic(request.getModelName());
    if (!model.circuit.admits(System.nanoTime())) {
      reply.lost(FallbackReason.CIRCUIT_OPEN, leftAlone(request.getModelName()));
      return;
    }
    if (inFlight.incrementAndGet() > IN_FLIGHT_MAX) {
      inFlight.decrementAndGet();
      reply.lost(FallbackReason.BUSY, tooMany(IN_FLIGHT_MAX, "requests"));
      return;
    }
    Exchange exchange = new Exchange(request, model, reply);
    exchange.startTimers();
    // Under the root context: the caller's ends with its deadline, and would end the call.
    Context.ROOT.run(
        () ->
            ClientCalls.asyncUnaryCall(
                channel.newCall(
                    GRPCInferenceServiceGrpc.getModelInferMethod(),
                    CallOptions.DEFAULT.withDeadlineAfter(CALL_MINUTES, TimeUnit.MINUTES)),
                request,
                exchange));
  }

  /** A connection for the decoupled requests of one caller, who closes it. */
  public CallerLink link() {
    CallerLink link = new CallerLink(this, connection(target));
    links.add(link);
    return link;
  }

  void forget(CallerLink link) {
    links.remove(link);
  }

  /** Why no stream may begin now; where one may, it is counted until {@link #endedStream}. */
  Optional<Status> closedTo(String name, ModelTraffic model) {
    if (streams.incrementAndGet() > STREAMS_MAX) {
      streams.decrementAndGet();
      return Optional.of(tooMany(STREAMS_MAX, "streams"));
    }
    if (!model.circuit.admits(System.nanoTime())) {
      streams.decrementAndGet();
      return Optional.of(leftAlone(name));
    }
    return Optional.empty();
  }

  void endedStream() {
    streams.decrementAndGet();
  }

  private Status leftAlone(String model) {
    return Status.UNAVAILABLE.withDescription(
        "server %s failed of late for model '%s' and is left alone for a while"
            .formatted(shown(), model));
  }

  private Status tooMany(int most, String what) {
    return Status.UNAVAILABLE.withDescription(
        "%d %s are under way to server %s, which is as many as may be"
            .formatted(most, what, shown()));
  }

  Duration patience() {
    return settings.patience();
  }

  /** Returns what cancels it. */
  Runnable after(long ns, Runnable task) {
    return timers.after(ns, task);
  }

  ForwardStatus status() {
    List<ForwardStatus.Model> models =
        contents.models().stream()
            .map(model -> traffic(model.name()).status(model.name()))
            .toList();
    return new ForwardStatus(name(), contents.isUp(), inFlight.get() + streams.get(), models);
  }

  /** What the server itself has counted; all its models where none is named. Blocks. */
  public ModelStatisticsResponse statistics(String model, String version)
      throws InterruptedException {
    return calls.ask(
        DESCRIBE,
        stub ->
            stub.modelStatistics(
                ModelStatisticsRequest.newBuilder().setName(model).setVersion(version).build()));
  }

  /** Has it load a model, and looks at what it has then. Blocks, for minutes at most. */
  public void load(RepositoryModelLoadRequest request) throws InterruptedException {
    calls.ask(LOAD, stub -> stub.repositoryModelLoad(request));
    contents.look();
  }

  /** Has it unload a model, which it does after it has answered. Blocks. */
  public void unload(RepositoryModelUnloadRequest request) throws InterruptedException {
    calls.ask(LOAD, stub -> stub.repositoryModelUnload(request));
    contents.look();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    links.forEach(CallerLink::end);
  }

  ModelTraffic traffic(String model) {
    return traffic.computeIfAbsent(
        model,
        name ->
            new ModelTraffic(
                new Circuit(
                    settings.open(),
                    (from, to, why) ->
                        LOG.warn(
                            "forward circuit of server={} model={} from={} to={}: {}",
                            target.name(),
                            name,
                            from,
                            to,
                            why))));
  }

  /** One request under way; the first outcome counts for the caller. */
  private final class Exchange implements StreamObserver<ModelInferResponse> {
    private final ModelInferRequest request;
    private final ModelTraffic model;
    private final RemoteReply reply;
    private final AtomicBoolean told = new AtomicBoolean();
    private final AtomicBoolean ended = new AtomicBoolean();
    private Runnable noHedge = () -> {};
    private Runnable noPatience = () -> {};

    Exchange(ModelInferRequest request, ModelTraffic model, RemoteReply reply) {
      this.request = request;
      this.model = model;
      this.reply = reply;
    }

    void startTimers() {
      noHedge = timers.after(settings.hedge().toNanos(), this::slow);
      noPatience = timers.after(settings.patience().toNanos(), this::outOfPatience);
    }

    private void slow() {
      if (!told.get()) {
        reply.slow();
      }
    }

    private void outOfPatience() {
      if (told.compareAndSet(false, true)) {
        lost(
            Status.UNAVAILABLE.withDescription(
                "no answer within %d ms".formatted(settings.patience().toMillis())));
      }
    }

    @Override
    public void onNext(ModelInferResponse response) {
      String asked = request.getModelVersion();
      finish(
          () -> {
            if (response.getModelVersion().equals(asked)) {
              model.answered.increment();
              model.circuit.succeeded();
              reply.answered(response);
            } else {
              lost(
                  Status.INTERNAL.withDescription(
                      "version '%s' answered instead of version %s"
                          .formatted(response.getModelVersion(), asked)));
            }
          });
    }

    @Override
    public void onError(Throwable cause) {
      Status status = Status.fromThrowable(cause);
      finish(
          () -> {
            boolean knewVersion =
                contents
                    .model(request.getModelName())
                    .flatMap(known -> known.metadata(request.getModelVersion()))
                    .isPresent();
            switch (ServerFailure.of(status, knewVersion)) {
              case REQUEST -> {
                model.refused.increment();
                model.circuit.succeeded();
                reply.refused(status);
              }
              case BUSY -> {
                model.lost.increment();
                model.circuit.succeeded();
                reply.lost(FallbackReason.BUSY, status);
              }
              case SERVER -> {
                contents.lookSoon();
                lost(status);
              }
            }
          });
    }

    private void lost(Status status) {
      String why = "server %s: %s".formatted(shown(), ServerFailure.text(status));
      model.lost.increment();
      model.circuit.failed(System.nanoTime(), why);
      reply.lost(
          FallbackReason.FAILED,
          Status.UNAVAILABLE.withDescription(why).withCause(status.asException()));
    }

    @Override
    public void onCompleted() {
      if (!ended.get()) {
        onError(Status.INTERNAL.withDescription("the call ended without an answer").asException());
      }
    }

    private void finish(Runnable outcome) {
      if (!ended.compareAndSet(false, true)) {
        return;
      }
      inFlight.decrementAndGet();
      noHedge.run();
      noPatience.run();
      if (told.compareAndSet(false, true)) {
        outcome.run();
      } else {
        model.dropped.increment();
      }
    }
  }
}
