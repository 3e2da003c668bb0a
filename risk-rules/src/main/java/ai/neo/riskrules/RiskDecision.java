package ai.neo.riskrules;

import java.util.Objects;

/** What risk says of an order. */
public sealed interface RiskDecision {
  /** It may go out. */
  record Approved() implements RiskDecision {
    static final Approved APPROVED = new Approved();
  }

  /**
   * It may not go out.
   *
   * @param rule stable name of the rule
   * @param limit what the rule allows
   * @param observed what it saw
   */
  record Refused(String rule, String limit, String observed) implements RiskDecision {
    public Refused {
      Objects.requireNonNull(rule, "rule");
      Objects.requireNonNull(limit, "limit");
      Objects.requireNonNull(observed, "observed");
    }
  }
}
