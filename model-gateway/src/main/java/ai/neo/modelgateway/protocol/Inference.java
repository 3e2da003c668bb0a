package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.engine.Question;
import ai.neo.modelgateway.routing.ActiveRoute;
import ai.neo.modelgateway.routing.ActiveRoutes;
import ai.neo.modelgateway.scheduling.Batching;
import ai.neo.modelgateway.scheduling.CallersThreads;
import ai.neo.modelgateway.scheduling.Scheduler;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.modelgateway.serving.VersionStatistics;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.Status;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Answers inference requests from the catalog: small ones of quick models on the caller's thread,
 * the others by the scheduler. Safe for any thread.
 */
final class Inference {

  /** 64 rows of 64 features: some 0.2 ms of a quick model. */
  private static final int QUICK_BYTES = 16 << 10;

  /** Who states no deadline is served as one who states this: urgent ones first, and none never. */
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(1);

  private final ServingCatalog catalog;
  private final Scheduler scheduler;
  private final CallersThreads callers;
  private final Batching batching;
  private final ForwardedInference forwarded;
  private final ActiveRoutes routes;

  Inference(ServingCatalog catalog, OpenInference.Computing computing, OtherModels elsewhere) {
    this.catalog = catalog;
    this.routes = elsewhere.routes();
    this.scheduler = computing.scheduler();
    this.callers = computing.callers();
    this.batching = computing.batching();
    this.forwarded = new ForwardedInference(elsewhere.forwarding(), catalog, this::startHere);
  }

  /** Where an outcome goes: exactly one of the two, once, on any thread. */
  interface Replies {
    void answered(ModelInferResponse response);

    void refused(RefusedRequestException refusal);

    /** The version itself is at fault, or has too much to do; another one might answer. */
    default void failed(RefusedRequestException refusal) {
      refused(refusal);
    }
  }

  /** Other servers' models, of which some are answered by streams alone. */
  ForwardedInference forwarded() {
    return forwarded;
  }

  /** Whether the answer has to wait for the registry, which {@link #confirm} asks. */
  boolean needsRegistry(ModelInferRequest request, long received) throws RefusedRequestException {
    if (!request.containsParameters(Pins.MAX_STALENESS_MS)) {
      return false;
    }
    Pins pins = Pins.read(request);
    return forwarded.isForwarded(request.getModelName())
        ? forwarded.needsRegistry(request, pins, received)
        : pins.needsRegistry(catalog, request.getModelName(), received);
  }

  /**
   * Asks the registry, where the caller wants to be surer of the champion than the catalog is.
   * Blocks.
   */
  void confirm(ModelInferRequest request, long received) throws RefusedRequestException {
    if (!needsRegistry(request, received)) {
      return;
    }
    if (forwarded.isForwarded(request.getModelName())) {
      forwarded.confirm(request);
    } else {
      Pins.read(request).confirm(catalog, request, received);
    }
  }

  /**
   * Starts answering, from exactly one version of the model, for the call of the current context.
   * Does not block.
   *
   * @param received when the request came, by {@link System#nanoTime}
   */
  void start(ModelInferRequest request, long received, Replies replies) {
    if (!forwarded.start(request, received, replies)) {
      startHere(request, received, replies);
    }
  }

  private void startHere(ModelInferRequest request, long received, Replies replies) {
    Optional<ActiveRoute> route = routes.of(request.getModelName());
    if (route.isPresent() && !RoutedInference.isPinned(request)) {
      new RoutedInference(this, route.get(), new Order(request, received), replies).start();
    } else {
      answerBy(request.getModelVersion(), new Order(request, received), replies);
    }
  }

  /**
   * A request, and when it came.
   *
   * @param received by {@link System#nanoTime}
   */
  record Order(ModelInferRequest request, long received) {}

  /** Answers from that version; from the champion when it is empty. */
  void answerBy(String version, Order order, Replies replies) {
    ServingCatalog.Entered entered;
    try {
      entered = ModelAvailability.enter(catalog, order.request().getModelName(), version);
    } catch (RefusedRequestException e) {
      replies.refused(e);
      return;
    }
    Pending pending;
    try {
      pending = prepared(order, entered, replies);
    } catch (RefusedRequestException e) {
      entered.version().leave();
      replies.refused(e);
      return;
    } catch (RuntimeException e) {
      entered
          .version()
          .statistics()
          .failed(VersionStatistics.Failure.OTHER, System.nanoTime() - order.received());
      entered.version().leave();
      replies.refused(RefusedRequestException.of(Status.Code.INTERNAL, "internal failure: " + e));
      return;
    }
    if (pending.rows() == 0) {
      pending.answerNothing();
    } else if (isQuick(order.request(), entered)) {
      pending.compute(callers);
    } else {
      schedule(pending);
    }
  }

  /** Answers, and blocks until it is computed. */
  ModelInferResponse answer(ModelInferRequest request, long received)
      throws RefusedRequestException {
    CompletableFuture<ModelInferResponse> answer = new CompletableFuture<>();
    start(request, received, new Awaited(answer));
    try {
      return answer.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RefusedRequestException refusal) {
        throw refusal;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw RefusedRequestException.of(Status.Code.CANCELLED, "interrupted while it waited");
    }
  }

  private record Awaited(CompletableFuture<ModelInferResponse> answer) implements Replies {
    @Override
    public void answered(ModelInferResponse response) {
      answer.complete(response);
    }

    @Override
    public void refused(RefusedRequestException refusal) {
      answer.completeExceptionally(refusal);
    }
  }

  private Pending prepared(Order order, ServingCatalog.Entered entered, Replies replies)
      throws RefusedRequestException {
    long started = System.nanoTime();
    ModelInferRequest request = order.request();
    long received = order.received();
    RequestParameters.check(request);
    Pins.read(request).require(catalog, request, entered, received);
    Wanted wanted = Wanted.by(request, entered.version());
    Question question = InputReader.read(request, entered.version());
    Pending.Stations stations = new Pending.Stations(received, started, System.nanoTime());
    Pending pending = new Pending(request, entered, wanted, question, stations, replies);
    pending.requireWanted();
    return pending;
  }

  private static boolean isQuick(ModelInferRequest request, ServingCatalog.Entered entered) {
    return entered.version().loaded().isQuick() && request.getSerializedSize() <= QUICK_BYTES;
  }

  private void schedule(Pending pending) {
    int agreed = batching.rowsMax(pending.model(), pending.invariant(), pending.rowsTogether());
    int rowsMax = Math.min(agreed, pending.batchMax());
    scheduler.submit(pending.work(rowsMax, PATIENCE_NS), pending).ifPresent(pending::waitIn);
  }
}
