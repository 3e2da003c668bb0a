package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.forward.RemoteModel;
import ai.neo.modelgateway.forward.RemoteServer;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.Status;
import java.util.Optional;

/**
 * A request and the version of another server's model that it goes to: whether it may, as what, and
 * what its answers are told with.
 *
 * @param asked the version that the request names; empty when it names none
 * @param version the one that it goes to; empty when there is none
 */
record ForwardedAim(
    ModelInferRequest request, Route route, Pins pins, String asked, String version) {

  /** Who is asked for what, as it was known when the request's turn came. */
  record Route(RemoteServer server, RemoteModel model) {}

  /**
   * Reads what the request demands.
   *
   * @param sequenceVersion where it goes when it goes on with a sequence
   */
  static ForwardedAim read(ModelInferRequest request, Route route, Optional<String> sequenceVersion)
      throws RefusedRequestException {
    RequestParameters.checkForwarded(request);
    String asked = VersionNumber.read(request.getModelVersion());
    Optional<String> problem = RemoteServer.shapeProblem(request);
    if (problem.isPresent()) {
      throw RefusedRequestException.invalid(
          RefusedRequestException.prefix(request.getId()) + problem.get());
    }
    String version =
        sequenceVersion.orElseGet(
            () -> asked.isEmpty() ? route.model().pinned().version().orElse("") : asked);
    ForwardedAim aim = new ForwardedAim(request, route, Pins.read(request), asked, version);
    aim.requireAlone();
    return aim;
  }

  private void requireAlone() throws RefusedRequestException {
    InferParameter alone = request.getParametersMap().get(RequestParameters.BATCH_INVARIANT);
    if (alone != null && alone.getBoolParam() && route.model().isBatched()) {
      throw precondition(
          "server %s computes requests for it together, which 'batch_invariant' rules out"
              .formatted(route.server().shown()));
    }
  }

  boolean hasVersion() {
    return !version.isEmpty();
  }

  /** Why there is none. */
  Status noVersion() {
    RemoteModel.Pin pin = route.model().pinned();
    return pin.alias().equals(RemoteModel.CHAMPION)
        ? Status.UNAVAILABLE.withDescription(pin.problem())
        : Status.NOT_FOUND.withDescription(
            "Request for unknown model: '" + request.getModelName() + "' " + pin.problem());
  }

  /** Refuses the request unless the version is as current as it demands. */
  void requireCurrent(long received) throws RefusedRequestException {
    RemoteModel.Pin pin = route.model().pinned();
    boolean pinned = pins.minEpoch() > 0 || pins.maxStaleness().isPresent();
    if (pinned && asked.isEmpty() && !isDefault()) {
      throw precondition(
          "its sequence goes on in version %s, which is no longer what '%s' means"
              .formatted(version, pin.alias()));
    }
    if (pin.epoch() < pins.minEpoch()) {
      throw precondition(
          "its epoch is %d (version %s, forwarded), and at least %d is asked for"
              .formatted(pin.epoch(), version, pins.minEpoch()));
    }
    if (pins.maxStaleness().isPresent()
        && !ForwardedInference.isConfirmed(route.model(), received, pins.maxStaleness().get())) {
      throw precondition(
          "the registry has not said within %d ms that version %s, which server %s answers with, is"
                  .formatted(pins.maxStaleness().get().toMillis(), version, route.server().shown())
              + " champion");
    }
  }

  boolean isExpected() {
    return pins.digest().isEmpty()
        || digest().filter(pins.digest().get()::equalsIgnoreCase).isPresent();
  }

  /** Why it is not. */
  Status otherDigest() {
    return Status.FAILED_PRECONDITION.withDescription(
        RefusedRequestException.prefix(request.getId())
            + "model '%s': version %s of server %s answers, whose digest is %s, not '%s' as expected"
                .formatted(
                    request.getModelName(),
                    version,
                    route.server().shown(),
                    digest().orElse("not known"),
                    pins.digest().orElse("")));
  }

  /** By the registry, unless the server's own configuration says that it is something else. */
  Optional<String> digest() {
    Optional<String> stated = route.model().parameter("model_digest");
    return registered()
        .map(RemoteModel.Registered::digest)
        .filter(digest -> stated.isEmpty() || stated.get().equalsIgnoreCase(digest));
  }

  private Optional<RemoteModel.Registered> registered() {
    return Optional.ofNullable(route.model().registered().get(version));
  }

  /** With exactly the version, and without what is meant for us. */
  ModelInferRequest sent() {
    ModelInferRequest.Builder sent = request.toBuilder().setModelVersion(version);
    Pins.NAMES.forEach(sent::removeParameters);
    sent.removeParameters(RequestParameters.BATCH_INVARIANT);
    return sent.build();
  }

  ModelInferResponse told(ModelInferResponse response) {
    RemoteModel.Pin pin = route.model().pinned();
    ModelInferResponse.Builder told =
        response.toBuilder()
            .setId(request.getId())
            .putParameters("engine", text(route.server().contents().engine()))
            .putParameters("server", text(route.server().name()))
            .putParameters("alias", text(isDefault() ? pin.alias() : ""))
            .putParameters("epoch", InferParameter.newBuilder().setInt64Param(pin.epoch()).build());
    if (request.getInputsCount() > 0) {
      String shape = request.getInputs(0).getShapeList().toString().replace(" ", "");
      told.putParameters("batch_shape", text(shape));
    }
    digest().ifPresent(digest -> told.putParameters("model_digest", text(digest)));
    registered()
        .map(RemoteModel.Registered::featureSetId)
        .or(() -> route.model().parameter("feature_set_id"))
        .filter(id -> !id.isEmpty())
        .ifPresent(id -> told.putParameters("feature_set_id", text(id)));
    return told.build();
  }

  /** As for versions loaded here: the alias that it is, asked for by that or by number. */
  private boolean isDefault() {
    return route.model().pinned().version().equals(Optional.of(version));
  }

  RefusedRequestException precondition(String why) {
    return RefusedRequestException.of(
        Status.Code.FAILED_PRECONDITION,
        RefusedRequestException.prefix(request.getId())
            + "model '"
            + request.getModelName()
            + "': "
            + why);
  }

  static InferParameter text(String value) {
    return InferParameter.newBuilder().setStringParam(value).build();
  }
}
