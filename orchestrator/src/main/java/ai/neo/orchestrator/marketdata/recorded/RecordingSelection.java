package ai.neo.orchestrator.marketdata.recorded;

import java.util.OptionalLong;
import java.util.Set;

/**
 * Which part of a recording is wanted.
 *
 * @param symbols empty for all
 * @param fromNs first time that is wanted, nanoseconds since 1970 UTC
 * @param toNs first time that is no longer wanted
 */
public record RecordingSelection(Set<String> symbols, OptionalLong fromNs, OptionalLong toNs) {
  public RecordingSelection {
    symbols = Set.copyOf(symbols);
    if (fromNs.isPresent() && toNs.isPresent() && fromNs.getAsLong() >= toNs.getAsLong()) {
      throw new IllegalArgumentException(
          "from_ns=" + fromNs.getAsLong() + " to_ns=" + toNs.getAsLong()
              + ", expected from before to");
    }
  }

  /** Everything. */
  public static RecordingSelection all() {
    return new RecordingSelection(Set.of(), OptionalLong.empty(), OptionalLong.empty());
  }

  boolean wants(String symbol) {
    return symbols.isEmpty() || symbols.contains(symbol);
  }

  long fromOrMinimum() {
    return fromNs.orElse(Long.MIN_VALUE);
  }

  long toOrMaximum() {
    return toNs.orElse(Long.MAX_VALUE);
  }
}
