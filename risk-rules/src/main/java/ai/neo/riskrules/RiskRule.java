package ai.neo.riskrules;

import java.util.Locale;

/** Why an order may not go out, in the order in which the rules are asked. */
public enum RiskRule {
  /** Trading was killed: nothing goes out but cancels. */
  KILL_SWITCH,
  /** Trading is halted or all is being closed: only what makes positions smaller goes out. */
  HALTED,
  /** The order or the numbers around it cannot be right. */
  SANITY,
  /** A limit is not set. */
  LIMIT_MISSING,
  /** The order may only reduce and would not. */
  REDUCE_ONLY,
  /** The same strategy sent the same order a moment ago. */
  DUPLICATE,
  /** An order on the instrument has an unknown outcome. */
  UNKNOWN_ORDER,
  /** The market's last word is too old, or there is none. */
  STALE_DATA,
  /** Too many orders in a minute. */
  ORDER_RATE,
  /** Too large a quantity. */
  ORDER_SIZE,
  /** Too large a value. */
  ORDER_NOTIONAL,
  /** Too far from the market's price. */
  PRICE_COLLAR,
  /** The position could get too large. */
  POSITION,
  /** All positions together could get too large. */
  EXPOSURE,
  /** Too much was lost today. */
  DAILY_LOSS,
  /** Equity fell too far below its peak. */
  DRAWDOWN,
  /** The model is not sure enough. */
  CONFIDENCE,
  /** The model's own uncertainty is too large, or it does not tell it. */
  UNCERTAINTY,
  /** The features are too unlike what the model was trained on, or it does not tell. */
  RECONSTRUCTION_ERROR,
  /** The market moves too much. */
  VOLATILITY;

  private final String code = name().toLowerCase(Locale.ROOT).replace('_', '-');

  /** The stable name, in journals, interfaces and on the page. */
  public String code() {
    return code;
  }

  /** The decision that names this rule. */
  RiskDecision refuses(String limit, String observed) {
    return new RiskDecision.Refused(code, limit, observed);
  }
}
