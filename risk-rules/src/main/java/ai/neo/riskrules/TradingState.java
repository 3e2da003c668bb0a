package ai.neo.riskrules;

/** What the system may do at all. */
public enum TradingState {
  /** Everything that the limits allow. */
  ACTIVE,
  /** No new entries; what makes positions smaller may go out. */
  HALTED,
  /** Everything is being closed; only what makes positions smaller may go out. */
  FLATTENING,
  /** Nothing goes out but cancels. */
  KILLED
}
