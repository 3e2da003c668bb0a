package ai.neo.orchestrator.trading;

import ai.neo.orchestrator.portfolio.Portfolio;
import ai.neo.orchestrator.strategy.Action;
import ai.neo.orchestrator.strategy.Intent;
import ai.neo.orchestrator.strategy.Prediction;
import ai.neo.riskrules.AccountView;
import ai.neo.riskrules.MarketView;
import ai.neo.riskrules.ModelDoubt;
import ai.neo.riskrules.OrderRate;
import ai.neo.riskrules.ProposedOrder;
import ai.neo.riskrules.RiskCheck;
import ai.neo.riskrules.RiskDecision;
import ai.neo.riskrules.RiskLimits;
import ai.neo.riskrules.TradingState;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.Order;
import ai.neo.tradingtypes.OrderType;
import ai.neo.tradingtypes.Side;
import java.math.RoundingMode;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Turns what strategies want into orders: sizes them, asks risk, names them, sends them. Not
 * thread-safe: the loop owns it.
 */
final class OrderDesk {
  private final String idPrefix;
  private final long positionFractionE8;
  private final RiskLimits limits;
  private final Portfolio portfolio;
  private final int instruments;
  private final Consumer<LoopCommand> commands;
  private final LoopCounters counters;
  private final OrderTracker tracker = new OrderTracker();
  private final OrderRate rate = new OrderRate();
  private long orderSequence;

  OrderDesk(
      LoopSettings settings,
      LoopParts parts,
      Consumer<LoopCommand> commands,
      LoopCounters counters) {
    this.idPrefix = settings.instance() + "-" + settings.epoch() + "-";
    this.positionFractionE8 = E8.fromDouble(settings.positionFraction(), RoundingMode.DOWN);
    this.limits = parts.limits();
    this.portfolio = parts.portfolio();
    this.instruments = parts.instruments().size();
    this.commands = commands;
    this.counters = counters;
  }

  /**
   * What one strategy wants of one instrument now.
   *
   * @param from the prediction that it rests on; empty where no model was asked
   */
  record Wish(
      long decisionId,
      InstrumentState instrument,
      String strategy,
      Intent intent,
      Optional<Prediction> from) {}

  /** What came of a wish: risk's word, and the order if it may go out. */
  record Outcome(Decision.Verdict verdict, Optional<Order> order) {
    static final Outcome NOTHING = new Outcome(new Decision.Verdict.None(), Optional.empty());
  }

  OrderTracker tracker() {
    return tracker;
  }

  /** Sizes and checks what is wanted. Sends nothing. */
  Outcome carryOut(Wish wish, TradingState state, long nowNs) {
    if (wish.intent().action() == Action.HOLD) {
      return Outcome.NOTHING;
    }
    Instrument instrument = wish.instrument().instrument();
    long held = portfolio.position(wish.strategy(), instrument.id()).quantityE8();
    boolean entry = wish.intent().action() == Action.BUY;
    long quantity = entry ? entryQuantity(wish.instrument(), held) : held;
    if (quantity <= 0) {
      return Outcome.NOTHING;
    }
    Order order =
        new Order(
            idPrefix + (orderSequence + 1),
            instrument.id(),
            wish.strategy(),
            entry ? Side.BUY : Side.SELL,
            OrderType.MARKET,
            quantity,
            0,
            !entry,
            wish.decisionId(),
            nowNs);
    RiskDecision decision =
        RiskCheck.check(
            new ProposedOrder(
                order,
                wish.intent().confidence(),
                wish.from().isPresent(),
                wish.from().map(Prediction::doubt).orElse(ModelDoubt.NONE)),
            new RiskCheck.Situation(
                instrument, account(instrument.id()), market(wish.instrument()), state, nowNs),
            limits,
            rate);
    return switch (decision) {
      case RiskDecision.Approved approved ->
          new Outcome(new Decision.Verdict.Approved(), Optional.of(order));
      case RiskDecision.Refused(String rule, String limit, String observed) ->
          new Outcome(new Decision.Verdict.Refused(rule, limit, observed), Optional.empty());
    };
  }

  /** Sends an order that risk has approved. */
  void send(Order order, long nowNs) {
    orderSequence++;
    counters.orders++;
    tracker.sent(order);
    commands.accept(new LoopCommand.Submit(nowNs, order));
  }

  /** Asks for every open order back. */
  void cancelAll(long nowNs) {
    for (OrderTracker.Tracked tracked : tracker.open()) {
      commands.accept(new LoopCommand.Cancel(nowNs, tracked.order().clientOrderId()));
    }
  }

  /** A loss that demands that everything be closed; empty when there is none. */
  Optional<String> breach() {
    return RiskCheck.breachOf(account(0), limits);
  }

  private long entryQuantity(InstrumentState instrument, long held) {
    if (held > 0 || instrument.lastPriceE8() <= 0) {
      return 0;
    }
    long notional = E8.multiply(portfolio.equityE8(), positionFractionE8, RoundingMode.DOWN);
    if (notional <= 0 || notional < instrument.instrument().minimumNotionalE8()) {
      return 0;
    }
    return instrument
        .instrument()
        .wholeLots(E8.divide(notional, instrument.lastPriceE8(), RoundingMode.DOWN));
  }

  private AccountView account(int instrument) {
    return new AccountView(
        portfolio.cashE8(),
        portfolio.equityE8(),
        portfolio.peakEquityE8(),
        portfolio.dayStartEquityE8(),
        portfolio.quantityE8(instrument),
        tracker.workingE8(instrument, Side.BUY),
        tracker.workingE8(instrument, Side.SELL),
        worstExposureE8(),
        tracker.unknown(instrument));
  }

  /** What all positions are worth at the market's prices should open orders fill at their worst. */
  private long worstExposureE8() {
    if (tracker.none()) {
      return portfolio.grossExposureE8();
    }
    long sum = 0;
    for (int instrument = 0; instrument < instruments; instrument++) {
      long worst =
          AccountView.worstQuantityE8(
              portfolio.quantityE8(instrument),
              tracker.workingE8(instrument, Side.BUY),
              tracker.workingE8(instrument, Side.SELL));
      sum = E8.add(sum, E8.multiply(worst, portfolio.markE8(instrument), RoundingMode.HALF_EVEN));
    }
    return sum;
  }

  private static MarketView market(InstrumentState instrument) {
    return new MarketView(
        instrument.lastPriceE8(), instrument.lastDataNs(), instrument.volatility());
  }
}
