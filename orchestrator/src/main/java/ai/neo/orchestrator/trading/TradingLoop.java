package ai.neo.orchestrator.trading;

import ai.neo.orchestrator.execution.ExecutionReport;
import ai.neo.orchestrator.portfolio.Portfolio;
import ai.neo.orchestrator.strategy.Action;
import ai.neo.orchestrator.strategy.Holding;
import ai.neo.orchestrator.strategy.Intent;
import ai.neo.orchestrator.strategy.Prediction;
import ai.neo.orchestrator.strategy.Strategy;
import ai.neo.riskrules.TradingState;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.MarketEvent;
import ai.neo.tradingtypes.OrderStatus;
import ai.neo.tradingtypes.Position;
import ai.neo.tradingtypes.Quote;
import ai.neo.tradingtypes.Trade;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The loop: events in, in one total order; commands out.
 *
 * <p>A deterministic state machine. The same settings and the same events give the same commands,
 * bit for bit; that is what replay checks. One thread owns it; it never blocks, never reads a clock
 * and never does I/O.
 */
public final class TradingLoop {
  private final LoopSettings settings;
  private final List<InstrumentState> instruments;
  private final Portfolio portfolio;
  private final Consumer<LoopCommand> commands;
  private final OrderDesk desk;
  private final SilentDoubt silentDoubt;
  private final LoopCounters counters = new LoopCounters();
  private final Map<Long, Asked> asked = new LinkedHashMap<>();
  private TradingState state = TradingState.ACTIVE;
  private String stateReason = "";
  private long predictionIds;
  private long decisionIds;
  private long knownEpoch = -1;
  private boolean feedLive = true;

  /** A prediction that was asked for and has not come. */
  private record Asked(
      int instrument, float[] features, long closeE8, int bar, long barTimeNs, long deadlineNs) {}

  /**
   * @param parts what trades: instruments with their features and strategies, limits, account
   * @param commands hears every command, in order, on the calling thread
   */
  public TradingLoop(LoopSettings settings, LoopParts parts, Consumer<LoopCommand> commands) {
    this.settings = settings;
    this.instruments = parts.instruments();
    this.portfolio = parts.portfolio();
    this.commands = commands;
    this.silentDoubt = new SilentDoubt(parts.limits());
    this.desk = new OrderDesk(settings, parts, commands, counters);
  }

  /** Takes the next event in and emits what follows from it. */
  public void on(LoopEvent event) {
    counters.events++;
    switch (event) {
      case LoopEvent.MarketData market -> onMarket(market.event(), market.timeNs());
      case LoopEvent.PredictionArrived arrived -> onPrediction(arrived);
      case LoopEvent.PredictionFailed failed ->
          onPredictionFailed(failed.predictionId(), failed.reason(), failed.timeNs());
      case LoopEvent.VenueReported reported -> onReport(reported.report(), reported.timeNs());
      case LoopEvent.FeedbackTaken taken ->
          counters.updatesLearned = Math.max(counters.updatesLearned, taken.updates());
      case LoopEvent.ModelChanged changed -> onModelChanged(changed);
      case LoopEvent.OperatorCommanded commanded -> onOperator(commanded);
      case LoopEvent.FeedChanged changed -> onFeedChanged(changed);
      case LoopEvent.FeedEnded ended -> { // The account stays as it is; nothing more will come.
      }
    }
  }

  public TradingState state() {
    return state;
  }

  /** Why the state is not ACTIVE; empty when it is. */
  public String stateReason() {
    return stateReason;
  }

  public Portfolio portfolio() {
    return portfolio;
  }

  public LoopCounters.Snapshot counters() {
    return counters.copy();
  }

  /** Brings a copy of the counters, which began as new, up to date. */
  public void copyCounters(LoopCounters into) {
    counters.copyTo(into);
  }

  /** The status of an order that is not at its end; empty otherwise. */
  public Optional<OrderStatus> openOrder(String clientOrderId) {
    return desk.tracker().open().stream()
        .filter(tracked -> tracked.order().clientOrderId().equals(clientOrderId))
        .map(OrderTracker.Tracked::status)
        .findFirst();
  }

