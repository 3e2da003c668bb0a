package ai.neo.riskrules;

import ai.neo.riskrules.RiskLimits.Limit;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.Order;
import ai.neo.tradingtypes.Side;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The built-in rules, in the order in which they are asked; the first that refuses is named.
 *
 * <p>An order that makes the position smaller has to pass only the kill switch, sanity and the
 * order rate: nothing may keep one from getting out. Everything fails closed: a limit that is not
 * set, a price that is not there, a number that is none.
 */
public final class RiskCheck {
  private static final RiskDecision APPROVED = RiskDecision.Approved.APPROVED;
  private static final double BPS = 10_000;
  private static final long BPS_E8 = 10_000 * E8.ONE;
  private static final double NS_PER_MS = 1e6;

  private RiskCheck() {}

  /** Where the order would go out into. */
  public record Situation(
      Instrument instrument,
      AccountView account,
      MarketView market,
      TradingState state,
      long nowNs) {
    public Situation {
      Objects.requireNonNull(instrument, "instrument");
      Objects.requireNonNull(account, "account");
      Objects.requireNonNull(market, "market");
      Objects.requireNonNull(state, "state");
    }
  }

  /**
   * May the order go out?
   *
   * @param rate takes note of the order if it is approved
   */
  public static RiskDecision check(
      ProposedOrder proposed, Situation situation, RiskLimits limits, OrderRate rate) {
    RiskDecision decision;
    try {
      decision = firstRefusal(proposed, situation, limits, rate);
    } catch (ArithmeticException e) {
      decision = refused("sanity", "numbers within 64 bits", "overflow: " + e.getMessage());
    }
    if (decision instanceof RiskDecision.Approved) {
      rate.approved(situation.nowNs());
    }
    return decision;
  }

