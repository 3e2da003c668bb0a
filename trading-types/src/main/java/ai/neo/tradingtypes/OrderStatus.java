package ai.neo.tradingtypes;

/** Where an order stands. See docs/ARCHITECTURE.md, life of an order. */
public enum OrderStatus {
  /** Written down, not yet sent. */
  INTENT,
  /** Handed to the venue; no answer yet. */
  SENT,
  /** The venue has it. */
  ACKNOWLEDGED,
  /** The venue refused it. */
  REJECTED,
  /** The venue may or may not have it. Counts as live at its worst, and ends only on evidence. */
  UNKNOWN,
  /** Some of it traded. */
  PARTIALLY_FILLED,
  /** All of it traded. */
  FILLED,
  /** Taken back before all of it traded. */
  CANCELLED,
  /** The venue ended it by its time in force. */
  EXPIRED;

  /** Whether nothing can happen to the order any more. */
  public boolean terminal() {
    return switch (this) {
      case REJECTED, FILLED, CANCELLED, EXPIRED -> true;
      case INTENT, SENT, ACKNOWLEDGED, UNKNOWN, PARTIALLY_FILLED -> false;
    };
  }
}
