package ai.neo.modelgateway.forward;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Which servers are forwarded to, and how long they get.
 *
 * @param targets where two have the same model, the first is asked
 * @param hedge after so long without an answer a local version answers, where one may; 1 ms to 1
 *     min
 * @param patience after so long without an answer the request has failed; 1 ms to 5 min, at least
 *     {@code hedge}
 * @param refresh how often a server is asked what it has; 10 ms to 1 h
 * @param open how long a server is left alone after it failed; 1 ms to 1 h
 */
public record ForwardSettings(
    List<ForwardTarget> targets,
    Duration hedge,
    Duration patience,
    Duration refresh,
    Duration open) {

  private static final Duration MS = Duration.ofMillis(1);

  public ForwardSettings {
    targets = List.copyOf(targets);
    Set<String> names = new HashSet<>();
    for (ForwardTarget target : targets) {
      if (!names.add(target.name())) {
        throw new IllegalArgumentException("two servers are called '" + target.name() + "'");
      }
    }
    require("hedge", hedge, MS, Duration.ofMinutes(1));
    require("patience", patience, hedge, Duration.ofMinutes(5));
    require("refresh", refresh, Duration.ofMillis(10), Duration.ofHours(1));
    require("open", open, MS, Duration.ofHours(1));
  }

  /** A hedge of 50 ms, 10 s of patience, a look every 2 s, left alone for 2 s. */
  public static ForwardSettings to(List<ForwardTarget> targets) {
    return new ForwardSettings(
        targets,
        Duration.ofMillis(50),
        Duration.ofSeconds(10),
        Duration.ofSeconds(2),
        Duration.ofSeconds(2));
  }

  /** Nothing is forwarded. */
  public static ForwardSettings none() {
    return to(List.of());
  }

  /** The same with another hedge. */
  public ForwardSettings withHedge(Duration other) {
    return new ForwardSettings(targets, other, patience, refresh, open);
  }

  private static void require(String name, Duration value, Duration least, Duration most) {
    Objects.requireNonNull(value, name);
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          "%s must be %d to %d ms: %d"
              .formatted(name, least.toMillis(), most.toMillis(), value.toMillis()));
    }
  }
}
