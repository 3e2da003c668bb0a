package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.forward.CallerLink;
import ai.neo.modelgateway.forward.RemoteServer;
import ai.neo.modelgateway.forward.StreamedAnswers;
import ai.neo.modelgateway.forward.StreamedReply;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelStreamInferResponse;
import io.grpc.Context;
import io.grpc.Status;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The requests for decoupled models of one caller's stream. Each is asked of its server by itself
 * and at the same time as the others; its next response is read when the caller has taken the last.
 * Nobody else can answer the rest of a stream: there is no fallback. Safe for any thread; nothing
 * blocks.
 */
final class DecoupledStream {

  /** Requests under way at once; of each at most one response waits for the caller. */
  static final int OPEN_MAX = 32;

  private final ForwardedInference forwarded;
  private final Caller caller;
  private final Map<RemoteServer, CallerLink> links = new ConcurrentHashMap<>();
  private final Set<Open> opened = ConcurrentHashMap.newKeySet();
  private final AtomicInteger open = new AtomicInteger();
  private boolean closed;

  /** Who is answered. Its methods may be called by several threads at once; must not block. */
  interface Caller {
    /** Whether it has taken what was sent. */
    boolean isReady();

    /** One response or error of a server's, as it is to be sent. */
    void part(ModelInferRequest request, ModelStreamInferResponse part);

    /** The request is refused, without any response. */
    void refused(ModelInferRequest request, RefusedRequestException why);

    /** A request is over, whatever came of it. */
    void over();
  }

  DecoupledStream(ForwardedInference forwarded, Caller caller) {
    this.forwarded = forwarded;
    this.caller = caller;
  }

  /** How many requests are under way. */
  int open() {
    return open.get();
  }

  void start(ModelInferRequest request, long received) {
    open.incrementAndGet();
    forwarded.inTurn(request, new Open(request, received));
  }

  /** The caller may have become ready. */
  void goOn() {
    opened.forEach(Open::goOn);
  }

  /** Nobody listens any more. */
  void close() {
    synchronized (this) {
      closed = true;
    }
    opened.forEach(Open::abandon);
    links.values().forEach(CallerLink::close);
  }

  private final class Open implements ForwardedInference.Order, StreamedReply {
    private final ModelInferRequest request;
    private final long received;
    private final Context call = Context.current();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicBoolean waits = new AtomicBoolean();
    private Optional<Sequences.Turn> turn = Optional.empty();
    private volatile ForwardedAim aim;
    private volatile StreamedAnswers answers;
    private volatile boolean failedInLine;

    Open(ModelInferRequest request, long received) {
      this.request = request;
      this.received = received;
    }

    @Override
    public void go(ForwardedAim its, Optional<Sequences.Turn> itsTurn)
        throws RefusedRequestException {
      Pending.requireWanted(call);
      if (!its.hasVersion()) {
        throw RefusedRequestException.passedOn(its.noVersion());
      }
      its.requireCurrent(received);
      if (!its.isExpected()) {
        throw RefusedRequestException.passedOn(its.otherDigest());
      }
      aim = its;
      turn = itsTurn;
      CallerLink link;
      synchronized (DecoupledStream.this) {
        if (closed) {
          throw RefusedRequestException.of(Status.Code.CANCELLED, "the caller has gone");
        }
        link = links.computeIfAbsent(its.route().server(), RemoteServer::link);
        opened.add(this);
      }
      StreamedAnswers itsAnswers = link.ask(its.sent(), this);
      answers = itsAnswers;
      if (over.get()) { // since it was opened; it could not be abandoned yet
        itsAnswers.abandon();
        return;
      }
      waits.set(true);
      goOn();
    }

    @Override
    public void refused(RefusedRequestException why) {
      if (over.compareAndSet(false, true)) {
        caller.refused(request, why);
        end(false);
      }
    }

    void goOn() {
      if (waits.get() && caller.isReady() && waits.compareAndSet(true, false)) {
        answers.more();
      }
    }

    void abandon() {
      if (over.compareAndSet(false, true)) {
        Optional.ofNullable(answers).ifPresent(StreamedAnswers::abandon);
        end(false);
      }
    }

    @Override
    public void part(ModelStreamInferResponse part) {
      if (over.get()) {
        return;
      }
      if (part.getErrorMessage().isEmpty()) {
        caller.part(
            request,
            ModelStreamInferResponse.newBuilder()
                .setInferResponse(aim.told(part.getInferResponse()))
                .build());
      } else {
        failedInLine = true;
        caller.part(request, part);
      }
      waits.set(true); // before it is asked whether the caller is ready, which is told only once
      goOn();
    }

    @Override
    public void ended() {
      if (over.compareAndSet(false, true)) {
        end(Sequences.ends(request) && !failedInLine);
      }
    }

    @Override
    public void failed(Status status) {
      if (!over.compareAndSet(false, true)) {
        return;
      }
      String why =
          turn.filter(t -> ForwardedInference.isGone(status))
              .map(t -> ForwardedInference.sequenceBroken(aim, t.id()))
              .orElseGet(() -> RefusedRequestException.passedOn(status))
              .getMessage();
      caller.part(
          request,
          ModelStreamInferResponse.newBuilder()
              .setErrorMessage(why)
              .setInferResponse(
                  ModelInferResponse.newBuilder()
                      .setId(request.getId())
                      .setModelName(request.getModelName())
                      .putParameters(
                          "triton_final_response",
                          InferParameter.newBuilder().setBoolParam(true).build()))
              .build());
      end(false);
    }

    private void end(boolean last) {
      opened.remove(this);
      open.decrementAndGet();
      caller.over();
      turn.ifPresent(t -> t.over(last));
    }
  }
}
