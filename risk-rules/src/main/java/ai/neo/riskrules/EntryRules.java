package ai.neo.riskrules;

import ai.neo.riskrules.RiskCheck.Situation;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Order;
import ai.neo.tradingtypes.Side;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;

/**
 * What an order has to pass that does not make a position smaller. Comparisons are written as what
 * is allowed, so that NaN is not. Every limit may be reached and not passed.
 */
final class EntryRules {
  /** One rule; sums that do not fit are an {@link ArithmeticException}, and refused as such. */
  @FunctionalInterface
  interface Rule {
    RiskDecision of(ProposedOrder proposed, Situation at, InstrumentLimits limits, OrderRate rate);
  }

  /** In the order in which they are asked. Those below may rely on what has to be set being so. */
  static final List<Rule> IN_ORDER =
      List.of(
          EntryRules::limitMissing,
          EntryRules::reduceOnly,
          EntryRules::duplicate,
          EntryRules::unknownOrder,
          EntryRules::staleData,
          EntryRules::orderRate,
          EntryRules::orderSize,
          EntryRules::orderNotional,
          EntryRules::priceCollar,
          EntryRules::position,
          EntryRules::exposure,
          EntryRules::dailyLoss,
          EntryRules::drawdown,
          EntryRules::confidence,
          EntryRules::uncertainty,
          EntryRules::reconstructionError,
          EntryRules::volatility);

  private static final RiskDecision APPROVED = RiskDecision.Approved.APPROVED;
  private static final long NS_PER_MS = 1_000_000;
  private static final long BPS_E8 = 10_000 * E8.ONE;

  private EntryRules() {}

  static RiskDecision limitMissing(
      ProposedOrder proposed, Situation at, InstrumentLimits limits, OrderRate rate) {
    return limits.missing().isEmpty() ? APPROVED : missing(limits.missing().getFirst());
  }

  static RiskDecision reduceOnly(
      ProposedOrder proposed, Situation at, InstrumentLimits limits, OrderRate rate) {
    return proposed.order().reduceOnly()
        ? RiskRule.REDUCE_ONLY.refuses("a smaller position", "it would grow")
        : APPROVED;
  }

  static RiskDecision duplicate(
      ProposedOrder proposed, Situation at, InstrumentLimits limits, OrderRate rate) {
    return rate.alike(proposed.order(), at.nowNs(), limits.ns(Limit.DUPLICATE_WINDOW_MS))
        ? RiskRule.DUPLICATE.refuses(
            "one such order in " + text(limits, Limit.DUPLICATE_WINDOW_MS) + " ms", "another")
        : APPROVED;
  }

  static RiskDecision unknownOrder(
      ProposedOrder proposed, Situation at, InstrumentLimits limits, OrderRate rate) {
    return at.account().unknownOrderOpen()
        ? RiskRule.UNKNOWN_ORDER.refuses("no order of unknown outcome", "one is open")
        : APPROVED;
  }

  static RiskDecision staleData(
      ProposedOrder proposed, Situation at, InstrumentLimits limits, OrderRate rate) {
    if (at.market().referencePriceE8() <= 0) {
      return RiskRule.STALE_DATA.refuses("a reference price", "none");
    }
    long ageNs = Math.subtractExact(at.nowNs(), at.market().lastDataNs());
    return ageNs <= limits.ns(Limit.MAX_DATA_AGE_MS)
        ? APPROVED
        : RiskRule.STALE_DATA.refuses(
            text(limits, Limit.MAX_DATA_AGE_MS) + " ms", ageNs / NS_PER_MS + " ms");
  }

  static RiskDecision orderRate(
      ProposedOrder proposed, Situation at, InstrumentLimits limits, OrderRate rate) {
    if (!limits.has(Limit.MAX_ORDERS_PER_MINUTE)) {
      return missing(Limit.MAX_ORDERS_PER_MINUTE);
    }
    return rate.reached(limits.e8(Limit.MAX_ORDERS_PER_MINUTE) / E8.ONE, at.nowNs())
        ? RiskRule.ORDER_RATE.refuses(
            text(limits, Limit.MAX_ORDERS_PER_MINUTE) + " per minute",
            Long.toString(rate.inLastMinute(at.nowNs()) + 1))
        : APPROVED;
  }

  static RiskDecision orderSize(
      ProposedOrder proposed, Situation at, InstrumentLimits limits, OrderRate rate) {
    return atMost(
        RiskRule.ORDER_SIZE, limits, Limit.MAX_ORDER_QUANTITY, proposed.order().quantityE8());
  }

  static RiskDecision orderNotional(
      ProposedOrder proposed, Situation at, InstrumentLimits limits, OrderRate rate) {
    long notional =
        E8.multiply(
            proposed.order().quantityE8(),
            worstPriceE8(proposed.order(), at, limits),
            RoundingMode.UP);
    return atMost(RiskRule.ORDER_NOTIONAL, limits, Limit.MAX_ORDER_NOTIONAL, notional);
  }

  static RiskDecision priceCollar(
      ProposedOrder proposed, Situation at, InstrumentLimits limits, OrderRate rate) {
    long price = proposed.order().limitPriceE8();
    long reference = at.market().referencePriceE8();
    if (price == 0 || Math.abs(price - reference) <= collarE8(at, limits, RoundingMode.DOWN)) {
      return APPROVED;
    }
    return RiskRule.PRICE_COLLAR.refuses(
        text(limits, Limit.PRICE_COLLAR_BPS) + " bps of " + E8.format(reference), E8.format(price));
  }

