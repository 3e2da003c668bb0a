package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.serving.RegistryException;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a failed call is answered with. */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  /** Work that answers a call, and may fail. */
  interface Work {
    void run() throws ModelRefusedException, TrainingStoppedException, IOException;
  }

  /** Runs the work; a failure becomes the call's status, and an unforeseen one is logged too. */
  static void answer(StreamObserver<?> caller, Work work) {
    try {
      work.run();
    } catch (ModelRefusedException e) {
      boolean missing = RegistryException.isOfMissing(e);
      fail(caller, missing ? Status.NOT_FOUND : Status.FAILED_PRECONDITION, e);
    } catch (IOException e) {
      fail(caller, Status.FAILED_PRECONDITION, e);
    } catch (TrainingStoppedException e) {
      fail(caller, Status.ABORTED, e);
    } catch (RegistryException e) {
      fail(caller, status(e.kind()), e);
    } catch (IllegalArgumentException e) {
      fail(caller, Status.INVALID_ARGUMENT, e);
    } catch (RejectedExecutionException e) {
      caller.onError(
          Status.RESOURCE_EXHAUSTED
              .withDescription("the learner has too much waiting; send again later")
              .asException());
    } catch (RuntimeException | LinkageError e) {
      // A native engine that cannot be loaded is a LinkageError; the server lives on without it.
      LOG.error("a call to the learning service failed", e);
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
    StatusException answer =
        status.withDescription(String.valueOf(cause.getMessage())).withCause(cause).asException();
    caller.onError(answer);
  }
}
