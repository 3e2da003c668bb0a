package ai.neo.modelgateway.learning;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The one thread on which all that changes a model happens, in the order of the calls: outcomes,
 * promotions, rollbacks, freezes. Safe for any thread.
 */
final class ModelLane implements AutoCloseable {
  /** A second or two of work; a caller that is further ahead is told to slow down. */
  private static final int MAX_WAITING = 4096;

  private static final long CLOSE_SECONDS = 30;

  private final Learner learner;
  private final ThreadPoolExecutor thread;

  ModelLane(String model, Learner learner) {
    this.learner = learner;
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_WAITING),
            Thread.ofPlatform().daemon().name("learner-" + model).factory(),
            new ThreadPoolExecutor.AbortPolicy());
  }

  Learner learner() {
    return learner;
  }

  /**
   * Runs work after all that was given before.
   *
   * @throws RejectedExecutionException when too much is waiting, or the lane is closed
   */
  void then(Consumer<Learner> work) {
    thread.execute(() -> work.accept(learner));
  }

  /** Finishes what is waiting, then frees the learner. */
  @Override
  public void close() {
    try {
      thread.execute(learner::close);
    } catch (RejectedExecutionException e) {
      // Full: what waits is dropped with its callers, who see the server go away.
      thread.shutdownNow();
    }
    Threads.end(thread, CLOSE_SECONDS);
  }
}
