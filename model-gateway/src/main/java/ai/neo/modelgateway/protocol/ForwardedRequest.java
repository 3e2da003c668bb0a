package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.forward.FallbackReason;
import ai.neo.modelgateway.forward.RemoteModel;
import ai.neo.modelgateway.forward.RemoteReply;
import ai.neo.modelgateway.forward.RemoteServer;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.Context;
import io.grpc.Status;
import java.util.Optional;

/**
 * One request that another server is to answer, and a version loaded here where that server does
 * not in time. Tensors pass as the bytes that they came as. Whoever answers first, the answer says
 * who it was.
 */
final class ForwardedRequest implements RemoteReply {

  static final String FALLBACK = "fallback";

  private final Context caller = Context.current();
  private final ModelInferRequest request;
  private final Route route;
  private final LocalFallback fallback;
  private final Inference.Replies replies;

  private Pins pins = Pins.NONE;
  private String askedVersion = "";
  private String sentVersion = "";

  private boolean answered;
  private LocalState local = LocalState.NOT_TRIED;
  private Optional<RefusedRequestException> remoteEnd = Optional.empty();
  private Optional<RefusedRequestException> whyNotLocal = Optional.empty();

  /** Who is asked for what, as it was known when the request came. */
  record Route(RemoteServer server, RemoteModel model) {}

  private enum LocalState {
    NOT_TRIED,
    RUNNING,
    NONE_LEFT
  }

  ForwardedRequest(
      ModelInferRequest request, Route route, LocalFallback fallback, Inference.Replies replies) {
    this.request = request;
    this.route = route;
    this.fallback = fallback;
    this.replies = replies;
  }

  void start(long received) throws RefusedRequestException {
    Pending.requireWanted(caller);
    RequestParameters.checkForwarded(request);
    askedVersion = VersionNumber.read(request.getModelVersion());
    requireServable();
    pins = Pins.read(request);
    Optional<String> version =
        askedVersion.isEmpty() ? route.model().pinned().version() : Optional.of(askedVersion);
    if (version.isEmpty()) {
      lost(FallbackReason.NO_VERSION, noVersion());
      return;
    }
    sentVersion = version.get();
    requirePins(received);
    if (pins.digest().isPresent()
        && digest().filter(pins.digest().get()::equalsIgnoreCase).isEmpty()) {
      lost(FallbackReason.DIGEST, Status.FAILED_PRECONDITION.withDescription(otherDigest()));
      return;
    }
    ModelInferRequest.Builder sent = request.toBuilder().setModelVersion(sentVersion);
    Pins.NAMES.forEach(sent::removeParameters);
    sent.removeParameters(RequestParameters.BATCH_INVARIANT);
    route.server().infer(sent.build(), this);
  }

  private void requireServable() throws RefusedRequestException {
    if (route.model().isDecoupled()) {
      throw RefusedRequestException.of(
          Status.Code.UNIMPLEMENTED,
          "ModelInfer RPC doesn't support models with decoupled transaction policy; their streams"
              + " are not forwarded, ask server "
              + route.server().shown()
              + " itself");
    }
    Optional<String> problem = RemoteServer.shapeProblem(request);
    if (problem.isPresent()) {
      throw RefusedRequestException.invalid(
          RefusedRequestException.prefix(request.getId()) + problem.get());
    }
    InferParameter alone = request.getParametersMap().get(RequestParameters.BATCH_INVARIANT);
    if (alone != null && alone.getBoolParam() && route.model().isBatched()) {
      throw precondition(
          "server %s computes requests for it together, which 'batch_invariant' rules out"
              .formatted(route.server().shown()));
    }
  }

  private Status noVersion() {
    RemoteModel.Pin pin = route.model().pinned();
    return pin.alias().equals(RemoteModel.CHAMPION)
        ? Status.UNAVAILABLE.withDescription(pin.problem())
        : Status.NOT_FOUND.withDescription(
            "Request for unknown model: '" + request.getModelName() + "' " + pin.problem());
  }

  private void requirePins(long received) throws RefusedRequestException {
    RemoteModel.Pin pin = route.model().pinned();
    if (pin.epoch() < pins.minEpoch()) {
      throw precondition(
          "its epoch is %d (version %s, forwarded), and at least %d is asked for"
              .formatted(pin.epoch(), sentVersion, pins.minEpoch()));
    }
    if (pins.maxStaleness().isPresent()
        && !ForwardedInference.isConfirmed(route.model(), received, pins.maxStaleness().get())) {
      throw precondition(
          "the registry has not said within %d ms that version %s, which server %s answers with, is"
                  .formatted(
                      pins.maxStaleness().get().toMillis(), sentVersion, route.server().shown())
              + " champion");
    }
  }

