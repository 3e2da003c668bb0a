package ai.neo.modelgateway.scheduling;

import ai.neo.modelgateway.engine.Reply;

/** Who waits for a computation. Exactly one of the outcomes is told, once. */
public interface Caller {

  /** Whether nobody waits for the answer any more. Must not block. */
  boolean isGone();

  void answered(Result result);

  /** The model could not answer. */
  void failed(String problem);

  /** Nothing was computed for it. */
  void refused(Refusal why);

  /** Why nothing is computed for a caller. */
  enum Refusal {
    /** It was gone when its turn came, or is withdrawn. */
    GONE,
    /** As many wait for the model as may. */
    FULL,
    /** Its deadline would pass before its turn comes. */
    TOO_LATE,
    /** The scheduler closes. */
    CLOSING
  }

  /**
   * A reply to this caller's rows.
   *
   * @param batchRows rows that the engine saw together, this caller's included
   * @param startedNs when the engine was asked, by {@link System#nanoTime}
   * @param endedNs when it had answered
   */
  record Result(Reply reply, int batchRows, long startedNs, long endedNs) {}
}
