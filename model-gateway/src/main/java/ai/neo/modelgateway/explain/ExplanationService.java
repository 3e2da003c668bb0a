package ai.neo.modelgateway.explain;

import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.serving.AsideVersions;
import ai.neo.modelgateway.serving.RegistryException;
import ai.neo.modelgateway.serving.ServedVersion;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.proto.learning.v1.ExplainRequest;
import ai.neo.proto.learning.v1.Explanation;
import ai.neo.proto.learning.v1.ExplanationServiceGrpc;
import ai.neo.proto.learning.v1.ScoreRequest;
import ai.neo.proto.learning.v1.ScoreResponse;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Explains answers and scores versions beside serving: one {@link Worker} computes for all callers,
 * outside the scheduler, the learner and their locks. Safe for any thread; never blocks a caller's.
 */
public final class ExplanationService extends ExplanationServiceGrpc.ExplanationServiceImplBase
    implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ExplanationService.class);

  private final AsideVersions versions;
  private final Predictions predictions;
  private final Worker worker = new Worker();

  /** Rows that were asked about. */
  @FunctionalInterface
  public interface Predictions {
    /** The features of a prediction; empty when it is not known any more. */
    Optional<float[]> features(String model, String predictionId);
  }

  /**
   * @param predictions must not block
   */
  public ExplanationService(ServingCatalog catalog, Predictions predictions) {
    this.versions = catalog.aside();
    this.predictions = predictions;
  }

  @Override
  public void explain(ExplainRequest request, StreamObserver<Explanation> caller) {
    answer(
        request.getModel(),
        request.getVersion(),
        (ServerCallStreamObserver<Explanation>) caller,
        (version, watch) -> new ExplainCall(request, predictions).answer(version, watch));
  }

  @Override
  public void score(ScoreRequest request, StreamObserver<ScoreResponse> caller) {
    answer(
        request.getModel(),
        request.getVersion(),
        (ServerCallStreamObserver<ScoreResponse>) caller,
        (version, watch) -> new ScoreCall(request).answer(version, watch));
  }

  /** What is asked of a version. */
  private interface Question<A> {
    A answer(ServedVersion version, Watch watch) throws StatusException, Watch.NobodyWaitsException;
  }

  private <A> void answer(
      String model, String version, ServerCallStreamObserver<A> caller, Question<A> question) {
    try {
      worker.submit(caller, () -> work(model, version, caller, question));
    } catch (StatusException e) {
      caller.onError(e);
    }
  }

  private <A> void work(
      String model, String wanted, ServerCallStreamObserver<A> caller, Question<A> question) {
    try {
      ServedVersion version = versions.enter(model, wanted);
      A answer;
      try {
        answer = question.answer(version, () -> caller.isCancelled() || worker.isClosed());
      } finally {
        version.leave();
      }
      caller.onNext(answer);
      caller.onCompleted();
    } catch (Watch.NobodyWaitsException e) {
      fail(caller, Status.CANCELLED, e); // heard by those alone whom the closing gateway ends
    } catch (StatusException e) {
      caller.onError(e);
    } catch (ModelRefusedException e) {
      boolean missing = RegistryException.isOfMissing(e);
      fail(caller, missing ? Status.NOT_FOUND : Status.FAILED_PRECONDITION, e);
    } catch (RegistryException e) {
      fail(caller, status(e.kind()), e);
    } catch (IllegalArgumentException e) {
      fail(caller, Status.INVALID_ARGUMENT, e);
    } catch (RuntimeException | LinkageError e) {
      LOG.error("model={} version={} cannot be explained", model, wanted, e);
      fail(caller, Status.INTERNAL, e);
    }
  }

  private static Status status(RegistryException.Kind kind) {
    return switch (kind) {
      case CONFLICT -> Status.ABORTED;
      case NOT_FOUND -> Status.NOT_FOUND;
      case REFUSED -> Status.FAILED_PRECONDITION;
      case UNAVAILABLE -> Status.UNAVAILABLE;
    };
  }

  private static void fail(StreamObserver<?> caller, Status status, Throwable cause) {
    caller.onError(
        status.withDescription(String.valueOf(cause.getMessage())).withCause(cause).asException());
  }

  /** Ends the worker; what hangs in an engine ends with the process. */
  @Override
  public void close() {
    worker.close();
    versions.close();
  }
}