  private void onMarket(MarketEvent event, long nowNs) {
    InstrumentState instrument = instruments.get(event.instrument());
    switch (event) {
      case Bar bar -> onBar(instrument, bar, nowNs);
      case BookChange change -> instrument.onBook(change);
      case Quote quote -> {
        instrument.onQuote(quote);
        portfolio.mark(quote.instrument(), quote.midE8(), nowNs);
      }
      case Trade trade -> {
        instrument.onTrade(trade);
        portfolio.mark(trade.instrument(), trade.priceE8(), nowNs);
      }
    }
  }

  private void onBar(InstrumentState instrument, Bar bar, long nowNs) {
    counters.bars++;
    instrument.onBar(bar);
    portfolio.mark(bar.instrument(), bar.closeE8(), nowNs);
    learnFromOutcomes(instrument, bar, nowNs);
    watchLosses(nowNs);
    if (state == TradingState.FLATTENING) {
      flatten(nowNs);
    }
    boolean asksModel = false;
    for (int i = 0; i < instrument.strategies().size(); i++) {
      Strategy strategy = instrument.strategies().get(i);
      asksModel |= strategy.usesModel();
      int index = i;
      strategy
          .onBar(bar, holding(instrument, index))
          .ifPresent(intent -> decide(instrument, index, intent, null, nowNs));
    }
    if (asksModel
        && instrument.featuresReady()
        && state != TradingState.KILLED
        && !isHistory(bar, nowNs)) {
      askModel(instrument, bar, nowNs);
    }
  }

  /** A bar that was made up for after a gap: by the time of an answer it is long gone. */
  private static boolean isHistory(Bar bar, long nowNs) {
    return nowNs - bar.closeTimeNs() > bar.closeTimeNs() - bar.openTimeNs();
  }

  private void askModel(InstrumentState instrument, Bar bar, long nowNs) {
    long id = ++predictionIds;
    float[] features = instrument.vector();
    long deadlineNs = nowNs + settings.predictionDeadlineNs();
    asked.put(
        id,
        new Asked(
            bar.instrument(),
            features,
            bar.closeE8(),
            instrument.bars(),
            bar.timeNs(),
            deadlineNs));
    commands.accept(new LoopCommand.Predict(nowNs, id, bar.instrument(), features, deadlineNs));
  }

  private void onPrediction(LoopEvent.PredictionArrived arrived) {
    Prediction prediction = arrived.prediction();
    Asked question = asked.get(prediction.id());
    if (question == null) {
      return;
    }
    if (arrived.timeNs() > question.deadlineNs()) {
      onPredictionFailed(prediction.id(), "it came too late", arrived.timeNs());
      return;
    }
    if (!prediction.valid()) {
      onPredictionFailed(
          prediction.id(),
          "v"
              + prediction.version()
              + " answered no probabilities: sell="
              + prediction.sell()
              + " hold="
              + prediction.hold()
              + " buy="
              + prediction.buy(),
          arrived.timeNs());
      return;
    }
    asked.remove(prediction.id());
    noticeSwaps(prediction.epoch());
    counters.predicted(prediction.version());
    InstrumentState instrument = instruments.get(question.instrument());
    for (String silent : silentDoubt.notice(prediction, instrument.instrument().symbol())) {
      alert(arrived.timeNs(), LoopCommand.Alert.Severity.WARNING, silent);
    }
    instrument.await(
        new InstrumentState.Outcome(
            prediction,
            question.features(),
            question.closeE8(),
            question.bar() + settings.horizonBars(),
            question.barTimeNs()));
    for (int i = 0; i < instrument.strategies().size(); i++) {
      Strategy strategy = instrument.strategies().get(i);
      if (strategy.usesModel()) {
        Intent intent = strategy.onPrediction(prediction, holding(instrument, i));
        decide(instrument, i, intent, prediction, arrived.timeNs());
      }
    }
  }

