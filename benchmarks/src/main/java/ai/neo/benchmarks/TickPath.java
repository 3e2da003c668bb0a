package ai.neo.benchmarks;

import ai.neo.featurestore.FeatureSetDefinition;
import ai.neo.orchestrator.execution.ExecutionReport;
import ai.neo.orchestrator.execution.simulated.SimulatedOrderVenue;
import ai.neo.orchestrator.execution.simulated.SimulatedVenueSettings;
import ai.neo.orchestrator.running.Journaling;
import ai.neo.orchestrator.running.ModelTier;
import ai.neo.orchestrator.running.RunListener;
import ai.neo.orchestrator.strategy.Strategy;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.orchestrator.trading.LoopParts;
import ai.neo.orchestrator.trading.TradingLoop;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.MarketEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The real loop, journal, risk and simulated venue, driven as a live wiring drives them: what the
 * loop says is written down and carried out at once, a prediction is asked for and heard as soon as
 * it comes. (A run on recorded data books it at a later time of the data's clock; that would
 * measure the clock.)
 *
 * <p>Notes when a decision and an order were through: written down, and on their way.
 */
final class TickPath {
  private final TradingLoop loop;
  private final SimulatedOrderVenue venue;
  private final Journaling journal;
  private final Optional<RunListener> listener;
  private final ModelTier models;
  private final LongSupplier clock;
  private final Deque<LoopEvent> toHear = new ArrayDeque<>();
  private long decidedNs;
  private long orderedNs;
  private long orders;
  private long decisions;
  private String lastVerdict = "";

  /**
   * What a path is made of.
   *
   * @param strategies of each instrument
   * @param listener of the page, as a run has it
   * @param models asked for predictions; never asked where no strategy uses a model
   */
  record Parts(
      List<Instrument> instruments,
      Function<Instrument, List<Strategy>> strategies,
      double positionFraction,
      Journaling journal,
      Optional<RunListener> listener,
      ModelTier models) {}

  TickPath(Parts parts, LongSupplier clock) {
    this.journal = parts.journal();
    this.listener = parts.listener();
    this.models = parts.models();
    this.clock = clock;
    this.loop =
        new TradingLoop(
            Market.settings(parts.positionFraction()),
            LoopParts.fresh(
                parts.instruments(),
                FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT),
                parts.strategies(),
                Market.LIMITS,
                Market.settings(parts.positionFraction()).initialCashE8()),
            this::onCommand);
    this.venue =
        new SimulatedOrderVenue(
            parts.instruments(), new SimulatedVenueSettings(0, 0, 0, 0, 1, 7), this::onReport);
  }

  /** Shows the bar to the venue and lets the loop hear what that filled: before the tick. */
  void before(MarketEvent event) {
    venue.before(event);
    hearAll();
  }

  /** The tick: the loop hears the bar, and all that follows from it is carried out. */
  void tick(Bar bar) {
    decidedNs = 0;
    orderedNs = 0;
    hear(new LoopEvent.MarketData(bar));
    hearAll();
  }

  /** When the last tick's first decision was written down; zero when it made none. */
  long decidedNs() {
    return decidedNs;
  }

  /** When the last tick's first order was with the venue; zero when it made none. */
  long orderedNs() {
    return orderedNs;
  }

  long orders() {
    return orders;
  }

  long decisions() {
    return decisions;
  }

  /** How many orders are open at the venue. */
  int openOrders() {
    return venue.openOrders();
  }

  /** What risk said last, for an error message. */
  String lastVerdict() {
    return lastVerdict;
  }

  private void hearAll() {
    LoopEvent event;
    while ((event = toHear.pollFirst()) != null) {
      hear(event);
    }
  }

  private void hear(LoopEvent event) {
    journal.heard(event);
    loop.on(event);
    listener.ifPresent(view -> view.heard(event, loop));
  }

  private void onReport(ExecutionReport report) {
    toHear.addLast(new LoopEvent.VenueReported(report.timeNs(), report));
  }

  private void onCommand(LoopCommand command) {
    journal.said(command);
    listener.ifPresent(view -> view.said(command));
    switch (command) {
      case LoopCommand.Predict predict -> toHear.addLast(ask(predict));
      case LoopCommand.Submit submit -> {
        journal.beforeSending();
        venue.submit(submit.order(), submit.timeNs());
        orders++;
        if (orderedNs == 0) {
          orderedNs = clock.getAsLong();
        }
      }
      case LoopCommand.Decide decide -> {
        decisions++;
        if (decidedNs == 0) {
          decidedNs = clock.getAsLong();
        }
        lastVerdict = decide.decision().reason() + " " + decide.decision().verdict();
      }
      case LoopCommand.Cancel cancel -> venue.cancel(cancel.clientOrderId(), cancel.timeNs());
      case LoopCommand.Learn learn -> { // Goes out after the order, on another call.
      }
      case LoopCommand.Alert alert -> lastVerdict = alert.text();
    }
  }

  private LoopEvent ask(LoopCommand.Predict predict) {
    return switch (models.predict(predict)) {
      case ModelTier.Answer.Predicted(var prediction, long latencyNs) ->
          new LoopEvent.PredictionArrived(predict.timeNs(), prediction, latencyNs);
      case ModelTier.Answer.Failed(String reason) ->
          new LoopEvent.PredictionFailed(predict.timeNs(), predict.predictionId(), reason);
    };
  }
}
