package ai.neo.modelgateway.engine;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts who is inside something that must not be freed under them, and frees it when it was
 * retired and the last one has left. Safe for any thread; never blocks.
 */
public final class InFlight {

  /** Set for good by {@link #retire}; what remains below it are those inside. */
  private static final int RETIRED = 1 << 30;

  private final AtomicInteger state = new AtomicInteger();
  private final Runnable free;

  /**
   * @param free runs once, on the thread that retires or on the last one that leaves
   */
  public InFlight(Runnable free) {
    this.free = Objects.requireNonNull(free, "free");
  }

  /** Goes in, unless it is retired. Whoever got true must {@link #leave}. */
  public boolean enter() {
    int now = state.get();
    while ((now & RETIRED) == 0) {
      if (state.compareAndSet(now, now + 1)) {
        return true;
      }
      now = state.get();
    }
    return false;
  }

  /** Goes out. */
  public void leave() {
    if (state.decrementAndGet() == RETIRED) {
      free.run();
    }
  }

  /** Lets nobody in any more; a second call does nothing. */
  public void retire() {
    int before = state.getAndUpdate(now -> now | RETIRED);
    if (before == 0) {
      free.run();
    }
  }

  /** Whether {@link #retire} was called. */
  public boolean isRetired() {
    return (state.get() & RETIRED) != 0;
  }
}
