package ai.neo.riskrules;

import ai.neo.tradingtypes.E8;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;

/**
 * What a risk officer can limit: the keys of a limits file, each a decimal number from zero up.
 * Most have to be set; the optional ones may be {@value #OFF}, and are where they are not there.
 */
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
  /**
   * Largest uncertainty of the model itself on which an entry may rest, in probability. Once set, a
   * model that does not answer {@code uncertainty} enters nothing.
   */
  MAX_UNCERTAINTY(Scope.INSTRUMENT, Bounds.FRACTION, Need.OPTIONAL),
  /**
   * Most that the features of an entry may be unlike those of training: an autoencoder's mean
   * squared error, in squared standard deviations. Once set, a model that does not answer {@code
   * reconstruction_error} enters nothing.
   */
  MAX_RECONSTRUCTION_ERROR(Scope.INSTRUMENT, Bounds.AMOUNT, Need.OPTIONAL),
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

  /** The word for an optional limit that does not hold. */
  public static final String OFF = "off";

  /** Whether an entry may go out without the limit. */
  private enum Need {
    REQUIRED,
    OPTIONAL
  }

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
  private final Need need;

  Limit(Scope scope, Bounds bounds) {
    this(scope, bounds, Need.REQUIRED);
  }

  Limit(Scope scope, Bounds bounds, Need need) {
    this.scope = scope;
    this.bounds = bounds;
    this.need = need;
  }

  /** The key in the file. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether it may be {@value #OFF}. */
  public boolean optional() {
    return need == Need.OPTIONAL;
  }

  /** What the model has to answer beside its prediction for it; empty where it asks for nothing. */
  public Optional<String> output() {
    return switch (this) {
      case MAX_UNCERTAINTY -> Optional.of("uncertainty");
      case MAX_RECONSTRUCTION_ERROR -> Optional.of("reconstruction_error");
      default -> Optional.empty();
    };
  }

  /** What the file should have, in words. */
  String expected() {
    return optional() ? "a number or " + OFF : "a number";
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
      throw new IllegalArgumentException("expected " + expected(), e);
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
