package ai.neo.orchestrator.trading;

import java.util.Map;
import java.util.TreeMap;

/** What the loop has counted since its start. Owned by the loop; {@link #copy} may be shared. */
public final class LoopCounters {
  long events;
  long bars;
  long fallbacks;
  long decisions;
  long orders;
  long fills;
  long updatesLearned;
  long swaps;
  long rollbacks;
  final Map<String, Long> predictionsByVersion = new TreeMap<>();
  final Map<String, Long> refusedByRule = new TreeMap<>();

  /**
   * The counters at one moment.
   *
   * @param predictionsByVersion usable predictions by model version
   * @param refusedByRule orders that risk refused, by the rule
   */
  public record Snapshot(
      long events,
      long bars,
      long fallbacks,
      long decisions,
      long orders,
      long fills,
      long updatesLearned,
      long swaps,
      long rollbacks,
      Map<String, Long> predictionsByVersion,
      Map<String, Long> refusedByRule) {
    /** All usable predictions. */
    public long predictions() {
      return predictionsByVersion.values().stream().mapToLong(Long::longValue).sum();
    }

    /** All refused orders. */
    public long refused() {
      return refusedByRule.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /** An immutable copy. */
  public Snapshot copy() {
    return new Snapshot(
        events,
        bars,
        fallbacks,
        decisions,
        orders,
        fills,
        updatesLearned,
        swaps,
        rollbacks,
        Map.copyOf(predictionsByVersion),
        Map.copyOf(refusedByRule));
  }
}