  private String otherDigest() {
    return RefusedRequestException.prefix(request.getId())
        + "model '%s': version %s of server %s answers, whose digest is %s, not '%s' as expected"
            .formatted(
                request.getModelName(),
                sentVersion,
                route.server().shown(),
                digest().orElse("not known"),
                pins.digest().orElse(""));
  }

  /** By the registry, unless the server's own configuration says that it is something else. */
  private Optional<String> digest() {
    Optional<String> stated = route.model().parameter("model_digest");
    return registered()
        .map(RemoteModel.Registered::digest)
        .filter(digest -> stated.isEmpty() || stated.get().equalsIgnoreCase(digest));
  }

  private Optional<RemoteModel.Registered> registered() {
    return Optional.ofNullable(route.model().registered().get(sentVersion));
  }

  @Override
  public void answered(ModelInferResponse response) {
    if (claimed()) {
      replies.answered(told(response));
    }
  }

  @Override
  public void refused(Status status) {
    RefusedRequestException refusal = RefusedRequestException.passedOn(status);
    if (claimed()) {
      replies.refused(refusal);
    }
  }

  @Override
  public void slow() {
    caller.run(() -> startLocal(FallbackReason.SLOW));
  }

  @Override
  public void lost(FallbackReason why, Status status) {
    synchronized (this) {
      remoteEnd = Optional.of(RefusedRequestException.passedOn(status));
    }
    caller.run(() -> startLocal(why));
    settleWhenNobodyIsLeft();
  }

  private void startLocal(FallbackReason why) {
    synchronized (this) {
      if (answered || local != LocalState.NOT_TRIED) {
        return;
      }
      local = LocalState.RUNNING;
    }
    Optional<LocalFallback.Version> loaded = fallback.version(askedVersion);
    if (loaded.isEmpty() || !mayAnswer(loaded.get())) {
      localEnded();
      return;
    }
    fallback.start(
        loaded.get(),
        new Inference.Replies() {
          @Override
          public void answered(ModelInferResponse response) {
            if (claimed()) {
              route.server().fellBack(request.getModelName(), why);
              replies.answered(
                  response.toBuilder()
                      .putParameters(FALLBACK, text(why.word()))
                      .putParameters("fallback_from", text(route.server().name()))
                      .build());
            }
          }

          @Override
          public void refused(RefusedRequestException refusal) {
            localEnded();
          }
        });
  }

  /** Whether it is what the caller asked for; another version is given only to who named none. */
  private boolean mayAnswer(LocalFallback.Version loaded) {
    boolean epochs = pins.minEpoch() > 0 || pins.maxStaleness().isPresent();
    boolean fits =
        pins.digest().isPresent()
            ? pins.digest().get().equalsIgnoreCase(loaded.digest())
            : askedVersion.isEmpty() || digest().filter(loaded.digest()::equals).isPresent();
    if (fits && !epochs) {
      return true;
    }
    if (pins.digest().isPresent() || epochs) {
      RefusedRequestException why =
          precondition(
              "server %s does not answer, and version %s with digest %s, which is loaded here,"
                      .formatted(route.server().shown(), loaded.number(), loaded.digest())
                  + " is not what the request is pinned to");
      synchronized (this) {
        whyNotLocal = Optional.of(why);
      }
    }
    return false;
  }

  private void localEnded() {
    synchronized (this) {
      local = LocalState.NONE_LEFT;
    }
    settleWhenNobodyIsLeft();
  }

  private void settleWhenNobodyIsLeft() {
    RefusedRequestException end;
    synchronized (this) {
      if (answered || local != LocalState.NONE_LEFT || remoteEnd.isEmpty()) {
        return;
      }
      answered = true;
      boolean unanswered = remoteEnd.get().code() != Status.Code.FAILED_PRECONDITION;
      end = unanswered ? whyNotLocal.orElse(remoteEnd.get()) : remoteEnd.get();
    }
    replies.refused(end);
  }

  private synchronized boolean claimed() {
    boolean first = !answered;
    answered = true;
    return first;
  }

  private ModelInferResponse told(ModelInferResponse response) {
    RemoteModel.Pin pin = route.model().pinned();
    ModelInferResponse.Builder told =
        response.toBuilder()
            .setId(request.getId())
            .putParameters("engine", text(route.server().contents().engine()))
            .putParameters("server", text(route.server().name()))
            .putParameters("alias", text(alias()))
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
  private String alias() {
    RemoteModel.Pin pin = route.model().pinned();
    return pin.version().equals(Optional.of(sentVersion)) ? pin.alias() : "";
  }

  private RefusedRequestException precondition(String why) {
    return RefusedRequestException.of(
        Status.Code.FAILED_PRECONDITION,
        RefusedRequestException.prefix(request.getId())
            + "model '"
            + request.getModelName()
            + "': "
            + why);
  }

  private static InferParameter text(String value) {
    return InferParameter.newBuilder().setStringParam(value).build();
  }
}
