package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.FeatureRows;
import ai.neo.modelgateway.engine.Question;
import ai.neo.modelgateway.engine.Tensors;
import ai.neo.modelgateway.scheduling.Caller;
import ai.neo.modelgateway.scheduling.CallersThreads;
import ai.neo.modelgateway.scheduling.Scheduler;
import ai.neo.modelgateway.scheduling.Work;
import ai.neo.modelgateway.serving.ServedVersion;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.modelgateway.serving.VersionStatistics;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.Status;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A right request inside the version that answers it. It leaves that version, counts and replies
 * with whichever outcome it is told.
 */
final class Pending implements Caller {

  private final Context call = Context.current();
  private final ModelInferRequest request;
  private final ServingCatalog.Entered entered;
  private final Wanted wanted;
  private final Question question;
  private final Stations stations;
  private final Inference.Replies replies;
  private volatile Context.CancellationListener whenCallEnds;
  private volatile boolean done;

  /** When it came, when its version was chosen, and when its rows were read; nanoseconds. */
  record Stations(long received, long started, long prepared) {}

  Pending(
      ModelInferRequest request,
      ServingCatalog.Entered entered,
      Wanted wanted,
      Question question,
      Stations stations,
      Inference.Replies replies) {
    this.request = request;
    this.entered = entered;
    this.wanted = wanted;
    this.question = question;
    this.stations = stations;
    this.replies = replies;
  }

  String model() {
    return request.getModelName();
  }

  int rows() {
    return question.rows();
  }

  /** As its author stated. */
  int rowsTogether() {
    return version().rowsTogether();
  }

  /** How many rows the model takes at once, those of others included. */
  int batchMax() {
    if (!(question instanceof Tensors tensors)) {
      return Integer.MAX_VALUE;
    }
    return tensors.batched() ? version().maxBatchSize() : 1;
  }

  /** Whether the caller insists on, or waives, an answer that depends on no other request. */
  Optional<Boolean> invariant() {
    InferParameter value = request.getParametersMap().get(RequestParameters.BATCH_INVARIANT);
    return Optional.ofNullable(value).map(InferParameter::getBoolParam);
  }

  /** To be computed; by the call's deadline, or within that patience when it has none. */
  Work work(int batchRowsMax, long patienceNs) {
    Deadline deadline = call.getDeadline();
    long left = deadline == null ? patienceNs : deadline.timeRemaining(TimeUnit.NANOSECONDS);
    return new Work(version(), question, batchRowsMax, System.nanoTime() + left, deadline != null);
  }

  /** What nobody waits for any more is not computed: its place is for those who still wait. */
  void requireWanted() throws RefusedRequestException {
    if (isGone()) {
      count(VersionStatistics.Failure.CANCELED);
      throw whyGone(call);
    }
  }

  /** The same before any version is chosen. */
  static void requireWanted(Context call) throws RefusedRequestException {
    if (isGone(call)) {
      throw whyGone(call);
    }
  }

  /** Answers no rows at all, which nothing computes. */
  void answerNothing() {
    long now = System.nanoTime();
    version().statistics().ran(1, 0);
    answered(new Result(new Answer(new float[0], new float[0]), 0, now, now));
  }

  /** Computes on this thread, if there is a place for it. */
  void compute(CallersThreads callers) {
    CallersThreads.Place place = callers.of(version().artifact().model());
    if (!place.enter()) {
      refused(Refusal.FULL);
      return;
    }
    Scheduler.Attempt attempt;
    try {
      attempt = Scheduler.attempt(version(), question);
    } finally {
      place.leave();
    }
    if (attempt.reply().isEmpty()) {
      failed(attempt.problem());
      return;
    }
    version().statistics().ran(1, attempt.endedNs() - attempt.startedNs());
    answered(new Result(attempt.reply().get(), rows(), attempt.startedNs(), attempt.endedNs()));
  }

  @Override
  public boolean isGone() {
    return isGone(call);
  }

  private static boolean isGone(Context call) {
    return call.isCancelled() || (call.getDeadline() != null && call.getDeadline().isExpired());
  }

  @Override
  public void answered(Result result) {
    ModelInferResponse response;
    try {
      response = new Replied(request, entered, wanted).with(question, result);
    } catch (RefusedRequestException e) {
      leave();
      replies.refused(e);
      return;
    }
    // It may have joined a computation that ran already: then it did not wait at all.
    long begun = Math.max(stations.prepared(), result.startedNs());
    long ended = Math.max(begun, result.endedNs());
    VersionStatistics.Stations at =
        new VersionStatistics.Stations(
            stations.received(), stations.started(), stations.prepared(), begun, ended);
    version().statistics().succeeded(at, System.nanoTime(), rows(), System.currentTimeMillis());
    if (question instanceof FeatureRows rows) {
      version().recorded().answered(rows.values());
    }
    leave();
    replies.answered(response);
  }

  @Override
  public void failed(String problem) {
    count(VersionStatistics.Failure.BACKEND);
    leave();
    replies.failed(
        RefusedRequestException.byModel(
            "Failed to process the request(s) for model '"
                + request.getModelName()
                + "' version "
                + version().version()
                + ", message: "
                + problem));
  }

  @Override
  public void refused(Refusal why) {
    count(
        switch (why) {
          case GONE -> VersionStatistics.Failure.CANCELED;
          case FULL, TOO_LATE -> VersionStatistics.Failure.REJECTED;
          case CLOSING -> VersionStatistics.Failure.OTHER;
        });
    leave();
    switch (why) {
      case GONE -> replies.refused(whyGone(call));
      case FULL -> replies.failed(RefusedRequestException.tooMany(request.getId()));
      case TOO_LATE ->
          replies.refused(
              RefusedRequestException.of(
                  Status.Code.UNAVAILABLE,
                  RefusedRequestException.prefix(request.getId()) + "Request timeout expired"));
      case CLOSING ->
          replies.refused(
              RefusedRequestException.of(
                  Status.Code.UNAVAILABLE,
                  "GRPC server is shutting down and has stopped accepting new requests."));
    }
  }

  /** Gives its place to others when the call ends before its turn comes. */
  void waitIn(Scheduler.Ticket ticket) {
    Context.CancellationListener listener = ended -> ticket.withdraw();
    whenCallEnds = listener;
    call.addListener(listener, Runnable::run);
    if (done) {
      call.removeListener(listener); // a stream's call outlives its requests
    }
  }

  private void leave() {
    done = true;
    Context.CancellationListener listener = whenCallEnds;
    if (listener != null) {
      call.removeListener(listener);
    }
    version().leave();
  }

  private static RefusedRequestException whyGone(Context call) {
    if (call.isCancelled()) {
      Status why = Contexts.statusFromCancelled(call);
      return RefusedRequestException.of(why.getCode(), why.getCode() + " before it was computed");
    }
    return RefusedRequestException.of(
        Status.Code.DEADLINE_EXCEEDED, "the deadline passed before it was computed");
  }

  private void count(VersionStatistics.Failure reason) {
    version().statistics().failed(reason, System.nanoTime() - stations.received());
  }

  private ServedVersion version() {
    return entered.version();
  }
}
