package ai.neo.riskrules;

import ai.neo.tradingtypes.E8;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All limits as they hold for one instrument: its own, else the general ones. Immutable. */
public final class InstrumentLimits {
  /** Stands for {@link Limit#OFF}; only an optional limit has it. No number is below zero. */
  static final long OFF_E8 = -1;

  private static final long E8_NS_PER_MS = E8.ONE / 1_000_000;

  private final Map<Limit, Long> valuesE8;
  private final List<Limit> missing;

  InstrumentLimits(Map<Limit, Long> valuesE8) {
    Map<Limit, Long> copy = new EnumMap<>(Limit.class);
    copy.putAll(valuesE8);
    copy.values().removeIf(value -> value == OFF_E8);
    EnumSet<Limit> notSet = EnumSet.allOf(Limit.class);
    notSet.removeIf(Limit::optional);
    notSet.removeAll(copy.keySet());
    this.valuesE8 = Collections.unmodifiableMap(copy);
    this.missing = List.copyOf(notSet);
  }

  /**
   * The limits that have to be set and are not, in the order of their declaration. As long as any,
   * no entry.
   */
  public List<Limit> missing() {
    return missing;
  }

  /**
   * The limits that are set and refuse every entry on such an answer, whatever else it says: the
   * model does not tell the number that they bound.
   */
  public List<Limit> unanswered(ModelDoubt doubt) {
    boolean uncertainty = has(Limit.MAX_UNCERTAINTY) && !doubt.hasUncertainty();
    boolean likeness = has(Limit.MAX_RECONSTRUCTION_ERROR) && !doubt.hasReconstructionError();
    if (uncertainty && likeness) {
      return List.of(Limit.MAX_UNCERTAINTY, Limit.MAX_RECONSTRUCTION_ERROR);
    }
    if (uncertainty) {
      return List.of(Limit.MAX_UNCERTAINTY);
    }
    return likeness ? List.of(Limit.MAX_RECONSTRUCTION_ERROR) : List.of();
  }

  /** The limit as text, for people; empty when it is missing. */
  public Optional<String> text(Limit limit) {
    if (has(limit)) {
      return Optional.of(E8.format(e8(limit)));
    }
    return limit.optional() ? Optional.of(Limit.OFF) : Optional.empty();
  }

  boolean has(Limit limit) {
    return valuesE8.containsKey(limit);
  }

  /** The limit in units of 1e-8 of what its key names. */
  long e8(Limit limit) {
    Long value = valuesE8.get(limit);
    if (value == null) {
      throw new IllegalStateException(limit.key() + " is not set");
    }
    return value;
  }

  /** A limit that its key names in milliseconds. */
  long ns(Limit limit) {
    return e8(limit) / E8_NS_PER_MS;
  }
}
