package ai.neo.orchestrator.api;

import ai.neo.orchestrator.execution.ExecutionReport;
import ai.neo.orchestrator.portfolio.Portfolio;
import ai.neo.orchestrator.running.RunListener;
import ai.neo.orchestrator.strategy.Prediction;
import ai.neo.orchestrator.trading.Decision;
import ai.neo.orchestrator.trading.DecisionDigest;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopCounters;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.orchestrator.trading.TradingLoop;
import ai.neo.riskrules.TradingState;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Fill;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.Order;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What a run looks like from outside: fed on the loop's thread, read by others. Every list has its
 * bound; what is older is in PostgreSQL and the journal.
 */
public final class RunView implements RunListener {
  private static final int CANDLES = 1_500;
  private static final int DECISIONS = 5_000;
  private static final int FILLS = 50_000;
  private static final int EQUITY_POINTS = 4_000;
  private static final int ALERTS = 100;

  /** News that nobody fetched in time is dropped, the oldest first: a reader can ask for all. */
  private static final int NEWS = 400;

  private final String runId;
  private final List<Instrument> instruments;
  private final DecisionDigest digest = new DecisionDigest();
  private final List<Deque<Bar>> candles = new ArrayList<>();
  private final Deque<Decision> decisions = new ArrayDeque<>();
  private final Map<Long, Prediction> predictions = new HashMap<>();
  private final Deque<Fill> fills = new ArrayDeque<>();
  private final Deque<JsonObject> alerts = new ArrayDeque<>();
  private final Map<String, JsonObject> orders = new java.util.LinkedHashMap<>();
  private final List<JsonObject> equity = new ArrayList<>();
  private final Deque<Supplier<JsonObject>> news = new ArrayDeque<>();
  private long equityEvery = 1;
  private long equitySeen;
  private long nowNs;
  private boolean ended;
  private boolean feedLive = true;
  private String champion = "";
  private String championDigest = "";
  private long epoch;
  private Snapshot snapshot;

  /** The account and the counters at one moment. */
  private record Snapshot(
      TradingState state,
      String reason,
      long cashE8,
      long equityE8,
      long realisedE8,
      long unrealisedE8,
      long feesE8,
      double drawdown,
      double maxDrawdown,
      LoopCounters.Snapshot counters,
      List<Portfolio.StrategyPosition> positions,
      Map<Integer, Long> marks) {}

  private final long initialCashE8;

  public RunView(String runId, List<Instrument> instruments, long initialCashE8) {
    this.runId = runId;
    this.instruments = List.copyOf(instruments);
    this.initialCashE8 = initialCashE8;
    instruments.forEach(instrument -> candles.add(new ArrayDeque<>()));
  }

  @Override
  public synchronized void heard(LoopEvent event, TradingLoop loop) {
    nowNs = Math.max(nowNs, event.timeNs());
    switch (event) {
      case LoopEvent.MarketData market -> {
        if (market.event() instanceof Bar bar) {
          add(candles.get(bar.instrument()), bar, CANDLES);
          tell("candle", () -> candle(bar).put("instrument", symbol(bar.instrument())));
          equityPoint(loop.portfolio());
        }
      }
      case LoopEvent.PredictionArrived arrived -> {
        champion = arrived.prediction().version();
        championDigest = arrived.prediction().digest();
        epoch = arrived.prediction().epoch();
      }
      case LoopEvent.VenueReported reported -> onReport(reported.report());
      case LoopEvent.FeedChanged changed -> feedLive = changed.live();
      case LoopEvent.FeedEnded end -> ended = true;
      case LoopEvent.PredictionFailed e -> { // Seen in the decision that follows from it.
      }
      case LoopEvent.FeedbackTaken e -> { // Seen in the counters.
      }
      case LoopEvent.ModelChanged changed ->
          tell("model", () -> new JsonObject().put("version", changed.version()));
      case LoopEvent.OperatorCommanded e -> { // Seen in the state.
      }
    }
    snapshot = snapshot(loop);
    if (event instanceof LoopEvent.PredictionArrived arrived) {
      predictions.put(arrived.prediction().id(), arrived.prediction());
      if (predictions.size() > DECISIONS) {
        predictions.remove(arrived.prediction().id() - DECISIONS);
      }
    }
  }

