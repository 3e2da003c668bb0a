package ai.neo.orchestrator.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RunMetricsTest {
  private final Latencies latencies = Latencies.fresh();
  private final AtomicReference<JsonObject> status = new AtomicReference<>(new JsonObject());

  private RunMetrics metrics() {
    return new RunMetrics(
        new RunMetrics.Sources(
            status::get,
            () ->
                new JsonArray()
                    .add(
                        new JsonObject()
                            .put("instrument", "BTCUSDT")
                            .put("strategy", "model")
                            .put("quantity", "0.25")),
            () ->
                new JsonArray()
                    .add(new JsonObject().put("name", "Gateway").put("state", "up"))
                    .add(new JsonObject().put("name", "PostgreSQL").put("state", "down")),
            () -> 4096,
            () -> 17,
            () -> 1.5,
            () -> Double.NaN),
        latencies);
  }

  @Test
  void everyNumberOfARunHasItsName() {
    status.set(
        new JsonObject()
            .put("state", "running")
            .put("equity", "100012.5")
            .put("fees", "3.25")
            .put("drawdown", 0.01)
            .put("champion", new JsonObject().put("epoch", 4))
            .put(
                "counts",
                new JsonObject()
                    .put("events", 10)
                    .put("bars", 9)
                    .put("fallbacks", 1)
                    .put("decisions", 8)
                    .put("orders", 7)
                    .put("fills", 6)
                    .put("updates_learned", 5)
                    .put("swaps", 4)
                    .put("rollbacks", 3))
            .put("predictions_by_version", new JsonObject().put("1", 20).put("2", 30))
            .put("refused_by_rule", new JsonObject().put("order-rate", 2)));
    latencies.tickToOrder().record(240_000);
    try (RunMetrics metrics = metrics()) {
      String text = metrics.text();
      assertThat(text.lines())
          .contains(
              "neo_events_total 10.0",
              "neo_bars_total 9.0",
              "neo_fallbacks_total 1.0",
              "neo_decisions_total 8.0",
              "neo_orders_total 7.0",
              "neo_fills_total 6.0",
              "neo_updates_learned_total 5.0",
              "neo_swaps_total 4.0",
              "neo_rollbacks_total 3.0",
              "neo_predictions_total{version=\"1\"} 20.0",
              "neo_predictions_total{version=\"2\"} 30.0",
              "neo_refused_total{rule=\"order-rate\"} 2.0",
              "neo_equity 100012.5",
              "neo_fees 3.25",
              "neo_drawdown 0.01",
              "neo_model_epoch 4.0",
              "neo_position{instrument=\"BTCUSDT\",strategy=\"model\"} 0.25",
              "neo_part_up{part=\"Gateway\"} 1.0",
              "neo_part_up{part=\"PostgreSQL\"} 0.0",
              "neo_state{state=\"running\"} 1.0",
              "neo_journal_bytes_total 4096.0",
              "neo_projection_lag_frames 17.0",
              "neo_feed_silent_seconds 1.5",
              "neo_tick_to_order_seconds_count 1",
              "neo_tick_to_order_seconds_bucket{le=\"2.5E-4\"} 1",
              "neo_tick_to_order_seconds_bucket{le=\"1.0E-4\"} 0");
      assertThat(text)
          .contains("neo_latency_seconds{of=\"tick_to_order\",quantile=\"0.99\"} 2.4")
          .contains("jvm_memory_used_bytes{area=\"heap\"")
          .contains("neo_journal_append_seconds_count 0")
          .contains("neo_prediction_round_trip_seconds_bucket")
          .contains("neo_tick_to_decision_seconds_bucket");
    }
  }

  @Test
  void aRunThatHasNotBegunHasNumbersTooAndTheStateChanges() {
    try (RunMetrics metrics = metrics()) {
      assertThat(metrics.text()).contains("neo_events_total 0.0", "neo_state{state=\"starting\"}");
      status.set(new JsonObject().put("state", "halted"));
      assertThat(metrics.text())
          .contains("neo_state{state=\"halted\"} 1.0")
          .doesNotContain("neo_state{state=\"starting\"}");
    }
  }

  @Test
  void theStatusShowsLatenciesInMicroseconds() {
    latencies.prediction().record(100_000);
    JsonObject json = latencies.json();
    assertThat(json.getDouble("prediction_p50_us")).isBetween(99.0, 101.0);
    assertThat(json.getDouble("prediction_p99_us")).isBetween(99.0, 101.0);
    assertThat(json.containsKey("tick_to_order_p99_us")).isTrue();
    assertThat(json.getDouble("tick_to_order_p99_us")).isNull();
  }
}
