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
  private long predictions;
  private long refusals;
  private final Map<String, Long> predictionsByVersion = new TreeMap<>();
  private final Map<String, Long> refusedByRule = new TreeMap<>();

  /** Counts a usable prediction. */
  void predicted(String version) {
    predictions++;
    predictionsByVersion.merge(version, 1L, Long::sum);
  }

  /** Counts an order that risk refused. */
  void refused(String rule) {
    refusals++;
    refusedByRule.merge(rule, 1L, Long::sum);
  }

  /** Brings earlier counts of the same loop up to date. Cheap enough to be done at every event. */
  void copyTo(LoopCounters earlier) {
    earlier.events = events;
    earlier.bars = bars;
    earlier.fallbacks = fallbacks;
    earlier.decisions = decisions;
    earlier.orders = orders;
    earlier.fills = fills;
    earlier.updatesLearned = updatesLearned;
    earlier.swaps = swaps;
    earlier.rollbacks = rollbacks;
    if (earlier.predictions != predictions) {
      earlier.predictions = predictions;
      earlier.predictionsByVersion.putAll(predictionsByVersion);
    }
    if (earlier.refusals != refusals) {
      earlier.refusals = refusals;
      earlier.refusedByRule.putAll(refusedByRule);
    }
  }

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
