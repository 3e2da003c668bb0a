package ai.neo.orchestrator.telemetry;

import ai.neo.featurestore.FeatureSetDefinition;
import ai.neo.orchestrator.execution.simulated.SimulatedOrderVenue;
import ai.neo.orchestrator.execution.simulated.SimulatedVenueSettings;
import ai.neo.orchestrator.running.Journaling;
import ai.neo.orchestrator.running.ModelTier;
import ai.neo.orchestrator.running.RecordedRun;
import ai.neo.orchestrator.running.RunListener;
import ai.neo.orchestrator.running.RunSettings;
import ai.neo.orchestrator.running.WalkingBars;
import ai.neo.orchestrator.strategy.ModelStrategy;
import ai.neo.orchestrator.strategy.Prediction;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.orchestrator.trading.LoopParts;
import ai.neo.orchestrator.trading.LoopSettings;
import ai.neo.orchestrator.trading.TradingLoop;
import ai.neo.riskrules.ModelDoubt;
import ai.neo.riskrules.RiskLimits;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Instrument;
import java.util.ArrayList;
import java.util.List;

/** A run on a seeded walk, with everything real but the market. */
final class WatchedRun {
  static final String RUN_ID = "run-7";
  static final List<String> SYMBOLS = List.of("BTC");
  static final String LIMITS =
      """
      max_order_notional: 50000
      max_position_notional: 90000
      max_gross_exposure: 200000
      max_orders_per_minute: 60
      price_collar_bps: 100
      max_daily_loss: 50000
      max_drawdown: 0.9
      min_confidence: 0.4
      max_volatility: 1
      max_data_age_ms: 120000
      max_order_quantity: 1000000
      duplicate_window_ms: 1000
      """;
  private static final long MINUTE = 60_000_000_000L;
  private static final long MS = 1_000_000L;
  private static final Instrument BTC =
      new Instrument(0, "BTC", "x", E8.parse("0.01"), E8.parse("0.0001"), 0);

  final List<LoopEvent> heard = new ArrayList<>();
  final List<LoopCommand> said = new ArrayList<>();
  final RecordedRun run;

  WatchedRun(ObservedRun observed, ModelTier models, int bars, String limits) {
    Journaling journal =
        observed.journal(Journaling.NONE, () -> heard.size() + said.size() + 1L, () -> 0);
    run =
        new RecordedRun(
            new RunSettings(Double.POSITIVE_INFINITY, MINUTE, 5 * MS),
            new RecordedRun.Parts(
                new WalkingBars(BTC, bars),
                observed.models(models),
                journal,
                observed.listener(keeping())),
            commands -> loop(limits, commands),
            reports ->
                new SimulatedOrderVenue(
                    List.of(BTC),
                    new SimulatedVenueSettings(10, 1, 50 * MS, 20 * MS, 0.1, 42),
                    reports));
  }

  <T extends LoopCommand> List<T> said(Class<T> kind) {
    return said.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  <T extends LoopEvent> List<T> heard(Class<T> kind) {
    return heard.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private RunListener keeping() {
    return new RunListener() {
      @Override
      public void heard(LoopEvent event, TradingLoop loop) {
        heard.add(event);
      }

      @Override
      public void said(LoopCommand command) {
        said.add(command);
      }
    };
  }

  private static TradingLoop loop(
      String limits, java.util.function.Consumer<LoopCommand> commands) {
    return new TradingLoop(
        new LoopSettings("neo", 1, 100_000 * E8.ONE, "direction", 10, 0.001, 0.1, 1000 * MS),
        LoopParts.fresh(
            List.of(BTC),
            FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT),
            instrument -> List.of(new ModelStrategy(new ModelStrategy.Settings(0.5, 0.5, 100, 30))),
            RiskLimits.fromYaml(limits, "test"),
            100_000 * E8.ONE),
        commands);
  }

  /** Says what the last return's sign suggests; away from the given question on. */
  static final class SignModel implements ModelTier {
    private final long awayFrom;

    SignModel(long awayFrom) {
      this.awayFrom = awayFrom;
    }

    @Override
    public Answer predict(LoopCommand.Predict command) {
      if (command.predictionId() >= awayFrom) {
        return new Answer.Failed("gateway UNAVAILABLE");
      }
      float buy = command.features()[0] > 0 ? 0.6f : 0.2f;
      return new Answer.Predicted(
          new Prediction(
              command.predictionId(),
              command.instrument(),
              command.timeNs(),
              "direction",
              "1",
              "d",
              0,
              0.8f - buy,
              0.2f,
              buy,
              0f,
              ModelDoubt.NONE),
          1000);
    }

    @Override
    public List<LoopEvent> learn(LoopCommand.Learn command) {
      return List.of(
          new LoopEvent.FeedbackTaken(command.timeNs(), command.prediction().id(), "LEARNED", 1));
    }
  }
}