  static RiskDecision position(
      ProposedOrder proposed, Situation at, InstrumentLimits limits, OrderRate rate) {
    Order order = proposed.order();
    long worst = at.account().worstOnSideE8(order.side(), order.quantityE8());
    return atMost(
        RiskRule.POSITION,
        limits,
        Limit.MAX_POSITION_NOTIONAL,
        E8.multiply(worst, worstPriceE8(order, at, limits), RoundingMode.UP));
  }

  static RiskDecision exposure(
      ProposedOrder proposed, Situation at, InstrumentLimits limits, OrderRate rate) {
    Order order = proposed.order();
    long growth =
        Math.subtractExact(
            at.account().worstQuantityE8(order.side(), order.quantityE8()),
            at.account().worstQuantityE8(order.side(), 0));
    long value = E8.multiply(growth, worstPriceE8(order, at, limits), RoundingMode.UP);
    return atMost(
        RiskRule.EXPOSURE,
        limits,
        Limit.MAX_GROSS_EXPOSURE,
        Math.addExact(at.account().grossExposureE8(), value));
  }

  static RiskDecision dailyLoss(
      ProposedOrder proposed, Situation at, InstrumentLimits limits, OrderRate rate) {
    return atMost(RiskRule.DAILY_LOSS, limits, Limit.MAX_DAILY_LOSS, Losses.todayE8(at.account()));
  }

  static RiskDecision drawdown(
      ProposedOrder proposed, Situation at, InstrumentLimits limits, OrderRate rate) {
    return Losses.beyondDrawdown(at.account(), limits.e8(Limit.MAX_DRAWDOWN))
        ? RiskRule.DRAWDOWN.refuses(
            text(limits, Limit.MAX_DRAWDOWN), Losses.drawdownText(at.account()))
        : APPROVED;
  }

  static RiskDecision confidence(
      ProposedOrder proposed, Situation at, InstrumentLimits limits, OrderRate rate) {
    double confidence = proposed.confidence();
    if (!proposed.modelDriven()
        || (confidence >= E8.toDouble(limits.e8(Limit.MIN_CONFIDENCE)) && confidence <= 1)) {
      return APPROVED;
    }
    return RiskRule.CONFIDENCE.refuses(
        text(limits, Limit.MIN_CONFIDENCE), Double.toString(confidence));
  }

  static RiskDecision uncertainty(
      ProposedOrder proposed, Situation at, InstrumentLimits limits, OrderRate rate) {
    return !proposed.modelDriven() || !limits.has(Limit.MAX_UNCERTAINTY)
        ? APPROVED
        : doubt(
            RiskRule.UNCERTAINTY, limits, Limit.MAX_UNCERTAINTY, proposed.doubt().uncertainty());
  }

  static RiskDecision reconstructionError(
      ProposedOrder proposed, Situation at, InstrumentLimits limits, OrderRate rate) {
    return !proposed.modelDriven() || !limits.has(Limit.MAX_RECONSTRUCTION_ERROR)
        ? APPROVED
        : doubt(
            RiskRule.RECONSTRUCTION_ERROR,
            limits,
            Limit.MAX_RECONSTRUCTION_ERROR,
            proposed.doubt().reconstructionError());
  }

  static RiskDecision volatility(
      ProposedOrder proposed, Situation at, InstrumentLimits limits, OrderRate rate) {
    double volatility = at.market().volatility();
    return volatility >= 0 && volatility <= E8.toDouble(limits.e8(Limit.MAX_VOLATILITY))
        ? APPROVED
        : RiskRule.VOLATILITY.refuses(
            text(limits, Limit.MAX_VOLATILITY), Double.toString(volatility));
  }

  /**
   * What the order is valued at: its limit or the market's price, whichever is more. A market order
   * without a worst price may be filled anywhere within the collar.
   */
  private static long worstPriceE8(Order order, Situation at, InstrumentLimits limits) {
    long reference = at.market().referencePriceE8();
    if (order.limitPriceE8() == 0 && order.side() == Side.BUY) {
      return Math.addExact(reference, collarE8(at, limits, RoundingMode.UP));
    }
    return Math.max(reference, order.limitPriceE8());
  }

  private static long collarE8(Situation at, InstrumentLimits limits, RoundingMode rounding) {
    return E8.multiplyDivide(
        at.market().referencePriceE8(), limits.e8(Limit.PRICE_COLLAR_BPS), BPS_E8, rounding);
  }

  private static RiskDecision atMost(
      RiskRule rule, InstrumentLimits limits, Limit limit, long observedE8) {
    return observedE8 <= limits.e8(limit)
        ? APPROVED
        : rule.refuses(text(limits, limit), E8.format(observedE8));
  }

  /** Compared as the model's own kind of number: its 0.1 is no more than a limit of 0.1. */
  private static RiskDecision doubt(
      RiskRule rule, InstrumentLimits limits, Limit limit, float observed) {
    if (observed >= 0 && observed <= (float) E8.toDouble(limits.e8(limit))) {
      return APPROVED;
    }
    return rule.refuses(
        text(limits, limit),
        Float.isNaN(observed)
            ? "none: the model does not answer " + rule.name().toLowerCase(Locale.ROOT)
            : Float.toString(observed));
  }

  private static RiskDecision missing(Limit limit) {
    return RiskRule.LIMIT_MISSING.refuses(limit.key(), "not set");
  }

  private static String text(InstrumentLimits limits, Limit limit) {
    return E8.format(limits.e8(limit));
  }
}
