package ai.neo.orchestrator.telemetry;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * A run in Prometheus' text format, under names that begin with {@code neo_}, and its JVM. The run
 * pays nothing for it: counts are read where they are kept, when somebody asks.
 */
public final class RunMetrics implements AutoCloseable {
  private static final double NS_PER_S = 1e9;

  private final Sources sources;
  private final Latencies latencies;
  private final PrometheusMeterRegistry registry;
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final Set<String> versions = new HashSet<>();
  private final Set<String> rules = new HashSet<>();
  private final MultiGauge positions;
  private final MultiGauge health;
  private final MultiGauge state;
  private volatile JsonObject status = new JsonObject();

  /**
   * Where the numbers are.
   *
   * @param status as the API shows it
   * @param positions as the API shows them
   * @param health parts with name, state and detail
   * @param journalBytes that this process has written
   * @param projectionLag frames that PostgreSQL does not have yet
   * @param feedSilentSeconds since the market was last heard of; NaN before the first time
   * @param feedLagSeconds by which the last tick came after the market's own time of it; NaN for
   *     recorded data
   */
  public record Sources(
      Supplier<JsonObject> status,
      Supplier<JsonArray> positions,
      Supplier<JsonArray> health,
      DoubleSupplier journalBytes,
      DoubleSupplier projectionLag,
      DoubleSupplier feedSilentSeconds,
      DoubleSupplier feedLagSeconds) {}

  public RunMetrics(Sources sources, Latencies latencies) {
    this.sources = sources;
    this.latencies = latencies;
    PrometheusRegistry prometheus = new PrometheusRegistry();
    latencies.byName().values().forEach(prometheus::register);
    registry =
        new PrometheusMeterRegistry(
            PrometheusConfig.DEFAULT, prometheus, io.micrometer.core.instrument.Clock.SYSTEM);
    jvm();
    counts();
    account();
    flow();
    quantiles();
    positions = MultiGauge.builder("neo.position").description("Quantity held").register(registry);
    health =
        MultiGauge.builder("neo.part.up").description("1 if the part works").register(registry);
    state = MultiGauge.builder("neo.state").description("1 for what it may do").register(registry);
  }

  /** All of it, now. One caller at a time. */
  public synchronized String text() {
    status = sources.status().get();
    newLabels();
    List<MultiGauge.Row<?>> held = new ArrayList<>();
    for (Object each : sources.positions().get()) {
      JsonObject position = (JsonObject) each;
      held.add(
          MultiGauge.Row.of(
              Tags.of(
                  "instrument", position.getString("instrument"),
                  "strategy", position.getString("strategy")),
              number(position.getString("quantity"))));
    }
    positions.register(held, true);
    List<MultiGauge.Row<?>> parts = new ArrayList<>();
    for (Object each : sources.health().get()) {
      JsonObject part = (JsonObject) each;
      parts.add(
          MultiGauge.Row.of(
              Tags.of("part", part.getString("name")),
              part.getString("state").equals("up") ? 1 : 0));
    }
    health.register(parts, true);
    state.register(
        List.of(MultiGauge.Row.of(Tags.of("state", status.getString("state", "starting")), 1)),
        true);
    return registry.scrape();
  }

  private void jvm() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    collections.bindTo(registry);
  }

  private void counts() {
    Map.of(
            "events", "Events that the loop has heard",
            "bars", "Bars among them",
            "fallbacks", "Questions without a usable prediction",
            "decisions", "Decisions of strategies",
            "orders", "Orders sent",
            "fills", "Trades of our orders",
            "updates_learned", "Updates that the learner has made",
            "swaps", "Times that another version began to serve",
            "rollbacks", "Times that the version before was put back")
        .forEach(
            (name, help) ->
                FunctionCounter.builder("neo." + name, this, metrics -> metrics.count(name))
                    .description(help)
                    .register(registry));
  }

  private double count(String name) {
    return status.getJsonObject("counts", new JsonObject()).getLong(name, 0L);
  }

  /** Labels come up while the run goes on: a version predicts, a rule refuses. */
  private void newLabels() {
    for (String version : part("predictions_by_version").fieldNames()) {
      if (versions.add(version)) {
        FunctionCounter.builder(
                "neo.predictions",
                this,
                metrics -> metrics.part("predictions_by_version").getLong(version, 0L))
            .tag("version", version)
            .description("Usable predictions by the version that made them")
            .register(registry);
      }
    }
    for (String rule : part("refused_by_rule").fieldNames()) {
      if (rules.add(rule)) {
        FunctionCounter.builder(
                "neo.refused", this, metrics -> metrics.part("refused_by_rule").getLong(rule, 0L))
            .tag("rule", rule)
            .description("Orders that risk refused, by the rule")
            .register(registry);
      }
    }
  }

  private JsonObject part(String name) {
    return status.getJsonObject(name, new JsonObject());
  }

  private void account() {
    money("equity", "Cash and what is held, in quote currency");
    money("cash", "In quote currency");
    money("fees", "Of all fills, in quote currency");
    money("realised_pnl", "Before fees, in quote currency");
    money("unrealised_pnl", "Before fees, in quote currency");
    gauge("drawdown", "Below the peak of equity, a fraction of it", "drawdown");
    gauge("max_drawdown", "The largest so far", "max_drawdown");
    Gauge.builder("neo.model.epoch", this, metrics -> metrics.part("champion").getLong("epoch", 0L))
        .description("How often the served version has changed")
        .register(registry);
  }

  private void money(String name, String help) {
    Gauge.builder("neo." + name, this, metrics -> number(metrics.status.getString(name)))
        .description(help)
        .register(registry);
  }

  private void gauge(String name, String help, String field) {
    Gauge.builder("neo." + name, this, metrics -> metrics.status.getDouble(field, 0.0))
        .description(help)
        .register(registry);
  }

  private void flow() {
    FunctionCounter.builder("neo.journal.bytes", sources, s -> s.journalBytes().getAsDouble())
        .description("Written by this process into the journal")
        .register(registry);
    Gauge.builder("neo.projection.lag.frames", sources, s -> s.projectionLag().getAsDouble())
        .description("Frames of the journal that PostgreSQL does not have yet")
        .register(registry);
    Gauge.builder("neo.feed.silent.seconds", sources, s -> s.feedSilentSeconds().getAsDouble())
        .description("Since the market was last heard of")
        .register(registry);
    Gauge.builder("neo.feed.lag.seconds", sources, s -> s.feedLagSeconds().getAsDouble())
        .description("From the market's own time of the last tick to its arrival; live data only")
        .register(registry);
  }

  private void quantiles() {
    latencies
        .byName()
        .forEach(
            (name, histogram) -> {
              quantile(name, "0.5", () -> histogram.quantiles().p50());
              quantile(name, "0.99", () -> histogram.quantiles().p99());
              quantile(name, "0.999", () -> histogram.quantiles().p999());
            });
  }

  private void quantile(String name, String quantile, DoubleSupplier nanoseconds) {
    Gauge.builder("neo.latency.seconds", nanoseconds, of -> of.getAsDouble() / NS_PER_S)
        .tag("of", name)
        .tag("quantile", quantile)
        .description("Quantiles since the start")
        .strongReference(true)
        .register(registry);
  }

  private static double number(String text) {
    return text == null ? Double.NaN : Double.parseDouble(text);
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
