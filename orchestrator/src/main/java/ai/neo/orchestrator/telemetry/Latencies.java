package ai.neo.orchestrator.telemetry;

import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a run times.
 *
 * @param prediction from the question to the gateway's answer
 * @param tickToDecision from a tick's arrival to a decision that rests on it
 * @param tickToOrder from a tick's arrival until the order may leave, its intent in the journal
 * @param journalAppend of one frame
 */
public record Latencies(
    LatencyHistogram prediction,
    LatencyHistogram tickToDecision,
    LatencyHistogram tickToOrder,
    LatencyHistogram journalAppend) {
  private static final double NS_PER_US = 1e3;

  /** Four that have recorded nothing. */
  public static Latencies fresh() {
    return new Latencies(
        new LatencyHistogram(
            "neo_prediction_round_trip_seconds", "From the question to the gateway's answer"),
        new LatencyHistogram(
            "neo_tick_to_decision_seconds", "From a tick's arrival to a decision resting on it"),
        new LatencyHistogram(
            "neo_tick_to_order_seconds",
            "From a tick's arrival until its order may leave, the intent journaled"),
        new LatencyHistogram("neo_journal_append_seconds", "One frame into the journal"));
  }

  /** By the name that status and metrics use. */
  public Map<String, LatencyHistogram> byName() {
    Map<String, LatencyHistogram> all = new LinkedHashMap<>();
    all.put("prediction", prediction);
    all.put("tick_to_decision", tickToDecision);
    all.put("tick_to_order", tickToOrder);
    all.put("journal_append", journalAppend);
    return all;
  }

  /**
   * As the API's status shows them: {@code prediction_p50_us} and so on, microseconds; null where
   * nothing was recorded.
   */
  public JsonObject json() {
    JsonObject json = new JsonObject();
    byName()
        .forEach(
            (name, histogram) -> {
              LatencyHistogram.Quantiles q = histogram.quantiles();
              json.put(name + "_count", q.count());
              json.put(name + "_p50_us", us(q, q.p50()));
              json.put(name + "_p99_us", us(q, q.p99()));
              json.put(name + "_p999_us", us(q, q.p999()));
              json.put(name + "_max_us", us(q, q.max()));
            });
    return json;
  }

  private static Double us(LatencyHistogram.Quantiles of, long nanoseconds) {
    return of.count() == 0 ? null : nanoseconds / NS_PER_US;
  }
}
