package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.proto.learning.v1.ModelChange;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;

/**
 * One watcher of a model: the present champion first, then every change, as the catalog tells it,
 * one by one.
 */
final class ChangeStream {
  /** A watcher that is this far behind has stopped reading; it may come again. */
  private static final int MAX_UNREAD = 1024;

  private final ServerCallStreamObserver<ModelChange> watcher;
  private int unread;
  private boolean ended;

  private ChangeStream(ServerCallStreamObserver<ModelChange> watcher) {
    this.watcher = watcher;
  }

  /** Begins a watch that ends when the watcher goes. */
  static void open(
      String model, ServingCatalog catalog, ServerCallStreamObserver<ModelChange> watcher) {
    if (model.isBlank()) {
      throw new IllegalArgumentException("model must be given");
    }
    ChangeStream stream = new ChangeStream(watcher);
    AutoCloseable watch = catalog.watch(model, stream::tell);
    watcher.setOnCancelHandler(() -> stream.end(watch));
  }

  private synchronized void tell(ModelChange change) {
    if (ended) {
      return;
    }
    unread = watcher.isReady() ? 0 : unread + 1;
    if (unread > MAX_UNREAD) {
      ended = true;
      watcher.onError(
          Status.RESOURCE_EXHAUSTED
              .withDescription("the watcher does not read; watch again")
              .asException());
      return;
    }
    watcher.onNext(change);
  }

  private void end(AutoCloseable watch) {
    synchronized (this) {
      ended = true;
    }
    try {
      watch.close();
    } catch (Exception e) {
      throw new IllegalStateException("a watch could not be ended", e);
    }
  }
}