  /** No new risk is taken without the model's word; exits and stops do not need it. */
  private void onPredictionFailed(long predictionId, String reason, long nowNs) {
    Asked question = asked.remove(predictionId);
    if (question == null) {
      return;
    }
    counters.fallbacks++;
    InstrumentState instrument = instruments.get(question.instrument());
    for (Strategy strategy : instrument.strategies()) {
      if (strategy.usesModel()) {
        emit(
            new Decision(
                ++decisionIds,
                nowNs,
                question.instrument(),
                strategy.name(),
                Action.HOLD,
                "no trade without a prediction: " + reason,
                predictionId,
                "",
                Double.NaN,
                true,
                new Decision.Verdict.None(),
                ""));
      }
    }
  }

  private void learnFromOutcomes(InstrumentState instrument, Bar bar, long nowNs) {
    InstrumentState.Outcome outcome;
    while ((outcome = instrument.matured()) != null) {
      float forward = (float) ((double) bar.closeE8() / outcome.closeE8() - 1.0);
      Action label =
          forward > settings.labelThreshold()
              ? Action.BUY
              : forward < -settings.labelThreshold() ? Action.SELL : Action.HOLD;
      commands.accept(
          new LoopCommand.Learn(nowNs, outcome.prediction(), outcome.features(), label, forward));
    }
  }

  private Holding holding(InstrumentState instrument, int strategyIndex) {
    Strategy strategy = instrument.strategies().get(strategyIndex);
    int id = instrument.instrument().id();
    Position position = portfolio.position(strategy.name(), id);
    return new Holding(
        position.quantityE8(),
        position.averagePriceE8(),
        position.quantityE8() == 0 ? 0 : instrument.barsSinceOpened(strategyIndex),
        desk.tracker().working(strategy.name(), id));
  }

  private void decide(
      InstrumentState instrument, int strategyIndex, Intent intent, Prediction from, long nowNs) {
    Strategy strategy = instrument.strategies().get(strategyIndex);
    long id = ++decisionIds;
    OrderDesk.Outcome outcome =
        desk.carryOut(
            new OrderDesk.Wish(id, instrument, strategy.name(), intent, Optional.ofNullable(from)),
            state == TradingState.ACTIVE && !feedLive ? TradingState.HALTED : state,
            nowNs);
    emit(
        new Decision(
            id,
            nowNs,
            instrument.instrument().id(),
            strategy.name(),
            intent.action(),
            intent.reason(),
            from == null ? 0 : from.id(),
            from == null ? "" : from.version(),
            intent.confidence(),
            false,
            outcome.verdict(),
            outcome.order().map(order -> order.clientOrderId()).orElse("")));
    outcome.order().ifPresent(order -> desk.send(order, nowNs));
  }

  private void emit(Decision decision) {
    counters.decisions++;
    if (decision.verdict() instanceof Decision.Verdict.Refused refused) {
      counters.refused(refused.rule());
    }
    commands.accept(new LoopCommand.Decide(decision.timeNs(), decision));
  }

  private void onReport(ExecutionReport report, long nowNs) {
    if (report instanceof ExecutionReport.Filled filled) {
      onFill(filled);
    }
    OrderStatus status = desk.tracker().on(report);
    if (status == OrderStatus.UNKNOWN) {
      alert(
          nowNs,
          LoopCommand.Alert.Severity.CRITICAL,
          "order "
              + report.clientOrderId()
              + ": its outcome is unknown; it counts as live until the venue gives evidence");
    }
    if (status == OrderStatus.REJECTED && report instanceof ExecutionReport.Rejected rejected) {
      alert(
          nowNs,
          LoopCommand.Alert.Severity.WARNING,
          "order " + report.clientOrderId() + " was rejected: " + rejected.reason());
    }
    if (state == TradingState.FLATTENING) {
      flatten(nowNs);
    }
  }

  private void onFill(ExecutionReport.Filled filled) {
    String strategy = filled.fill().strategy();
    int id = filled.fill().instrument();
    boolean wasFlat = portfolio.position(strategy, id).quantityE8() == 0;
    if (!portfolio.apply(filled.fill())) {
      return;
    }
    counters.fills++;
    if (wasFlat) {
      InstrumentState instrument = instruments.get(id);
      for (int i = 0; i < instrument.strategies().size(); i++) {
        if (instrument.strategies().get(i).name().equals(strategy)) {
          instrument.opened(i);
        }
      }
    }
  }

