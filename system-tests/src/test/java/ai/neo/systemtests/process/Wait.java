package ai.neo.systemtests.process;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for what can be observed, never for a time. */
public final class Wait {
  private static final long POLL_NS = 20_000_000L;

  private Wait() {}

  /** Something that may not be so yet; an exception means that it is not. */
  @FunctionalInterface
  public interface Condition {
    boolean holds() throws Exception;
  }

  /**
   * Asks again and again until the condition holds.
   *
   * @param story told if it does not come true, beside what was awaited
   * @throws AssertionError if it does not hold within the time
   */
  public static void until(
      String what, Duration longest, Supplier<String> story, Condition condition) {
    long deadlineNs = System.nanoTime() + longest.toNanos();
    Exception last = null;
    while (true) {
      try {
        if (condition.holds()) {
          return;
        }
        last = null;
      } catch (Exception e) {
        last = e;
      }
      if (System.nanoTime() - deadlineNs > 0) {
        throw new AssertionError(
            "not within " + longest.toSeconds() + " s: " + what + "\n" + story.get(), last);
      }
      LockSupport.parkNanos(POLL_NS);
    }
  }
}