  /** A loss that demands that everything be closed now, in words; empty when there is none. */
  public static Optional<String> breachOf(AccountView account, RiskLimits limits) {
    OptionalDouble drawdown = limits.real(Limit.MAX_DRAWDOWN, "");
    if (drawdown.isPresent() && drawdown(account) > drawdown.getAsDouble()) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "drawdown %.4f is beyond max_drawdown %s",
              drawdown(account),
              drawdown.getAsDouble()));
    }
    OptionalLong loss = limits.exact(Limit.MAX_DAILY_LOSS, "");
    if (loss.isPresent() && dailyLossE8(account) > loss.getAsLong()) {
      return Optional.of(
          "the day's loss " + E8.format(dailyLossE8(account)) + " is beyond max_daily_loss "
              + E8.format(loss.getAsLong()));
    }
    return Optional.empty();
  }

  private static RiskDecision firstRefusal(
      ProposedOrder proposed, Situation at, RiskLimits limits, OrderRate rate) {
    Order order = proposed.order();
    if (at.state() == TradingState.KILLED) {
      return refused("kill-switch", "nothing goes out", "KILLED");
    }
    long quantity = order.quantityE8();
    if (quantity % at.instrument().lotSizeE8() != 0) {
      return refused(
          "sanity", "lots of " + E8.format(at.instrument().lotSizeE8()), E8.format(quantity));
    }
    OptionalDouble perMinute = limits.real(Limit.MAX_ORDERS_PER_MINUTE, symbol(at));
    if (perMinute.isEmpty()) {
      return missing(Limit.MAX_ORDERS_PER_MINUTE);
    }
    int sent = rate.inLastMinute(at.nowNs());
    if (sent + 1 > Math.min(perMinute.getAsDouble(), OrderRate.CAPACITY)) {
      return refused(
          "order-rate", number(perMinute.getAsDouble()) + " per minute", (sent + 1) + "");
    }
    return reduces(order, at.account()) ? APPROVED : entryRefusal(proposed, at, limits);
  }

  private static RiskDecision entryRefusal(ProposedOrder proposed, Situation at, RiskLimits limits) {
    if (at.state() != TradingState.ACTIVE) {
      return refused("halted", "no entries", at.state().name());
    }
    if (proposed.order().reduceOnly()) {
      return refused("reduce-only", "a smaller position", "it would grow");
    }
    if (at.account().unknownOrderOpen()) {
      return refused("unknown-order", "no order of unknown outcome", "one is open");
    }
    RiskDecision market = marketRefusal(at, limits);
    if (market instanceof RiskDecision.Refused) {
      return market;
    }
    RiskDecision confidence = confidenceRefusal(proposed, at, limits);
    if (confidence instanceof RiskDecision.Refused) {
      return confidence;
    }
    RiskDecision size = sizeRefusal(proposed.order(), at, limits);
    return size instanceof RiskDecision.Refused ? size : lossRefusal(at, limits);
  }

  private static RiskDecision marketRefusal(Situation at, RiskLimits limits) {
    if (at.market().referencePriceE8() <= 0) {
      return refused("stale-data", "a reference price", "none");
    }
    OptionalDouble age = limits.real(Limit.MAX_DATA_AGE_MS, symbol(at));
    if (age.isEmpty()) {
      return missing(Limit.MAX_DATA_AGE_MS);
    }
    double observedAge = (at.nowNs() - at.market().lastDataNs()) / NS_PER_MS;
    if (!(observedAge <= age.getAsDouble())) {
      return refused("stale-data", number(age.getAsDouble()) + " ms", number(observedAge) + " ms");
    }
    OptionalDouble volatility = limits.real(Limit.MAX_VOLATILITY, symbol(at));
    if (volatility.isEmpty()) {
      return missing(Limit.MAX_VOLATILITY);
    }
    return at.market().volatility() <= volatility.getAsDouble()
        ? APPROVED
        : refused(
            "volatility", number(volatility.getAsDouble()), number(at.market().volatility()));
  }

  private static RiskDecision confidenceRefusal(
      ProposedOrder proposed, Situation at, RiskLimits limits) {
    if (!proposed.modelDriven()) {
      return APPROVED;
    }
    OptionalDouble floor = limits.real(Limit.MIN_CONFIDENCE, symbol(at));
    if (floor.isEmpty()) {
      return missing(Limit.MIN_CONFIDENCE);
    }
    // Written as what is allowed, so that NaN is not.
    return proposed.confidence() >= floor.getAsDouble()
        ? APPROVED
        : refused("confidence", number(floor.getAsDouble()), number(proposed.confidence()));
  }

  private static RiskDecision sizeRefusal(Order order, Situation at, RiskLimits limits) {
    OptionalLong maxQuantity = limits.exact(Limit.MAX_ORDER_QUANTITY, symbol(at));
    if (maxQuantity.isPresent() && order.quantityE8() > maxQuantity.getAsLong()) {
      return refused(
          "order-size", E8.format(maxQuantity.getAsLong()), E8.format(order.quantityE8()));
    }
    long reference = at.market().referencePriceE8();
    OptionalDouble collar = limits.real(Limit.PRICE_COLLAR_BPS, symbol(at));
    if (collar.isEmpty()) {
      return missing(Limit.PRICE_COLLAR_BPS);
    }
    if (order.limitPriceE8() > 0) {
      double distance =
          BPS * Math.abs((double) order.limitPriceE8() - reference) / reference;
      if (distance > collar.getAsDouble()) {
        return refused(
            "price-collar", number(collar.getAsDouble()) + " bps", number(distance) + " bps");
      }
    }
    // A market order may fill anywhere within the collar: it is valued at its worst.
    long away =
        E8.multiplyDivide(
            reference,
            E8.fromDouble(collar.getAsDouble(), RoundingMode.HALF_EVEN),
            BPS_E8,
            RoundingMode.UP);
    long worst = order.side() == Side.BUY ? E8.add(reference, away) : reference;
    long price = order.limitPriceE8() > 0 ? order.limitPriceE8() : worst;
    return exposureRefusal(order, at, limits, price);
  }

  private static RiskDecision exposureRefusal(
      Order order, Situation at, RiskLimits limits, long price) {
    long notional = E8.multiply(price, order.quantityE8(), RoundingMode.UP);
    RiskDecision value =
        within("order-notional", Limit.MAX_ORDER_NOTIONAL, notional, symbol(at), limits);
    if (value instanceof RiskDecision.Refused) {
      return value;
    }
    long worstPosition = E8.multiply(worstPositionE8(order, at.account()), price, RoundingMode.UP);
    RiskDecision position =
        within("position", Limit.MAX_POSITION_NOTIONAL, worstPosition, symbol(at), limits);
    if (position instanceof RiskDecision.Refused) {
      return position;
    }
    long held =
        E8.multiply(Math.abs(at.account().positionE8()), price, RoundingMode.DOWN);
    long exposure =
        E8.add(E8.subtract(at.account().grossExposureE8(), held), Math.max(worstPosition, held));
    return within("exposure", Limit.MAX_GROSS_EXPOSURE, exposure, symbol(at), limits);
  }

  private static RiskDecision lossRefusal(Situation at, RiskLimits limits) {
    RiskDecision day =
        within("daily-loss", Limit.MAX_DAILY_LOSS, dailyLossE8(at.account()), symbol(at), limits);
    if (day instanceof RiskDecision.Refused) {
      return day;
    }
    OptionalDouble drawdown = limits.real(Limit.MAX_DRAWDOWN, symbol(at));
    if (drawdown.isEmpty()) {
      return missing(Limit.MAX_DRAWDOWN);
    }
    return drawdown(at.account()) <= drawdown.getAsDouble()
        ? APPROVED
        : refused("drawdown", number(drawdown.getAsDouble()), number(drawdown(at.account())));
  }

  private static RiskDecision within(
      String rule, Limit limit, long observedE8, String symbol, RiskLimits limits) {
    OptionalLong allowed = limits.exact(limit, symbol);
    if (allowed.isEmpty()) {
      return missing(limit);
    }
    return observedE8 <= allowed.getAsLong()
        ? APPROVED
        : refused(rule, E8.format(allowed.getAsLong()), E8.format(observedE8));
  }

  /** Whether the position gets smaller even if every open order on that side fills too. */
  private static boolean reduces(Order order, AccountView account) {
    if (order.side() == Side.SELL) {
      return account.positionE8() > 0
          && E8.add(account.workingSellE8(), order.quantityE8()) <= account.positionE8();
    }
    return account.positionE8() < 0
        && E8.add(account.workingBuyE8(), order.quantityE8()) <= -account.positionE8();
  }

  /** The largest absolute position that could come of this and all open orders of its side. */
  private static long worstPositionE8(Order order, AccountView account) {
    long working =
        order.side() == Side.BUY ? account.workingBuyE8() : account.workingSellE8();
    long change = order.side().sign() * E8.add(working, order.quantityE8());
    return Math.abs(E8.add(account.positionE8(), change));
  }

  private static long dailyLossE8(AccountView account) {
    return Math.max(0, E8.subtract(account.dayStartEquityE8(), account.equityE8()));
  }

  private static double drawdown(AccountView account) {
    return account.peakEquityE8() <= 0
        ? 0
        : Math.max(0, 1 - (double) account.equityE8() / account.peakEquityE8());
  }

  private static String symbol(Situation at) {
    return at.instrument().symbol();
  }

  private static RiskDecision missing(Limit limit) {
    return refused("limit-missing", limit.key(), "not set");
  }

  private static RiskDecision refused(String rule, String limit, String observed) {
    return new RiskDecision.Refused(rule, limit, observed);
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, "%.6g", value);
  }
}
