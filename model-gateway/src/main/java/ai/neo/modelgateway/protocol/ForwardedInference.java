package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.forward.Forwarding;
import ai.neo.modelgateway.forward.RemoteModel;
import ai.neo.modelgateway.forward.RemoteServer;
import ai.neo.modelgateway.serving.ServingCatalog;
import inference.ModelInferRequest;
import java.time.Duration;
import java.util.Optional;

/** Requests for models that other servers compute. Safe for any thread. */
final class ForwardedInference {

  private final Forwarding forwarding;
  private final ServingCatalog catalog;
  private final LocalInference local;

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

  /** Starts answering; false when the model is none of another server. Does not block. */
  boolean start(ModelInferRequest request, long received, Inference.Replies replies) {
    Optional<RemoteServer> server = forwarding.serverOf(request.getModelName());
    Optional<RemoteModel> model = server.flatMap(s -> s.model(request.getModelName()));
    if (model.isEmpty()) {
      return false;
    }
    ForwardedRequest.Route route = new ForwardedRequest.Route(server.get(), model.get());
    LocalFallback fallback = new LocalFallback(catalog, local, request, received);
    try {
      new ForwardedRequest(request, route, fallback, replies).start(received);
    } catch (RefusedRequestException e) {
      replies.refused(e);
    }
    return true;
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
