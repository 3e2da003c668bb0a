package ai.neo.orchestrator.configuration;

import java.util.Optional;

/**
 * Servers of the user's own; where one is empty, an embedded one takes its place.
 *
 * @param postgresUrl such as {@code postgresql://user:password@host:port/database}
 * @param redisUrl such as {@code redis://user:password@host:port}
 */
public record StoreAddresses(Optional<String> postgresUrl, Optional<String> redisUrl) {
  /** Both are embedded. */
  public static final StoreAddresses EMBEDDED =
      new StoreAddresses(Optional.empty(), Optional.empty());

  /** What carries passwords is not told. */
  @Override
  public String toString() {
    return "StoreAddresses[postgres="
        + (postgresUrl.isPresent() ? "given" : "embedded")
        + ", redis="
        + (redisUrl.isPresent() ? "given" : "embedded")
        + "]";
  }
}
