package ai.neo.riskrules;

import ai.neo.tradingtypes.E8;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The limits, as a risk officer wrote them. A limit that is not set does not mean "no limit": the
 * check that needs it refuses. Immutable.
 */
public final class RiskLimits {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final String INSTRUMENTS = "instruments";

  /** The names that a limits file knows. */
  public enum Limit {
    /** Largest value of one order, in quote currency. */
    MAX_ORDER_NOTIONAL(true),
    /** Largest quantity of one order, in base currency; per instrument. */
    MAX_ORDER_QUANTITY(true),
    /** Largest value of the position in one instrument, open orders included. */
    MAX_POSITION_NOTIONAL(true),
    /** Largest sum of the values of all positions. */
    MAX_GROSS_EXPOSURE(true),
    /** Most orders in any minute. */
    MAX_ORDERS_PER_MINUTE(false),
    /** Largest distance of a limit price from the reference price, in basis points. */
    PRICE_COLLAR_BPS(false),
    /** Largest loss since the UTC day began, in quote currency. */
    MAX_DAILY_LOSS(true),
    /** Largest fall of equity below its peak, a fraction. */
    MAX_DRAWDOWN(false),
    /** Smallest confidence of a prediction on which an entry may rest. */
    MIN_CONFIDENCE(false),
    /** Largest standard deviation of log returns per bar at which an entry may go out. */
    MAX_VOLATILITY(false),
    /** Largest age of the instrument's last market event, in milliseconds. */
    MAX_DATA_AGE_MS(false);

    private final boolean money;

    Limit(boolean money) {
      this.money = money;
    }

    /** The key in the file. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Map<Limit, Long> exact = new EnumMap<>(Limit.class);
  private final Map<Limit, Double> real = new EnumMap<>(Limit.class);
  private final Map<String, RiskLimits> instruments = new HashMap<>();

  private RiskLimits() {}

  /**
   * Reads limits.
   *
   * @param origin where the text comes from, for errors
   * @throws IllegalArgumentException naming the key, what is wrong with it and what was expected
   */
  public static RiskLimits fromYaml(String text, String origin) {
    try {
      JsonNode root = YAML.readTree(text);
      if (!root.isObject()) {
        throw new IllegalArgumentException(origin + ": expected a mapping of limits");
      }
      return read(root, origin, true);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(origin + ": no valid YAML: " + e.getOriginalMessage(), e);
    }
  }

  private static RiskLimits read(JsonNode mapping, String origin, boolean top) {
    RiskLimits limits = new RiskLimits();
    mapping
        .properties()
        .forEach(
            entry -> {
              if (top && entry.getKey().equals(INSTRUMENTS)) {
                entry
                    .getValue()
                    .properties()
                    .forEach(
                        own ->
                            limits.instruments.put(
                                own.getKey(),
                                read(
                                    own.getValue(),
                                    origin + ": " + INSTRUMENTS + "." + own.getKey(),
                                    false)));
              } else {
                limits.put(known(entry.getKey(), origin), entry.getValue(), origin);
              }
            });
    return limits;
  }

  private static Limit known(String key, String origin) {
    List<String> keys = new ArrayList<>();
    for (Limit limit : Limit.values()) {
      if (limit.key().equals(key)) {
        return limit;
      }
      keys.add(limit.key());
    }
    keys.add(INSTRUMENTS);
    throw new IllegalArgumentException(
        origin + ": unknown limit '" + key + "', did you mean '" + Nearest.to(key, keys) + "'?");
  }

  private void put(Limit limit, JsonNode value, String origin) {
    String place = origin + ": " + limit.key() + "=" + value.asText();
    if (!value.isNumber() && !value.isTextual()) {
      throw new IllegalArgumentException(place + ", expected a number");
    }
    try {
      double number = Double.parseDouble(value.asText());
      if (!(number >= 0) || Double.isInfinite(number)) {
        throw new IllegalArgumentException(place + ", expected zero or a positive number");
      }
      if (limit.money) {
        exact.put(limit, E8.parse(value.asText()));
      } else {
        real.put(limit, number);
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(place + ", expected a number: " + e.getMessage(), e);
    }
  }

  /** A limit in units of 1e-8, the instrument's own before the general one. */
  OptionalLong exact(Limit limit, String instrument) {
    RiskLimits own = instruments.get(instrument);
    Long value = own == null ? null : own.exact.get(limit);
    if (value == null) {
      value = exact.get(limit);
    }
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  /** A limit that is a plain number, the instrument's own before the general one. */
  OptionalDouble real(Limit limit, String instrument) {
    RiskLimits own = instruments.get(instrument);
    Double value = own == null ? null : own.real.get(limit);
    if (value == null) {
      value = real.get(limit);
    }
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }
}
