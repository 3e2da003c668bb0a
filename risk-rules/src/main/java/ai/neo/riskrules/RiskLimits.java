package ai.neo.riskrules;

import java.util.Map;
import java.util.TreeMap;

/**
 * The limits, as a risk officer wrote them. A limit that is not set does not mean "no limit": no
 * entry goes out while one is missing. Only those that are {@link Limit#optional} do not hold until
 * they are set. Immutable.
 */
public final class RiskLimits {
  /** Where the class path holds limits for 100,000 of paper capital. */
  public static final String BUNDLED = "/risk/default.yaml";

  private final String origin;
  private final InstrumentLimits general;
  private final Map<String, InstrumentLimits> instruments;

  RiskLimits(String origin, InstrumentLimits general, Map<String, InstrumentLimits> instruments) {
    this.origin = origin;
    this.general = general;
    this.instruments = Map.copyOf(instruments);
  }

  /**
   * Reads limits: a mapping of {@link Limit#key()} to numbers or {@link Limit#OFF}, and under
   * {@code instruments} one such mapping per symbol with what differs there.
   *
   * @param origin where the text comes from, for errors
   * @throws IllegalArgumentException naming origin, line, key, and what was expected
   */
  public static RiskLimits fromYaml(String text, String origin) {
    return new LimitsFile(origin).read(text);
  }

  /** Where the limits were read from. */
  public String origin() {
    return origin;
  }

  /** The limits that hold for a symbol. */
  public InstrumentLimits of(String symbol) {
    InstrumentLimits own = instruments.get(symbol);
    return own == null ? general : own;
  }

  /** The limits of every instrument that has none of its own; those of the account are here too. */
  public InstrumentLimits general() {
    return general;
  }

  /** The symbols that have limits of their own, with all that hold for them. */
  public Map<String, InstrumentLimits> instruments() {
    return new TreeMap<>(instruments);
  }
}
