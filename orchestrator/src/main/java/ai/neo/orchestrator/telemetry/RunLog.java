package ai.neo.orchestrator.telemetry;

import ai.neo.orchestrator.execution.ExecutionReport;
import ai.neo.orchestrator.strategy.Prediction;
import ai.neo.orchestrator.trading.Decision;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Fill;
import ai.neo.tradingtypes.Order;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Writes what happens to orders, predictions, decisions and models into the log, each line with its
 * ids as keys. Ticks, and decisions to do nothing, are only there at the level DEBUG. What repeats
 * is limited; the next line of the kind says how many were left out. Loop's thread only.
 */
public final class RunLog implements AutoCloseable {
  private static final long NS_PER_S = 1_000_000_000L;
  private static final int OPEN_ORDERS = 1_000;

  private final Logger log;
  private final List<String> symbols;
  private final LongSupplier nanoTime;
  private final Map<String, RepeatLimit> limits = new LinkedHashMap<>();
  private final Map<String, Decision> decisionOfOrder =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Decision> eldest) {
          return size() > OPEN_ORDERS;
        }
      };

  /** A kind of line, and how many of it may be written in how many seconds. */
  private record Kind(String name, int lines, int seconds) {
    static final Kind ORDER = new Kind("order sent", 20, 1);
    static final Kind REPORT = new Kind("order report", 20, 1);
    static final Kind FILL = new Kind("fill", 20, 1);
    static final Kind REJECTED = new Kind("order rejected", 5, 10);
    static final Kind NO_PREDICTION = new Kind("no prediction", 3, 10);
    static final Kind NOT_LEARNED = new Kind("outcome not learned", 3, 10);
    static final Kind ALERT = new Kind("alert", 20, 10);

    static Kind refused(String rule) {
      return new Kind("refused " + rule, 3, 10);
    }
  }

  /**
   * @param symbols by instrument id
   * @param nanoTime a clock that only limits how much is written
   */
  public RunLog(List<String> symbols, LongSupplier nanoTime) {
    this(LoggerFactory.getLogger(RunLog.class), symbols, nanoTime);
  }

  RunLog(Logger log, List<String> symbols, LongSupplier nanoTime) {
    this.log = log;
    this.symbols = List.copyOf(symbols);
    this.nanoTime = nanoTime;
  }

  void heard(LoopEvent event, String traceId) {
    switch (event) {
      case LoopEvent.MarketData market -> { // Ticks are in the journal.
      }
      case LoopEvent.PredictionArrived arrived -> prediction(arrived, traceId);
      case LoopEvent.PredictionFailed failed ->
          line(Level.WARN, Kind.NO_PREDICTION, traceId)
              .add("prediction_id", failed.predictionId())
              .add("reason", failed.reason())
              .write("no usable prediction; no new risk is taken");
      case LoopEvent.VenueReported reported -> report(reported.report(), traceId);
      case LoopEvent.FeedbackTaken taken -> feedback(taken);
      case LoopEvent.ModelChanged changed -> model(changed);
      case LoopEvent.OperatorCommanded commanded ->
          log.atInfo()
              .addKeyValue("command", commanded.command())
              .addKeyValue("actor", commanded.actor())
              .addKeyValue("reason", commanded.reason())
              .log("operator's command");
      case LoopEvent.FeedChanged changed -> { // Logged as the alert that the loop makes of it.
      }
      case LoopEvent.FeedEnded ended -> log.info("the market data have ended");
    }
  }

  void said(LoopCommand command, String traceId) {
    switch (command) {
      case LoopCommand.Decide decide -> decision(decide.decision(), traceId);
      case LoopCommand.Submit submit -> order(submit.order(), traceId);
      case LoopCommand.Cancel cancel ->
          ids(line(Level.INFO, Kind.ORDER, traceId), cancel.clientOrderId())
              .write("order called back");
      case LoopCommand.Alert alert -> alert(alert, traceId);
      case LoopCommand.Predict predict -> { // Logged with its answer.
      }
      case LoopCommand.Learn learn -> { // Logged where the outcome is not taken.
      }
    }
  }

  private void prediction(LoopEvent.PredictionArrived arrived, String traceId) {
    if (!log.isDebugEnabled()) {
      return;
    }
    Prediction p = arrived.prediction();
    Line.of(log, Level.DEBUG, traceId)
        .add("prediction_id", p.id())
        .add("model", p.model())
        .add("model_version", p.version())
        .add("instrument", symbols.get(p.instrument()))
        .add("sell", p.sell())
        .add("hold", p.hold())
        .add("buy", p.buy())
        .add("latency_us", arrived.latencyNs() / 1_000)
        .write("prediction");
  }

  private void feedback(LoopEvent.FeedbackTaken taken) {
    if (taken.outcome().startsWith("NOT_TAKEN")) {
      line(Level.WARN, Kind.NOT_LEARNED, "")
          .add("prediction_id", taken.predictionId())
          .add("reason", taken.outcome())
          .write("an outcome was not learned");
    }
  }

  private void model(LoopEvent.ModelChanged changed) {
    Level level =
        switch (changed.kind()) {
          case CURRENT -> Level.DEBUG;
          case PROMOTED, CANDIDATE -> Level.INFO;
          case REFUSED, ROLLED_BACK -> Level.WARN;
        };
    String what =
        switch (changed.kind()) {
          case CURRENT -> "model serves";
          case PROMOTED -> "model swapped";
          case CANDIDATE -> "model candidate";
          case REFUSED -> "model refused";
          case ROLLED_BACK -> "model rolled back";
        };
    Line.of(log, level, "")
        .add("model", changed.model())
        .add("model_version", changed.version())
        .add("previous_version", changed.previousVersion())
        .add("digest", changed.digest())
        .add("epoch", changed.epoch())
        .add("reason", changed.reason())
        .write(what);
  }

  private void decision(Decision decision, String traceId) {
    if (!decision.clientOrderId().isEmpty()) {
      decisionOfOrder.put(decision.clientOrderId(), decision);
    }
    Line line =
        switch (decision.verdict()) {
          case Decision.Verdict.Refused(String rule, String limit, String observed) ->
              line(Level.WARN, Kind.refused(rule), traceId)
                  .add("rule", rule)
                  .add("limit", limit)
                  .add("observed", observed);
          case Decision.Verdict.None none -> Line.of(log, Level.DEBUG, traceId);
          case Decision.Verdict.Approved approved -> Line.of(log, Level.DEBUG, traceId);
        };
    if (line.enabled()) {
      ids(line, decision)
          .add("instrument", symbols.get(decision.instrument()))
          .add("strategy", decision.strategy())
          .add("action", decision.action())
          .add("reason", decision.reason())
          .write(
              decision.verdict() instanceof Decision.Verdict.Refused
                  ? "decision refused by risk"
                  : "decision");
    }
  }

  private void order(Order order, String traceId) {
    Line line = line(Level.INFO, Kind.ORDER, traceId);
    if (line.enabled()) {
      ids(line, order.clientOrderId())
          .add("instrument", symbols.get(order.instrument()))
          .add("strategy", order.strategy())
          .add("side", order.side())
          .add("quantity", E8.format(order.quantityE8()))
          .write("order sent");
    }
  }

  private void report(ExecutionReport report, String traceId) {
    String id = report.clientOrderId();
    switch (report) {
      case ExecutionReport.Acknowledged acknowledged ->
          ids(Line.of(log, Level.DEBUG, traceId), id).write("order acknowledged");
      case ExecutionReport.Rejected rejected ->
          ids(line(Level.WARN, Kind.REJECTED, traceId), id)
              .add("reason", rejected.reason())
              .write("order rejected");
      case ExecutionReport.Filled(Fill fill, boolean complete, long timeNs) -> {
        Line line = line(Level.INFO, Kind.FILL, traceId);
        if (line.enabled()) {
          ids(line, id)
              .add("trade_id", fill.tradeId())
              .add("instrument", symbols.get(fill.instrument()))
              .add("side", fill.side())
              .add("price", E8.format(fill.priceE8()))
              .add("quantity", E8.format(fill.quantityE8()))
              .add("fee", E8.format(fill.feeE8()))
              .add("complete", complete)
              .write("fill");
        }
      }
      case ExecutionReport.Cancelled cancelled ->
          ids(line(Level.INFO, Kind.REPORT, traceId), id)
              .add("reason", cancelled.reason())
              .write("order cancelled");
      case ExecutionReport.Expired expired ->
          ids(line(Level.INFO, Kind.REPORT, traceId), id)
              .add("reason", expired.reason())
              .write("order expired");
      case ExecutionReport.OutcomeUnknown unknown ->
          ids(line(Level.ERROR, Kind.REJECTED, traceId), id)
              .add("reason", unknown.reason())
              .write("the order's outcome is unknown");
    }
  }

  private void alert(LoopCommand.Alert alert, String traceId) {
    Level level =
        switch (alert.severity()) {
          case INFO -> Level.INFO;
          case WARNING -> Level.WARN;
          case CRITICAL -> Level.ERROR;
        };
    line(level, Kind.ALERT, traceId).write(alert.text());
  }

  private Line ids(Line line, String orderId) {
    Line named = line.add("order_id", orderId);
    Decision decision = decisionOfOrder.get(orderId);
    return decision == null ? named : ids(named, decision);
  }

  private static Line ids(Line line, Decision decision) {
    Line named = line.add("decision_id", decision.id());
    if (decision.predictionId() > 0) {
      named = named.add("prediction_id", decision.predictionId());
    }
    return decision.modelVersion().isEmpty()
        ? named
        : named.add("model_version", decision.modelVersion());
  }

  private Line line(Level level, Kind kind, String traceId) {
    if (!log.isEnabledForLevel(level)) {
      return Line.NONE;
    }
    long leftOut =
        limits
            .computeIfAbsent(
                kind.name(), x -> new RepeatLimit(kind.lines(), kind.seconds() * NS_PER_S))
            .admit(nanoTime.getAsLong());
    if (leftOut == RepeatLimit.LEFT_OUT) {
      return Line.NONE;
    }
    Line line = Line.of(log, level, traceId);
    return leftOut == 0 ? line : line.add("left_out", leftOut);
  }

  /** Says what was left out and not told yet. */
  @Override
  public void close() {
    limits.forEach(
        (kind, limit) -> {
          if (limit.leftOut() > 0) {
            log.atInfo()
                .addKeyValue("kind", kind)
                .addKeyValue("left_out", limit.leftOut())
                .log("lines of one kind were left out; the journal has them all");
          }
        });
  }

  /** A line in the making, or one that will not be written. */
  private record Line(LoggingEventBuilder builder, boolean enabled) {
    static final Line NONE = new Line(org.slf4j.spi.NOPLoggingEventBuilder.singleton(), false);

    static Line of(Logger log, Level level, String traceId) {
      if (!log.isEnabledForLevel(level)) {
        return NONE;
      }
      Line line = new Line(log.atLevel(level), true);
      return traceId.isEmpty() ? line : line.add("trace_id", traceId);
    }

    Line add(String key, Object value) {
      return enabled ? new Line(builder.addKeyValue(key, value), true) : this;
    }

    void write(String message) {
      builder.log(message);
    }
  }
}
