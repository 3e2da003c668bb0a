package ai.neo.tradingtypes;

/** What time it is. The one way by which time enters the edges; inside, time is an argument. */
@FunctionalInterface
public interface TimeSource {
  /** Nanoseconds since 1970-01-01 00:00 UTC. */
  long nowNs();
}
