package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.forward.Forwarding;
import ai.neo.modelgateway.forward.RemoteModel;
import ai.neo.modelgateway.forward.RemoteServer;
import ai.neo.modelgateway.serving.ServingCatalog;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.Context;
import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;

/** Requests for models that other servers compute. Safe for any thread. */
final class ForwardedInference {

  private final Forwarding forwarding;
  private final ServingCatalog catalog;
  private final LocalInference local;
  private final Sequences sequences = new Sequences(System::nanoTime);

  /** Answers from a version that is loaded here. */
  @FunctionalInterface
  interface LocalInference {
    void start(ModelInferRequest request, long received, Inference.Replies replies);
  }

  ForwardedInference(Forwarding forwarding, ServingCatalog catalog, LocalInference local) {
    this.forwarding = forwarding;
    this.catalog = catalog;
    this.local = local;
  }

  boolean isForwarded(String model) {
    return forwarding.serverOf(model).isPresent();
  }

  /** Whether requests for it are answered any number of times, which takes a stream. */
  boolean isDecoupled(String model) {
    return route(model).filter(route -> route.model().isDecoupled()).isPresent();
  }

  /** Starts answering; false when the model is none of another server. Does not block. */
  boolean start(ModelInferRequest request, long received, Inference.Replies replies) {
    if (route(request.getModelName()).isEmpty()) {
      return false;
    }
    LocalFallback fallback = new LocalFallback(catalog, local, request, received);
    inTurn(
        request,
        new Order() {
          @Override
          public void go(ForwardedAim aim, Optional<Sequences.Turn> turn)
              throws RefusedRequestException {
            boolean last = Sequences.ends(request);
            new ForwardedRequest(
                    aim,
                    new ForwardedRequest.Terms(fallback, turn.map(Sequences.Turn::id)),
                    turn.<Inference.Replies>map(t -> new InTurn(replies, t, last)).orElse(replies))
                .start(received);
          }

          @Override
          public void refused(RefusedRequestException refusal) {
            replies.refused(refusal);
          }
        });
    return true;
  }

  /** What a request is to be done with. */
  interface Order {
    /**
     * It is the request's turn.
     *
     * @param turn in its sequence, if it has one; unless this throws, it is to be told when over
     */
    void go(ForwardedAim aim, Optional<Sequences.Turn> turn) throws RefusedRequestException;

    void refused(RefusedRequestException refusal);
  }

  /**
   * Has a request for a forwarded model done, under its caller's context: at once, or where it goes
   * on with a sequence when what came before is answered. Does not block.
   */
  void inTurn(ModelInferRequest request, Order order) {
    Context caller = Context.current();
    Optional<Sequences.Key> key = Sequences.Key.of(request);
    if (key.isEmpty()) {
      go(request, order, Optional.empty());
    } else if (!sequences.enter(
        key.get(), turn -> caller.run(() -> go(request, order, Optional.of(turn))))) {
      order.refused(RefusedRequestException.tooMany(request.getId()));
    }
  }

  private void go(ModelInferRequest request, Order order, Optional<Sequences.Turn> turn) {
    try {
      order.go(aimed(request, turn), turn);
    } catch (RefusedRequestException e) {
      try {
        order.refused(e);
      } finally {
        turn.ifPresent(t -> t.over(false));
      }
    }
  }

  /** At the version that the request names, that its sequence began with, or that is default. */
  private ForwardedAim aimed(ModelInferRequest request, Optional<Sequences.Turn> turn)
      throws RefusedRequestException {
    ForwardedAim.Route now = route(request.getModelName()).orElseThrow(); // known once, known ever
    Optional<Sequences.Place> place =
        turn.flatMap(Sequences.Turn::place).filter(p -> !Sequences.starts(request));
    if (place.isEmpty()) {
      ForwardedAim aim = ForwardedAim.read(request, now, Optional.empty());
      if (turn.isPresent() && aim.hasVersion()) {
        turn.get()
            .begin(new Sequences.Place(now.server(), aim.version()), now.model().sequenceIdle());
      }
      return aim;
    }
    RemoteServer server = place.get().server();
    RemoteModel model = server.model(request.getModelName()).orElse(now.model());
    ForwardedAim aim =
        ForwardedAim.read(
            request, new ForwardedAim.Route(server, model), Optional.of(place.get().version()));
    if (model.metadata(aim.version()).isEmpty()) {
      throw sequenceBroken(aim, turn.orElseThrow().id());
    }
    return aim;
  }

  /** Whether the server says that it has the model or the version no more. */
  static boolean isGone(Status status) {
    return status.getCause() != null
        && Status.fromThrowable(status.getCause()).getCode() == Status.Code.NOT_FOUND;
  }

  static RefusedRequestException sequenceBroken(ForwardedAim aim, String id) {
    return aim.precondition(
        "sequence %s goes on in version %s, which server %s has no more; begin it anew"
            .formatted(id, aim.version(), aim.route().server().shown()));
  }

  private Optional<ForwardedAim.Route> route(String model) {
    Optional<RemoteServer> server = forwarding.serverOf(model);
    return server.flatMap(s -> s.model(model)).map(m -> new ForwardedAim.Route(server.get(), m));
  }

  /** A request's outcome, after which the next one of its sequence has its turn. */
  private record InTurn(Inference.Replies replies, Sequences.Turn turn, boolean last)
      implements Inference.Replies {
    @Override
    public void answered(ModelInferResponse response) {
      try {
        replies.answered(response);
      } finally {
        turn.over(last);
      }
    }

    @Override
    public void refused(RefusedRequestException refusal) {
      try {
        replies.refused(refusal);
      } finally {
        turn.over(false);
      }
    }
  }

  /** Whether {@link #confirm} has to ask the registry first, which blocks. */
  boolean needsRegistry(ModelInferRequest request, Pins pins, long received) {
    Optional<Duration> staleness = pins.maxStaleness();
    return staleness.isPresent()
        && forwarding
            .serverOf(request.getModelName())
            .flatMap(server -> server.model(request.getModelName()))
            .filter(model -> isConfirmed(model, received, staleness.get()))
            .isEmpty();
  }

  /** Asks the registry who is champion; that it cannot be asked shows when the request starts. */
  void confirm(ModelInferRequest request) {
    forwarding
        .serverOf(request.getModelName())
        .ifPresent(server -> server.contents().confirm(request.getModelName()));
  }

  static boolean isConfirmed(RemoteModel model, long received, Duration staleness) {
    RemoteModel.Pin pin = model.pinned();
    return pin.alias().equals(RemoteModel.CHAMPION)
        && pin.confirmedNs() - (received - staleness.toNanos()) >= 0;
  }
}
