package ai.neo.orchestrator;

import ai.neo.featurestore.FeatureSetDefinition;
import ai.neo.orchestrator.strategy.ModelStrategy;
import ai.neo.orchestrator.strategy.StrategySettings;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopParts;
import ai.neo.orchestrator.trading.LoopSettings;
import ai.neo.orchestrator.trading.TradingLoop;
import ai.neo.riskrules.RiskLimits;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Instrument;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * All that decides what a loop does: the first frame of its journal, from which a replay makes the
 * same loop again.
 *
 * @param feed where the market data come from: {@link #RECORDED}, or a live venue's name
 * @param limitsYaml text of the limits
 * @param featuresYaml text of the feature set
 */
public record RunDefinition(
    String runId,
    long seed,
    LoopSettings loop,
    StrategySettings strategies,
    String feed,
    List<Instrument> instruments,
    String limitsYaml,
    String featuresYaml) {
  /** Market data from files. */
  static final String RECORDED = "recorded";

  public RunDefinition {
    instruments = List.copyOf(instruments);
  }

  /** A fresh loop, given where its commands go. */
  public TradingLoop newLoop(Consumer<LoopCommand> commands) {
    return new TradingLoop(
        loop,
        LoopParts.fresh(
            instruments,
            FeatureSetDefinition.parse(featuresYaml),
            instrument -> strategies.strategies(),
            RiskLimits.fromYaml(limitsYaml, "limits"),
            loop.initialCashE8()),
        commands);
  }

  /** The same under another id. */
  RunDefinition named(String id) {
    return new RunDefinition(
        id, seed, loop, strategies, feed, instruments, limitsYaml, featuresYaml);
  }

  /** Symbols by instrument id. */
  public List<String> symbols() {
    return instruments.stream().map(Instrument::symbol).toList();
  }

  String toJson() {
    JsonArray all = new JsonArray();
    for (Instrument instrument : instruments) {
      all.add(
          new JsonObject()
              .put("symbol", instrument.symbol())
              .put("venue", instrument.venue())
              .put("tick_size", E8.format(instrument.tickSizeE8()))
              .put("lot_size", E8.format(instrument.lotSizeE8()))
              .put("minimum_notional", E8.format(instrument.minimumNotionalE8())));
    }
    return new JsonObject()
        .put("run_id", runId)
        .put("seed", seed)
        .put("instance", loop.instance())
        .put("epoch", loop.epoch())
        .put("initial_cash", E8.format(loop.initialCashE8()))
        .put("model", loop.model())
        .put("horizon_bars", loop.horizonBars())
        .put("label_threshold", loop.labelThreshold())
        .put("position_fraction", loop.positionFraction())
        .put("prediction_deadline_ns", loop.predictionDeadlineNs())
        .put("strategies", json(strategies))
        .put("feed", feed)
        .put("instruments", all)
        .put("limits", limitsYaml)
        .put("features", featuresYaml)
        .encode();
  }

  /** Reads what {@link #toJson} wrote. */
  public static RunDefinition fromJson(String text) {
    JsonObject json = new JsonObject(text);
    List<Instrument> instruments = new ArrayList<>();
    for (Object each : json.getJsonArray("instruments")) {
      JsonObject instrument = (JsonObject) each;
      instruments.add(
          new Instrument(
              instruments.size(),
              instrument.getString("symbol"),
              instrument.getString("venue"),
              E8.parse(instrument.getString("tick_size")),
              E8.parse(instrument.getString("lot_size")),
              E8.parse(instrument.getString("minimum_notional"))));
    }
    return new RunDefinition(
        json.getString("run_id"),
        json.getLong("seed"),
        new LoopSettings(
            json.getString("instance"),
            json.getLong("epoch"),
            E8.parse(json.getString("initial_cash")),
            json.getString("model"),
            json.getInteger("horizon_bars"),
            json.getDouble("label_threshold"),
            json.getDouble("position_fraction"),
            json.getLong("prediction_deadline_ns")),
        strategies(json.getJsonObject("strategies")),
        json.getString("feed", RECORDED),
        instruments,
        json.getString("limits"),
        json.getString("features"));
  }

  private static JsonObject json(StrategySettings strategies) {
    return new JsonObject()
        .put("min_confidence", strategies.model().minConfidence())
        .put("exit_confidence", strategies.model().exitConfidence())
        .put("stop_loss_bps", strategies.model().stopLossBps())
        .put("max_bars_held", strategies.model().maxBarsHeld())
        .put("fast_bars", strategies.fastBars())
        .put("slow_bars", strategies.slowBars());
  }

  private static StrategySettings strategies(JsonObject json) {
    return new StrategySettings(
        new ModelStrategy.Settings(
            json.getDouble("min_confidence"),
            json.getDouble("exit_confidence"),
            json.getInteger("stop_loss_bps"),
            json.getInteger("max_bars_held")),
        json.getInteger("fast_bars"),
        json.getInteger("slow_bars"));
  }
}
