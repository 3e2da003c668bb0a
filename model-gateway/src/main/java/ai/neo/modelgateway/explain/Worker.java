package ai.neo.modelgateway.explain;

import ai.neo.modelgateway.engine.BackgroundThreads;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * One thread of low priority that works for all callers, in the order of their calls, and a bounded
 * queue before it. What hangs in it holds up nobody but those who wait in this queue, and these
 * only until their deadlines. Safe for any thread.
 */
final class Worker implements AutoCloseable {
  /** Each waits with its rows in memory: 1 MB at most. */
  static final int MAX_WAITING = 16;

  private static final long CLOSE_SECONDS = 1;

  private final ThreadPoolExecutor executor =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MAX_WAITING),
          BackgroundThreads.named("explanation"),
          new ThreadPoolExecutor.AbortPolicy());

  private volatile boolean closed;

  /**
   * Runs the work when its turn comes and somebody still waits for it. A caller that leaves, or
   * whose deadline passes, gives its place in the queue up at once.
   *
   * @throws StatusException UNAVAILABLE when too many wait
   */
  void submit(ServerCallStreamObserver<?> caller, Runnable work) throws StatusException {
    Runnable unlessGone =
        () -> {
          if (!caller.isCancelled()) {
            work.run();
          }
        };
    // Its own object: that is what the queue is searched for.
    caller.setOnCancelHandler(() -> executor.remove(unlessGone));
    try {
      executor.execute(unlessGone);
    } catch (RejectedExecutionException e) {
      throw Status.UNAVAILABLE
          .withDescription(
              closed
                  ? "the gateway closes"
                  : MAX_WAITING + " explanations wait for the one that runs; ask again later")
          .withCause(e)
          .asException();
    }
  }

  boolean isClosed() {
    return closed;
  }

  /** Ends what runs, where that can be ended, and forgets what waits. */
  @Override
  public void close() {
    closed = true;
    executor.shutdownNow();
    try {
      executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
