package ai.neo.modelgateway.forward;

import java.time.Duration;

/**
 * Keeps requests away from what fails. Closed: all go. After {@value #FAILURES} failures in a row
 * it opens and none goes; when it was open for a while, one goes to try (half-open), whose outcome
 * closes it or opens it again. Safe for any thread. Times are of one monotonic clock, in
 * nanoseconds.
 */
final class Circuit {

  /** A lost connection fails everything under way at once, so that few are enough. */
  static final int FAILURES = 3;

  /** As metrics tell it: 0, 1 and 2. */
  enum State {
    CLOSED(0),
    HALF_OPEN(1),
    OPEN(2);

    private final int number;

    State(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }
  }

  /** Told of each change, under no lock of the listener's. */
  @FunctionalInterface
  interface Listener {
    void changed(State from, State to, String why);
  }

  private final long openNs;
  private final Listener listener;
  private State state = State.CLOSED;
  private int failuresInARow;
  private long openedNs;
  private long trialNs;

  Circuit(Duration open, Listener listener) {
    this.openNs = open.toNanos();
    this.listener = listener;
  }

  /** Whether a request may go now; whoever got true tells {@link #succeeded} or {@link #failed}. */
  synchronized boolean admits(long nowNs) {
    if (state == State.CLOSED) {
      return true;
    }
    if (!wouldAdmit(nowNs)) {
      return false;
    }
    if (state == State.OPEN) {
      change(State.HALF_OPEN, "one request is let through to try");
    }
    trialNs = nowNs;
    return true;
  }

  synchronized void succeeded() {
    failuresInARow = 0;
    // What was sent before it opened may still be answered: good news all the same.
    if (state != State.CLOSED) {
      change(State.CLOSED, "it answered");
    }
  }

  synchronized void failed(long nowNs, String why) {
    failuresInARow++;
    if (state == State.HALF_OPEN || (state == State.CLOSED && failuresInARow >= FAILURES)) {
      openedNs = nowNs;
      change(State.OPEN, why);
    }
  }

  synchronized State state() {
    return state;
  }

  /** Whether a request would go now; changes nothing. */
  synchronized boolean wouldAdmit(long nowNs) {
    return switch (state) {
      case CLOSED -> true;
      case OPEN -> nowNs - openedNs >= openNs;
      // A trial that nobody tells the outcome of must not keep it like this for good.
      case HALF_OPEN -> nowNs - trialNs >= openNs;
    };
  }

  private void change(State to, String why) {
    State from = state;
    state = to;
    listener.changed(from, to, why);
  }
}
