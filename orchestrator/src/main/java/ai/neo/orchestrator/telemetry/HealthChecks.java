package ai.neo.orchestrator.telemetry;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Asks each part of the system again and again whether it works, and remembers what it last said. A
 * part that does not come back with an answer is down too. Any thread may read.
 */
public final class HealthChecks implements AutoCloseable {
  private static final long NS_PER_S = 1_000_000_000L;

  private final List<Watched> parts = new ArrayList<>();
  private final LongSupplier nanoTime;
  private final Duration every;
  private final Duration patience;
  private volatile boolean closed;

  /** Whether a part works. */
  public enum State {
    UP,
    /** Does less than it should, and the system can do without. */
    DEGRADED,
    STARTING,
    DOWN
  }

  /**
   * What a part said.
   *
   * @param detail for a person; the reason if it is not up
   */
  public record Finding(State state, String detail) {
    public static Finding up(String detail) {
      return new Finding(State.UP, detail);
    }

    public static Finding degraded(String detail) {
      return new Finding(State.DEGRADED, detail);
    }

    public static Finding starting(String detail) {
      return new Finding(State.STARTING, detail);
    }

    public static Finding down(String reason) {
      return new Finding(State.DOWN, reason);
    }
  }

  /** Looks at one part. May block; whatever it throws is the reason why the part is down. */
  @FunctionalInterface
  public interface Check {
    Finding look() throws Exception;
  }

  private static final class Watched {
    final String name;
    final Check check;
    volatile Finding last = Finding.starting("not asked yet");
    volatile long answeredNs;
    volatile Thread thread;

    Watched(String name, Check check) {
      this.name = name;
      this.check = check;
    }
  }

  /**
   * @param checks by the part's name, in the order in which they are shown
   * @param every how often each is asked
   * @param patience after which a part that has not answered is down
   */
  public HealthChecks(
      Map<String, Check> checks, Duration every, Duration patience, LongSupplier nanoTime) {
    checks.forEach((name, check) -> parts.add(new Watched(name, check)));
    this.every = every;
    this.patience = patience;
    this.nanoTime = nanoTime;
  }

  /** Begins to ask, each part on a thread of its own. */
  public void start() {
    for (Watched part : parts) {
      part.answeredNs = nanoTime.getAsLong();
      part.thread =
          Thread.ofVirtual().name("health-" + part.name).start(() -> askAgainAndAgain(part));
    }
  }

  private void askAgainAndAgain(Watched part) {
    while (!closed) {
      ask(part);
      LockSupport.parkNanos(every.toNanos());
    }
  }

  private void ask(Watched part) {
    Finding found;
    try {
      found = part.check.look();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    } catch (Exception e) {
      found = Finding.down(reason(e));
    }
    part.last = found;
    part.answeredNs = nanoTime.getAsLong();
  }

  private static String reason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }

  private Finding finding(Watched part) {
    long silentNs = nanoTime.getAsLong() - part.answeredNs;
    if (part.thread != null && silentNs > patience.toNanos()) {
      return Finding.down(
          "no answer for " + silentNs / NS_PER_S + " s; before: " + part.last.detail());
    }
    return part.last;
  }

  /** Whether every part does what trading needs. */
  public boolean ready() {
    return parts.stream().allMatch(part -> finding(part).state().compareTo(State.DEGRADED) <= 0);
  }

  /**
   * Each part with {@code name}, {@code state} (up, degraded, starting, down) and {@code detail}.
   */
  public JsonArray json() {
    JsonArray all = new JsonArray();
    for (Watched part : parts) {
      Finding finding = finding(part);
      all.add(
          new JsonObject()
              .put("name", part.name)
              .put("state", finding.state().name().toLowerCase(Locale.ROOT))
              .put("detail", finding.detail()));
    }
    return all;
  }

  @Override
  public void close() {
    closed = true;
    for (Watched part : parts) {
      if (part.thread != null) {
        part.thread.interrupt();
      }
    }
  }
}