  @Override
  public synchronized void said(LoopCommand command) {
    switch (command) {
      case LoopCommand.Decide decide -> {
        digest.add(decide.decision());
        add(decisions, decide.decision(), DECISIONS);
        tell("decision", () -> decision(decide.decision()));
      }
      case LoopCommand.Submit submit ->
          orders.put(submit.order().clientOrderId(), order(submit.order()));
      case LoopCommand.Alert alert -> {
        JsonObject shown =
            new JsonObject()
                .put("time", time(alert.timeNs()))
                .put("severity", alert.severity().name().toLowerCase(Locale.ROOT))
                .put("text", alert.text());
        add(alerts, shown, ALERTS);
        tell("alert", shown::copy);
      }
      case LoopCommand.Predict c -> { // Shown when its answer comes.
      }
      case LoopCommand.Learn c -> { // Shown in the counters.
      }
      case LoopCommand.Cancel c -> { // Shown when the venue reports it.
      }
    }
  }

  private static <T> void add(Deque<T> deque, T item, int bound) {
    deque.addLast(item);
    if (deque.size() > bound) {
      deque.removeFirst();
    }
  }

  private void onReport(ExecutionReport report) {
    JsonObject order = orders.get(report.clientOrderId());
    String status =
        switch (report) {
          case ExecutionReport.Acknowledged r -> "ACKNOWLEDGED";
          case ExecutionReport.Rejected r -> "REJECTED";
          case ExecutionReport.Filled r -> {
            add(fills, r.fill(), FILLS);
            tell("fill", () -> fill(r.fill()));
            if (order != null) {
              long filled = E8.parse(order.getString("filled_quantity")) + r.fill().quantityE8();
              order.put("filled_quantity", E8.format(filled));
            }
            yield r.complete() ? "FILLED" : "PARTIALLY_FILLED";
          }
          case ExecutionReport.Cancelled r -> "CANCELLED";
          case ExecutionReport.Expired r -> "EXPIRED";
          case ExecutionReport.OutcomeUnknown r -> "UNKNOWN";
        };
    if (order != null) {
      order.put("status", status);
    }
  }

  private void equityPoint(Portfolio portfolio) {
    if (equitySeen++ % equityEvery != 0) {
      return;
    }
    JsonObject point =
        new JsonObject()
            .put("time", time(nowNs))
            .put("equity", E8.format(portfolio.equityE8()))
            .put("drawdown", portfolio.drawdown());
    equity.add(point);
    tell("equity", point::copy);
    if (equity.size() >= EQUITY_POINTS) {
      for (int i = equity.size() - 1; i > 0; i -= 2) {
        equity.remove(i);
      }
      equityEvery *= 2;
    }
  }

  private void tell(String type, Supplier<JsonObject> what) {
    add(news, () -> what.get().put("type", type), NEWS);
  }

  /** What happened since the last call, oldest first. */
  public synchronized List<JsonObject> news() {
    List<JsonObject> all = news.stream().map(Supplier::get).toList();
    news.clear();
    return all;
  }

  private Snapshot snapshot(TradingLoop loop) {
    Portfolio portfolio = loop.portfolio();
    Map<Integer, Long> marks = new HashMap<>();
    for (Instrument instrument : instruments) {
      marks.put(instrument.id(), portfolio.markE8(instrument.id()));
    }
    return new Snapshot(
        loop.state(),
        loop.stateReason(),
        portfolio.cashE8(),
        portfolio.equityE8(),
        portfolio.realisedE8(),
        portfolio.unrealisedE8(),
        portfolio.feesE8(),
        portfolio.drawdown(),
        portfolio.maxDrawdown(),
        loop.counters(),
        portfolio.positions(),
        marks);
  }

  /** SHA-256 over the decisions so far. */
  public synchronized String decisionDigest() {
    return digest.hex();
  }

