package ai.neo.modelgateway.scheduling;

import ai.neo.modelgateway.engine.Answer;

/**
 * Who waits for a computation. Exactly one of the outcomes is told, once, unless the caller was
 * {@linkplain Scheduler.Ticket#withdraw withdrawn} before.
 */
public interface Caller {

  /** Whether nobody waits for the answer any more. Must not block. */
  boolean isGone();

  void answered(Result result);

  /** The model could not answer. */
  void failed(String problem);

  /** It was gone when its turn came; nothing was computed for it. */
  void dropped();

  /** The scheduler closes; nothing was computed for it. */
  void closing();

  /**
   * An answer to this caller's rows.
   *
   * @param batchRows rows that the engine saw together, this caller's included
   * @param startedNs when the engine was asked, by {@link System#nanoTime}
   * @param endedNs when it had answered
   */
  record Result(Answer answer, int batchRows, long startedNs, long endedNs) {}
}
