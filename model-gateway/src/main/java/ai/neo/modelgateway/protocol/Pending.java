package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.scheduling.Caller;
import ai.neo.modelgateway.scheduling.Scheduler;
import ai.neo.modelgateway.scheduling.Work;
import ai.neo.modelgateway.serving.ServedVersion;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.modelgateway.serving.VersionStatistics;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A right request inside the version that answers it. It leaves that version, counts and replies
 * with whichever outcome it is told.
 */
final class Pending implements Caller {

  private static final String CHAMPION = "champion";

  private final Context call = Context.current();
  private final ModelInferRequest request;
  private final ServingCatalog.Entered entered;
  private final List<ModelTensors.Tensor> outputs;
  private final InputReader.Rows rows;
  private final Stations stations;
  private final Inference.Replies replies;
  private volatile Context.CancellationListener whenCallEnds;
  private volatile boolean done;

  /** When it came, when its version was chosen, and when its rows were read; nanoseconds. */
  record Stations(long received, long started, long prepared) {}

  Pending(
      ModelInferRequest request,
      ServingCatalog.Entered entered,
      List<ModelTensors.Tensor> outputs,
      InputReader.Rows rows,
      Stations stations,
      Inference.Replies replies) {
    this.request = request;
    this.entered = entered;
    this.outputs = outputs;
    this.rows = rows;
    this.stations = stations;
    this.replies = replies;
  }

  String model() {
    return request.getModelName();
  }

  int rows() {
    return rows.count();
  }

  /** As its author stated. */
  int rowsTogether() {
    return version().terms().rowsTogether();
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
    return new Work(
        version(),
        rows.values(),
        rows.count(),
        batchRowsMax,
        System.nanoTime() + left,
        deadline != null);
  }

  /** What nobody waits for any more is not computed: its place is for those who still wait. */
  void requireWanted() throws RefusedRequestException {
    if (isGone()) {
      version().statistics().abandoned();
      throw whyGone(call);
    }
  }

  /** The same before any version is chosen. */
  static void requireWanted(Context call) throws RefusedRequestException {
    if (isGone(call)) {
      throw whyGone(call);
    }
  }

  /** Computes on this thread. */
  void compute() {
    if (rows.count() == 0) {
      long now = System.nanoTime();
      version().statistics().ran(1, 0);
      answered(new Result(new Answer(new float[0], new float[0]), 0, now, now));
      return;
    }
    Scheduler.Attempt attempt = Scheduler.attempt(version(), rows.values(), rows.count());
    if (attempt.answer().isEmpty()) {
      failed(attempt.problem());
      return;
    }
    version().statistics().ran(1, attempt.endedNs() - attempt.startedNs());
    answered(
        new Result(attempt.answer().get(), rows.count(), attempt.startedNs(), attempt.endedNs()));
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
    ModelInferResponse response = encode(result.answer(), result.batchRows());
    // It may have joined a computation that ran already: then it did not wait at all.
    long begun = Math.max(stations.prepared(), result.startedNs());
    long ended = Math.max(begun, result.endedNs());
    VersionStatistics.Stations at =
        new VersionStatistics.Stations(
            stations.received(), stations.started(), stations.prepared(), begun, ended);
    version()
        .statistics()
        .succeeded(at, System.nanoTime(), rows.count(), System.currentTimeMillis());
    version().recorded().answered(rows.values());
    leave();
    replies.answered(response);
  }

  @Override
  public void failed(String problem) {
    version().statistics().failed(System.nanoTime() - stations.prepared());
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
    if (why == Refusal.GONE) {
      version().statistics().abandoned();
    }
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

  private ServedVersion version() {
    return entered.version();
  }

  private ModelInferResponse encode(Answer answer, int batchRows) {
    ModelArtifact artifact = entered.version().artifact();
    String shape = "[" + batchRows + "," + entered.version().model().features() + "]";
    ModelInferResponse.Builder response =
        ModelInferResponse.newBuilder()
            .setModelName(request.getModelName())
            .setModelVersion(artifact.version())
            .setId(request.getId())
            .putParameters("model_digest", text(artifact.digest()))
            .putParameters("feature_set_id", text(artifact.featureSetId()))
            .putParameters("alias", text(entered.champion() ? CHAMPION : ""))
            .putParameters("batch_shape", text(shape))
            .putParameters("engine", text(Platform.of(artifact.format()).engine()))
            .putParameters(
                "epoch", InferParameter.newBuilder().setInt64Param(entered.epoch()).build());
    for (ModelTensors.Tensor tensor : outputs) {
      float[] numbers =
          switch (tensor.name()) {
            case ModelTensors.ACTION_PROBABILITIES -> answer.actionProbabilities();
            case ModelTensors.EXPECTED_RETURN -> answer.expectedReturn();
            default -> answer.column(tensor.name());
          };
      response.addOutputs(
          ModelInferResponse.InferOutputTensor.newBuilder()
              .setName(tensor.name())
              .setDatatype(ModelTensors.DATATYPE)
              .addShape(answer.rows())
              .addShape(tensor.columns()));
      response.addRawOutputContents(littleEndian(numbers));
    }
    return response.build();
  }

  private static ByteString littleEndian(float[] numbers) {
    ByteBuffer bytes =
        ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(numbers);
    return UnsafeByteOperations.unsafeWrap(bytes.array());
  }

  private static InferParameter text(String value) {
    return InferParameter.newBuilder().setStringParam(value).build();
  }
}