  /** An operator's swap shows in the next prediction; the learner's were told before. */
  private void noticeSwaps(long epoch) {
    if (knownEpoch >= 0 && epoch > knownEpoch) {
      counters.swaps += epoch - knownEpoch;
    }
    knownEpoch = epoch;
  }

  private void onModelChanged(LoopEvent.ModelChanged changed) {
    switch (changed.kind()) {
      case PROMOTED -> noticeSwaps(changed.epoch());
      case ROLLED_BACK -> {
        noticeSwaps(changed.epoch());
        counters.rollbacks++;
      }
      case CURRENT, CANDIDATE, REFUSED -> { // Told for the journal and the page.
      }
    }
  }

  /** Without the market's present state nothing is entered; exits and stops go out. */
  private void onFeedChanged(LoopEvent.FeedChanged changed) {
    if (feedLive == changed.live()) {
      return;
    }
    feedLive = changed.live();
    alert(
        changed.timeNs(),
        feedLive ? LoopCommand.Alert.Severity.INFO : LoopCommand.Alert.Severity.WARNING,
        feedLive
            ? "market data are live: " + changed.detail()
            : "no entries until market data are live: " + changed.detail());
  }

  private void watchLosses(long nowNs) {
    if (state == TradingState.FLATTENING || state == TradingState.KILLED) {
      return;
    }
    desk.breach()
        .ifPresent(
            breach -> {
              if (state == TradingState.ACTIVE || !allFlat()) {
                change(TradingState.FLATTENING, breach, nowNs);
                flatten(nowNs);
              }
            });
  }

  private void onOperator(LoopEvent.OperatorCommanded commanded) {
    long nowNs = commanded.timeNs();
    String why =
        commanded.reason().isBlank()
            ? "by " + commanded.actor()
            : commanded.reason() + " (by " + commanded.actor() + ")";
    switch (commanded.command()) {
      case HALT -> {
        if (state == TradingState.ACTIVE) {
          change(TradingState.HALTED, why, nowNs);
        }
      }
      case FLATTEN -> {
        if (state != TradingState.KILLED) {
          change(TradingState.FLATTENING, why, nowNs);
          desk.cancelAll(nowNs);
          flatten(nowNs);
        }
      }
      case KILL -> {
        change(TradingState.KILLED, why, nowNs);
        desk.cancelAll(nowNs);
      }
      case RESUME -> {
        portfolio.restartDrawdown();
        change(TradingState.ACTIVE, "", nowNs);
      }
    }
  }

  private void flatten(long nowNs) {
    for (InstrumentState instrument : instruments) {
      for (int i = 0; i < instrument.strategies().size(); i++) {
        Holding held = holding(instrument, i);
        if (held.open() && !held.orderWorking()) {
          decide(
              instrument,
              i,
              new Intent(Action.SELL, Double.NaN, "flatten: " + stateReason),
              null,
              nowNs);
        }
      }
    }
    if (allFlat() && desk.tracker().none()) {
      change(TradingState.HALTED, "flat; " + stateReason, nowNs);
    }
  }

  private boolean allFlat() {
    return portfolio.positions().stream().allMatch(held -> held.position().quantityE8() == 0);
  }

  private void change(TradingState to, String reason, long nowNs) {
    TradingState from = state;
    state = to;
    stateReason = reason;
    alert(
        nowNs,
        to == TradingState.ACTIVE
            ? LoopCommand.Alert.Severity.INFO
            : LoopCommand.Alert.Severity.CRITICAL,
        from
            + " -> "
            + to
            + (reason.isEmpty() ? "" : ": " + reason)
            + ", equity "
            + E8.format(portfolio.equityE8()));
  }

  private void alert(long nowNs, LoopCommand.Alert.Severity severity, String text) {
    commands.accept(new LoopCommand.Alert(nowNs, severity, text));
  }
}
