package ai.neo.orchestrator.execution;

import ai.neo.tradingtypes.Fill;
import java.util.Objects;

/** What a venue says of one order. */
public sealed interface ExecutionReport {
  /** The order, by our id. */
  String clientOrderId();

  /** When the report reached us, nanoseconds since 1970 UTC. */
  long timeNs();

  /** The venue has the order. */
  record Acknowledged(String clientOrderId, long timeNs) implements ExecutionReport {}

  /** The venue refused the order; nothing of it traded or will. */
  record Rejected(String clientOrderId, long timeNs, String reason) implements ExecutionReport {
    public Rejected {
      Objects.requireNonNull(reason, "reason");
    }
  }

  /**
   * Some or all of the order traded.
   *
   * @param complete whether nothing is left of the order
   */
  record Filled(Fill fill, boolean complete, long timeNs) implements ExecutionReport {
    @Override
    public String clientOrderId() {
      return fill.clientOrderId();
    }
  }

  /** The rest of the order was taken back. */
  record Cancelled(String clientOrderId, long timeNs, String reason) implements ExecutionReport {}

  /** The rest of the order ended by its time in force. */
  record Expired(String clientOrderId, long timeNs, String reason) implements ExecutionReport {}

  /** No answer that can be trusted: the order may be live. */
  record OutcomeUnknown(String clientOrderId, long timeNs, String reason)
      implements ExecutionReport {}
}
