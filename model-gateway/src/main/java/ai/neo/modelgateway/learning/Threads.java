package ai.neo.modelgateway.learning;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/** The end of an executor. */
final class Threads {
  private Threads() {}

  /** Lets running work finish for so long, then interrupts it. */
  static void end(ExecutorService threads, long seconds) {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(seconds, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
