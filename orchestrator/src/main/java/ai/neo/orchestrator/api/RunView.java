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
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What a run looks like from outside: fed on the loop's thread, read by others. Every list has its
 * bound; what is older is in PostgreSQL and the journal.
 */
public final class RunView implements RunListener {
  private static final int CANDLES = 1_500;
  private static final int DECISIONS = 5_000;
  private static final int FILLS = 10_000;
  private static final int ORDERS = 10_000;
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
  private final SequencedMap<String, ShownOrder> orders = new LinkedHashMap<>();
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
  private final Account account = new Account();
  private final long[] marksE8;

  /** An order and how far it is: made into words only when somebody asks. */
  private static final class ShownOrder {
    final Order order;
    String status = "SENT";
    long filledE8;

    ShownOrder(Order order) {
      this.order = order;
    }
  }

  /**
   * The account and the counters after the last event. Written over at each: numbers alone, so that
   * it costs the loop nanoseconds and nothing is allocated for a reader who may never come.
   */
  private static final class Account {
    private boolean known;
    private TradingState state;
    private String reason;
    private long cashE8;
    private long equityE8;
    private long realisedE8;
    private long unrealisedE8;
    private long feesE8;
    private double drawdown;
    private double maxDrawdown;
    private List<Portfolio.StrategyPosition> positions = List.of();
    private final LoopCounters counters = new LoopCounters();

    void take(TradingLoop loop) {
      Portfolio portfolio = loop.portfolio();
      known = true;
      state = loop.state();
      reason = loop.stateReason();
      cashE8 = portfolio.cashE8();
      equityE8 = portfolio.equityE8();
      realisedE8 = portfolio.realisedE8();
      unrealisedE8 = portfolio.unrealisedE8();
      feesE8 = portfolio.feesE8();
      drawdown = portfolio.drawdown();
      maxDrawdown = portfolio.maxDrawdown();
      positions = portfolio.positions();
      loop.copyCounters(counters);
    }
  }

  private final long initialCashE8;

  public RunView(String runId, List<Instrument> instruments, long initialCashE8) {
    this.runId = runId;
    this.instruments = List.copyOf(instruments);
    this.initialCashE8 = initialCashE8;
    this.marksE8 = new long[instruments.size()];
    instruments.forEach(instrument -> candles.add(new ArrayDeque<>()));
  }

  @Override
  public synchronized void heard(LoopEvent event, TradingLoop loop) {
    nowNs = Math.max(nowNs, event.timeNs());
    switch (event) {
      case LoopEvent.MarketData market -> {
        int instrument = market.event().instrument();
        marksE8[instrument] = loop.portfolio().markE8(instrument);
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
    account.take(loop);
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
      case LoopCommand.Submit submit -> {
        orders.put(submit.order().clientOrderId(), new ShownOrder(submit.order()));
        if (orders.size() > ORDERS) {
          orders.pollFirstEntry();
        }
      }
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
    ShownOrder order = orders.get(report.clientOrderId());
    String status =
        switch (report) {
          case ExecutionReport.Acknowledged r -> "ACKNOWLEDGED";
          case ExecutionReport.Rejected r -> "REJECTED";
          case ExecutionReport.Filled r -> {
            add(fills, r.fill(), FILLS);
            tell("fill", () -> fill(r.fill()));
            int instrument = r.fill().instrument();
            if (marksE8[instrument] == 0) {
              marksE8[instrument] = r.fill().priceE8();
            }
            if (order != null) {
              order.filledE8 += r.fill().quantityE8();
            }
            yield r.complete() ? "FILLED" : "PARTIALLY_FILLED";
          }
          case ExecutionReport.Cancelled r -> "CANCELLED";
          case ExecutionReport.Expired r -> "EXPIRED";
          case ExecutionReport.OutcomeUnknown r -> "UNKNOWN";
        };
    if (order != null) {
      order.status = status;
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
    if (!account.known) {
      return status.put("state", "starting");
    }
    Account now = account;
    LoopCounters.Snapshot c = now.counters.copy();
    return status
        .put("state", now.state.name().toLowerCase(Locale.ROOT).replace("active", "running"))
        .put("cash", E8.format(now.cashE8))
        .put("equity", E8.format(now.equityE8))
        .put("realised_pnl", E8.format(now.realisedE8))
        .put("unrealised_pnl", E8.format(now.unrealisedE8))
        .put("fees", E8.format(now.feesE8))
        .put("drawdown", now.drawdown)
        .put("max_drawdown", now.maxDrawdown)
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
                .put("active", now.state == TradingState.KILLED)
                .put("reason", now.reason));
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
    return page(fills, Fill::tradeId, this::fill, new Page(after, limit));
  }

  /** Orders after the given id, oldest first; without an id, the newest. */
  public synchronized JsonArray orders(String after, int limit) {
    return page(
        orders.values(), shown -> shown.order.clientOrderId(), this::order, new Page(after, limit));
  }

  /** Decisions after the given id, oldest first; without an id, the newest. */
  public synchronized JsonArray decisions(String after, int limit) {
    return page(
        decisions, each -> Long.toString(each.id()), this::decision, new Page(after, limit));
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
    for (Portfolio.StrategyPosition held : account.positions) {
      long mark = marksE8[held.position().instrument()];
      items.add(
          new JsonObject()
              .put("instrument", symbol(held.position().instrument()))
              .put("strategy", held.strategy())
              .put("quantity", E8.format(held.position().quantityE8()))
              .put("average_price", E8.format(held.position().averagePriceE8()))
              .put("realised_pnl", E8.format(held.position().realisedE8()))
              .put("unrealised_pnl", E8.format(held.position().unrealisedE8(mark))));
    }
    return items;
  }

  private record Page(String after, int limit) {}

  /** Words are made of the page's items alone: the loop waits meanwhile. */
  private static <T> JsonArray page(
      Collection<T> all, Function<T, String> id, Function<T, JsonObject> words, Page page) {
    int from = 0;
    if (page.after == null) {
      from = Math.max(0, all.size() - page.limit);
    } else {
      int index = 0;
      for (T each : all) {
        index++;
        if (page.after.equals(id.apply(each))) {
          from = index;
        }
      }
    }
    return new JsonArray(
        new ArrayList<>(all.stream().skip(from).limit(page.limit).map(words).toList()));
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

  private JsonObject order(ShownOrder shown) {
    Order order = shown.order;
    return new JsonObject()
        .put("id", order.clientOrderId())
        .put("instrument", symbol(order.instrument()))
        .put("strategy", order.strategy())
        .put("side", order.side().name())
        .put("type", order.type().name())
        .put("quantity", E8.format(order.quantityE8()))
        .put("filled_quantity", E8.format(shown.filledE8))
        .put("limit_price", order.limitPriceE8() == 0 ? null : E8.format(order.limitPriceE8()))
        .put("status", shown.status)
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
        .put("prediction", p == null ? null : PredictionView.json(p));
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
