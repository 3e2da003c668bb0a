package ai.neo.modelregistry;

import ai.neo.proto.registry.v1.Change;
import ai.neo.proto.registry.v1.WatchRequest;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;

/**
 * Tells followers what they missed and then what happens. Each follower has a virtual thread, which
 * waits for this process's commits and looks every half second for those of others. A follower that
 * reads slowly holds up nobody but itself.
 */
final class ChangeFeed implements AutoCloseable {
  /** Other registries over the same database do not wake this one. */
  private static final long LOOK_MS = 500;

  private static final int BATCH = 200;

  private final Database database;
  private volatile boolean closed;

  ChangeFeed(Database database) {
    this.database = database;
  }

  /** Starts to tell; the observer's call must not have returned yet. */
  void follow(WatchRequest request, ServerCallStreamObserver<Change> observer) {
    Signal ready = database.changes();
    observer.setOnReadyHandler(ready::raise);
    observer.setOnCancelHandler(ready::raise);
    Thread.ofVirtual().name("registry-watch").start(() -> tell(request, observer));
  }

  private void tell(WatchRequest request, ServerCallStreamObserver<Change> observer) {
    try {
      long position = start(request);
      observer.onNext(Change.newBuilder().setPosition(position).build());
      while (!observer.isCancelled()) {
        if (closed) {
          throw new RegistryException(
              Status.Code.UNAVAILABLE, "The registry is closing; go on from your last position");
        }
        long seen = database.changes().times();
        if (!observer.isReady()) {
          database.changes().await(seen, LOOK_MS);
          continue;
        }
        List<Change> changes = after(position, request.getModel());
        changes.forEach(observer::onNext);
        if (changes.isEmpty()) {
          database.changes().await(seen, LOOK_MS);
        } else {
          position = changes.getLast().getPosition();
        }
      }
    } catch (RegistryException e) {
      observer.onError(
          e.code().toStatus().withDescription(e.getMessage()).withCause(e).asRuntimeException());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      observer.onError(Status.UNAVAILABLE.withCause(e).asRuntimeException());
    }
  }

  private long start(WatchRequest request) {
    long end = database.inSnapshot(Changes::position);
    if (request.getFromNow()) {
      return end;
    }
    if (request.getAfterPosition() < 0 || request.getAfterPosition() > end) {
      throw new RegistryException(
          Status.Code.OUT_OF_RANGE,
          "after_position=%s, and the stream ends at %d: it is not the registry that you followed."
                  .formatted(Long.toUnsignedString(request.getAfterPosition()), end)
              + " Read the aliases anew, then watch with from_now");
    }
    return request.getAfterPosition();
  }

  private List<Change> after(long position, String model) {
    return database.inSnapshot(session -> Changes.after(session, position, model, BATCH));
  }

  /** Ends every follower's call. */
  @Override
  public void close() {
    closed = true;
    database.changes().raise();
  }
}
