package ai.neo.riskrules;

import ai.neo.tradingtypes.E8;
import java.math.BigDecimal;
import java.util.Locale;

/** What a risk officer can limit: the keys of a limits file, each a decimal number from zero up. */
public enum Limit {
  /** Largest quantity of one order, in base currency. */
  MAX_ORDER_QUANTITY(Scope.INSTRUMENT, Bounds.AMOUNT),
  /** Largest value of one order, in quote currency. */
  MAX_ORDER_NOTIONAL(Scope.INSTRUMENT, Bounds.AMOUNT),
  /** Largest distance of a price from the reference price, in basis points. */
  PRICE_COLLAR_BPS(Scope.INSTRUMENT, Bounds.BPS),
  /** Largest value of the position in one instrument, open orders at their worst. */
  MAX_POSITION_NOTIONAL(Scope.INSTRUMENT, Bounds.AMOUNT),
  /** Smallest confidence of a prediction on which an entry may rest. */
  MIN_CONFIDENCE(Scope.INSTRUMENT, Bounds.FRACTION),
  /** Largest standard deviation of log returns per bar at which an entry may go out. */
  MAX_VOLATILITY(Scope.INSTRUMENT, Bounds.AMOUNT),
  /** Largest age of the instrument's last market event, in milliseconds. */
  MAX_DATA_AGE_MS(Scope.INSTRUMENT, Bounds.AMOUNT),
  /** Largest sum of the values of all positions, open orders at their worst. */
  MAX_GROSS_EXPOSURE(Scope.ACCOUNT, Bounds.AMOUNT),
  /** Most orders in any minute. */
  MAX_ORDERS_PER_MINUTE(Scope.ACCOUNT, Bounds.COUNT),
  /** How long an order like an earlier one counts as its double, in milliseconds. */
  DUPLICATE_WINDOW_MS(Scope.ACCOUNT, Bounds.WINDOW),
  /** Largest loss since the UTC day began, in quote currency. */
  MAX_DAILY_LOSS(Scope.ACCOUNT, Bounds.AMOUNT),
  /** Largest fall of equity below its peak, a fraction; beyond it everything is closed. */
  MAX_DRAWDOWN(Scope.ACCOUNT, Bounds.FRACTION);

  /** Whether an instrument can have a limit of its own. */
  enum Scope {
    INSTRUMENT,
    ACCOUNT
  }

  /** Largest value that makes sense, and how many decimals it may have. */
  private enum Bounds {
    AMOUNT(BigDecimal.valueOf(Long.MAX_VALUE, E8.SCALE), E8.SCALE),
    FRACTION(BigDecimal.ONE, E8.SCALE),
    /** All of the price. */
    BPS(BigDecimal.valueOf(10_000), E8.SCALE),
    COUNT(BigDecimal.valueOf(OrderRate.MOST_PER_MINUTE), 0),
    /** No longer than orders are remembered. */
    WINDOW(BigDecimal.valueOf(OrderRate.MEMORY_NS / 1_000_000), 0);

    private final BigDecimal maximum;
    private final int decimals;

    Bounds(BigDecimal maximum, int decimals) {
      this.maximum = maximum;
      this.decimals = decimals;
    }
  }

  private final Scope scope;
  private final Bounds bounds;

  Limit(Scope scope, Bounds bounds) {
    this.scope = scope;
    this.bounds = bounds;
  }

  /** The key in the file. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  Scope scope() {
    return scope;
  }

  /**
   * The number in units of 1e-8.
   *
   * @throws IllegalArgumentException saying what was expected
   */
  long parseE8(String text) {
    BigDecimal value;
    try {
      value = new BigDecimal(text.matches("\\d[\\d_]*") ? text.replace("_", "") : text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("expected a number", e);
    }
    if (value.signum() < 0) {
      throw new IllegalArgumentException("expected zero or more");
    }
    if (value.compareTo(bounds.maximum) > 0) {
      throw new IllegalArgumentException("expected at most " + bounds.maximum.toPlainString());
    }
    if (value.stripTrailingZeros().scale() > bounds.decimals) {
      throw new IllegalArgumentException("expected at most " + bounds.decimals + " decimals");
    }
    return value.setScale(E8.SCALE).unscaledValue().longValueExact();
  }
}
