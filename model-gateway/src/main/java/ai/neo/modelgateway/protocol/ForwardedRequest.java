package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.forward.FallbackReason;
import ai.neo.modelgateway.forward.RemoteReply;
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
  private final ForwardedAim aim;
  private final Terms terms;
  private final Inference.Replies replies;

  private boolean answered;
  private LocalState local = LocalState.NOT_TRIED;
  private Optional<RefusedRequestException> remoteEnd = Optional.empty();
  private Optional<RefusedRequestException> whyNotLocal = Optional.empty();

  /**
   * Who else may answer.
   *
   * @param sequence that the request goes on with: then nobody else knows what came before
   */
  record Terms(LocalFallback fallback, Optional<String> sequence) {}

  private enum LocalState {
    NOT_TRIED,
    RUNNING,
    NONE_LEFT
  }

  ForwardedRequest(ForwardedAim aim, Terms terms, Inference.Replies replies) {
    this.request = aim.request();
    this.aim = aim;
    this.terms = terms;
    this.replies = replies;
  }

  void start(long received) throws RefusedRequestException {
    Pending.requireWanted(caller);
    if (aim.route().model().isDecoupled()) {
      throw RefusedRequestException.of(
          Status.Code.UNIMPLEMENTED,
          "ModelInfer RPC doesn't support models with decoupled transaction policy");
    }
    if (!aim.hasVersion()) {
      lost(FallbackReason.NO_VERSION, aim.noVersion());
      return;
    }
    aim.requireCurrent(received);
    if (aim.isExpected()) {
      aim.route().server().infer(aim.sent(), this);
    } else {
      lost(FallbackReason.DIGEST, aim.otherDigest());
    }
  }

  @Override
  public void answered(ModelInferResponse response) {
    if (claimed()) {
      replies.answered(aim.told(response));
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
    RefusedRequestException end =
        terms
            .sequence()
            .filter(id -> ForwardedInference.isGone(status))
            .map(id -> ForwardedInference.sequenceBroken(aim, id))
            .orElseGet(() -> RefusedRequestException.passedOn(status));
    synchronized (this) {
      remoteEnd = Optional.of(end);
    }
    caller.run(() -> startLocal(why));
    settleWhenNobodyIsLeft();
  }

  private boolean mayFallBack() {
    return terms.sequence().isEmpty() && !aim.route().model().isStateful();
  }

  private void startLocal(FallbackReason why) {
    synchronized (this) {
      if (answered || local != LocalState.NOT_TRIED) {
        return;
      }
      local = mayFallBack() ? LocalState.RUNNING : LocalState.NONE_LEFT;
      if (local == LocalState.NONE_LEFT) {
        return;
      }
    }
    Optional<LocalFallback.Version> loaded = terms.fallback().version(aim.asked());
    if (loaded.isEmpty() || !mayAnswer(loaded.get())) {
      localEnded();
      return;
    }
    terms
        .fallback()
        .start(
            loaded.get(),
            new Inference.Replies() {
              @Override
              public void answered(ModelInferResponse response) {
                if (claimed()) {
                  aim.route().server().fellBack(request.getModelName(), why);
                  replies.answered(
                      response.toBuilder()
                          .putParameters(FALLBACK, ForwardedAim.text(why.word()))
                          .putParameters(
                              "fallback_from", ForwardedAim.text(aim.route().server().name()))
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
    boolean epochs = aim.pins().minEpoch() > 0 || aim.pins().maxStaleness().isPresent();
    boolean fits =
        aim.pins().digest().isPresent()
            ? aim.pins().digest().get().equalsIgnoreCase(loaded.digest())
            : aim.asked().isEmpty() || aim.digest().filter(loaded.digest()::equals).isPresent();
    if (fits && !epochs) {
      return true;
    }
    if (aim.pins().digest().isPresent() || epochs) {
      RefusedRequestException why =
          aim.precondition(
              "server %s does not answer, and version %s with digest %s, which is loaded here,"
                      .formatted(aim.route().server().shown(), loaded.number(), loaded.digest())
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
}