  /** The whole account and the counters. */
  public synchronized JsonObject status() {
    JsonObject status =
        new JsonObject()
            .put("run_id", runId)
            .put("mode", "paper")
            .put("feed", ended ? "ended" : feedLive ? "running" : "down")
            .put("time", time(nowNs))
            .put("initial_cash", E8.format(initialCashE8))
            .put(
                "champion",
                new JsonObject()
                    .put("model", "direction")
                    .put("version", champion)
                    .put("digest", championDigest)
                    .put("epoch", epoch));
    if (snapshot == null) {
      return status.put("state", "starting");
    }
    Snapshot now = snapshot;
    LoopCounters.Snapshot c = now.counters();
    return status
        .put("state", now.state().name().toLowerCase(Locale.ROOT).replace("active", "running"))
        .put("cash", E8.format(now.cashE8()))
        .put("equity", E8.format(now.equityE8()))
        .put("realised_pnl", E8.format(now.realisedE8()))
        .put("unrealised_pnl", E8.format(now.unrealisedE8()))
        .put("fees", E8.format(now.feesE8()))
        .put("drawdown", now.drawdown())
        .put("max_drawdown", now.maxDrawdown())
        .put(
            "counts",
            new JsonObject()
                .put("events", c.events())
                .put("bars", c.bars())
                .put("predictions", c.predictions())
                .put("fallbacks", c.fallbacks())
                .put("decisions", c.decisions())
                .put("orders", c.orders())
                .put("refused", c.refused())
                .put("fills", c.fills())
                .put("updates_learned", c.updatesLearned())
                .put("swaps", c.swaps())
                .put("rollbacks", c.rollbacks()))
        .put("predictions_by_version", json(c.predictionsByVersion()))
        .put("refused_by_rule", json(c.refusedByRule()))
        .put(
            "kill",
            new JsonObject()
                .put("active", now.state() == TradingState.KILLED)
                .put("reason", now.reason()));
  }

  private static JsonObject json(Map<String, Long> counts) {
    JsonObject json = new JsonObject();
    new java.util.TreeMap<>(counts).forEach(json::put);
    return json;
  }

  /** What can be traded. */
  public synchronized JsonArray instruments() {
    JsonArray items = new JsonArray();
    for (Instrument instrument : instruments) {
      Bar last = candles.get(instrument.id()).peekLast();
      items.add(
          new JsonObject()
              .put("symbol", instrument.symbol())
              .put("venue", instrument.venue())
              .put("tick_size", E8.format(instrument.tickSizeE8()))
              .put("lot_size", E8.format(instrument.lotSizeE8()))
              .put("last_price", last == null ? null : E8.format(last.closeE8())));
    }
    return items;
  }

  /** The last bars of an instrument, oldest first; empty for an unknown symbol. */
  public synchronized JsonArray candles(String symbol, int limit) {
    JsonArray items = new JsonArray();
    for (Instrument instrument : instruments) {
      if (instrument.symbol().equals(symbol)) {
        last(candles.get(instrument.id()), limit).forEach(bar -> items.add(candle(bar)));
      }
    }
    return items;
  }

  /** Fills after the given id, oldest first; without an id, the newest. */
  public synchronized JsonArray fills(String after, int limit) {
    return page(fills.stream().map(this::fill).toList(), after, limit);
  }

  /** Orders after the given id, oldest first; without an id, the newest. */
  public synchronized JsonArray orders(String after, int limit) {
    return page(orders.values().stream().map(JsonObject::copy).toList(), after, limit);
  }

  /** Decisions after the given id, oldest first; without an id, the newest. */
  public synchronized JsonArray decisions(String after, int limit) {
    return page(decisions.stream().map(this::decision).toList(), after, limit);
  }

  /** Alerts, oldest first. */
  public synchronized JsonArray alerts() {
    return new JsonArray(new ArrayList<>(alerts));
  }

  /** Equity over time, thinned out evenly. */
  public synchronized JsonArray equity() {
    return new JsonArray(new ArrayList<>(equity));
  }

