package ai.neo.riskrules;

import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.Order;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * May this order go out? The rules are asked in the order of {@link RiskRule}; the first that
 * refuses is named.
 *
 * <p>An order that makes the position smaller has to pass only the kill switch, sanity and the
 * order rate: nothing else may keep one from getting out. Everything fails closed: a limit that is
 * not set, a price that is not there, a number that is none, a sum that does not fit. Approving
 * allocates nothing.
 */
public final class RiskCheck {
  private static final RiskDecision APPROVED = RiskDecision.Approved.APPROVED;

  private RiskCheck() {}

  /**
   * Where the order would go out into.
   *
   * @param nowNs since 1970 UTC, on the clock of the market data
   */
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
      InstrumentLimits own = limits.of(situation.instrument().symbol());
      decision = firstRefusal(proposed, situation, own, rate);
    } catch (ArithmeticException e) {
      decision = RiskRule.SANITY.refuses("numbers within 64 bits", "overflow: " + e.getMessage());
    }
    if (decision instanceof RiskDecision.Approved) {
      rate.approved(proposed.order(), situation.nowNs());
    }
    return decision;
  }

  /** A loss that demands that everything be closed now, in words; empty when there is none. */
  public static Optional<String> breachOf(AccountView account, RiskLimits limits) {
    return Losses.breach(account, limits.general());
  }

  private static RiskDecision firstRefusal(
      ProposedOrder proposed, Situation at, InstrumentLimits limits, OrderRate rate) {
    if (at.state() == TradingState.KILLED) {
      return RiskRule.KILL_SWITCH.refuses("nothing goes out", at.state().name());
    }
    Order order = proposed.order();
    boolean reducing =
        order.reduceOnly() && at.account().reducedBy(order.side(), order.quantityE8());
    if (at.state() != TradingState.ACTIVE && !reducing) {
      return RiskRule.HALTED.refuses("no entries", at.state().name());
    }
    RiskDecision sanity = sanity(order, at);
    if (sanity instanceof RiskDecision.Refused) {
      return sanity;
    }
    if (reducing) {
      return EntryRules.orderRate(proposed, at, limits, rate);
    }
    List<EntryRules.Rule> rules = EntryRules.IN_ORDER;
    for (int i = 0; i < rules.size(); i++) { // By index: an iterator would be garbage.
      RiskDecision decision = rules.get(i).of(proposed, at, limits, rate);
      if (decision instanceof RiskDecision.Refused) {
        return decision;
      }
    }
    return APPROVED;
  }

  private static RiskDecision sanity(Order order, Situation at) {
    Instrument instrument = at.instrument();
    if (order.instrument() != instrument.id()) {
      return RiskRule.SANITY.refuses("instrument " + instrument.id(), order.instrument() + "");
    }
    if (order.quantityE8() % instrument.lotSizeE8() != 0) {
      return RiskRule.SANITY.refuses(
          "lots of " + E8.format(instrument.lotSizeE8()), E8.format(order.quantityE8()));
    }
    if (order.limitPriceE8() % instrument.tickSizeE8() != 0) {
      return RiskRule.SANITY.refuses(
          "ticks of " + E8.format(instrument.tickSizeE8()), E8.format(order.limitPriceE8()));
    }
    AccountView account = at.account();
    if (account.workingBuyE8() < 0
        || account.workingSellE8() < 0
        || account.grossExposureE8() < 0) {
      return RiskRule.SANITY.refuses(
          "working quantities and exposure of zero or more",
          "buy "
              + E8.format(account.workingBuyE8())
              + ", sell "
              + E8.format(account.workingSellE8())
              + ", exposure "
              + E8.format(account.grossExposureE8()));
    }
    return APPROVED;
  }
}
