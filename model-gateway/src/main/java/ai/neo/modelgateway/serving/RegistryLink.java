package ai.neo.modelgateway.serving;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a gateway hears its registry, told once when that changes. One thread says so, any reads.
 */
public final class RegistryLink {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryLink.class);

  /** As far as is known. */
  public enum State {
    /** Nobody follows a registry here. */
    UNUSED,
    /** It was not heard yet. */
    BEGINNING,
    UP,
    LOST
  }

  private volatile State state = State.UNUSED;
  private long lostNs;

  public State state() {
    return state;
  }

  /** Somebody begins to follow. */
  void begin() {
    state = State.BEGINNING;
  }

  /** The registry has spoken. */
  void heard() {
    if (state == State.LOST) {
      LOG.info(
          "the registry is back after {} s, and its champions are followed again",
          Duration.ofNanos(System.nanoTime() - lostNs).toMillis() / 1e3);
    }
    state = State.UP;
  }

  /** The registry is away, and is asked again until it is back. */
  void lost(String why) {
    if (state == State.LOST) {
      return;
    }
    LOG.warn(
        "the registry is lost ({}): what serves serves on, and champions that are moved meanwhile"
            + " are followed when it is back; it is tried again all the time",
        why);
    lostNs = System.nanoTime();
    state = State.LOST;
  }
}