  /** All positions. */
  public synchronized JsonArray positions() {
    JsonArray items = new JsonArray();
    if (snapshot != null) {
      for (Portfolio.StrategyPosition held : snapshot.positions()) {
        long mark = snapshot.marks().get(held.position().instrument());
        items.add(
            new JsonObject()
                .put("instrument", symbol(held.position().instrument()))
                .put("strategy", held.strategy())
                .put("quantity", E8.format(held.position().quantityE8()))
                .put("average_price", E8.format(held.position().averagePriceE8()))
                .put("realised_pnl", E8.format(held.position().realisedE8()))
                .put("unrealised_pnl", E8.format(held.position().unrealisedE8(mark))));
      }
    }
    return items;
  }

  private static JsonArray page(List<JsonObject> all, String after, int limit) {
    if (after == null) {
      return new JsonArray(
          new ArrayList<>(all.subList(Math.max(0, all.size() - limit), all.size())));
    }
    int from = 0;
    for (int i = 0; i < all.size(); i++) {
      if (after.equals(String.valueOf(all.get(i).getValue("id")))) {
        from = i + 1;
      }
    }
    return new JsonArray(new ArrayList<>(all.subList(from, Math.min(all.size(), from + limit))));
  }

  private static <T> List<T> last(Deque<T> all, int limit) {
    List<T> list = new ArrayList<>(all);
    return list.subList(Math.max(0, list.size() - limit), list.size());
  }

  private static JsonObject candle(Bar bar) {
    return new JsonObject()
        .put("time", time(bar.openTimeNs()))
        .put("open", E8.format(bar.openE8()))
        .put("high", E8.format(bar.highE8()))
        .put("low", E8.format(bar.lowE8()))
        .put("close", E8.format(bar.closeE8()))
        .put("volume", E8.format(bar.volumeE8()));
  }

  private JsonObject fill(Fill fill) {
    return new JsonObject()
        .put("id", fill.tradeId())
        .put("order_id", fill.clientOrderId())
        .put("instrument", symbol(fill.instrument()))
        .put("strategy", fill.strategy())
        .put("side", fill.side().name())
        .put("price", E8.format(fill.priceE8()))
        .put("quantity", E8.format(fill.quantityE8()))
        .put("fee", E8.format(fill.feeE8()))
        .put("time", time(fill.timeNs()));
  }

  private JsonObject order(Order order) {
    return new JsonObject()
        .put("id", order.clientOrderId())
        .put("instrument", symbol(order.instrument()))
        .put("strategy", order.strategy())
        .put("side", order.side().name())
        .put("type", order.type().name())
        .put("quantity", E8.format(order.quantityE8()))
        .put("filled_quantity", "0")
        .put("limit_price", order.limitPriceE8() == 0 ? null : E8.format(order.limitPriceE8()))
        .put("status", "SENT")
        .put("decision_id", order.decisionId())
        .put("time", time(order.createdNs()));
  }

  private JsonObject decision(Decision decision) {
    JsonObject risk = new JsonObject();
    switch (decision.verdict()) {
      case Decision.Verdict.None none -> risk.put("verdict", "none");
      case Decision.Verdict.Approved approved -> risk.put("verdict", "approved");
      case Decision.Verdict.Refused(String rule, String limit, String observed) ->
          risk.put("verdict", "refused")
              .put("rule", rule)
              .put("limit", limit)
              .put("observed", observed);
    }
    Prediction p = predictions.get(decision.predictionId());
    return new JsonObject()
        .put("id", decision.id())
        .put("time", time(decision.timeNs()))
        .put("instrument", symbol(decision.instrument()))
        .put("strategy", decision.strategy())
        .put("action", decision.action().name())
        .put("reason", decision.reason())
        .put("fallback", decision.fallback())
        .put("risk", risk)
        .put(
            "prediction",
            p == null
                ? null
                : new JsonObject()
                    .put("id", p.id())
                    .put("model", p.model())
                    .put("version", p.version())
                    .put("sell", p.sell())
                    .put("hold", p.hold())
                    .put("buy", p.buy())
                    .put("confidence", p.confidence()));
  }

  private String symbol(int instrument) {
    return instruments.get(instrument).symbol();
  }

  private static String time(long ns) {
    return Instant.ofEpochSecond(
            Math.floorDiv(ns, 1_000_000_000L), Math.floorMod(ns, 1_000_000_000L))
        .toString();
  }
}
