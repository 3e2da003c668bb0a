package ai.neo.orchestrator.execution;

import ai.neo.tradingtypes.Order;

/**
 * Where orders go. Answers come later, as {@link ExecutionReport}s, to the consumer that the
 * implementation was given; a call never blocks and never throws for what a venue may answer.
 */
public interface OrderVenue {
  /** The venue's name, as fills and orders carry it. */
  String name();

  /** Sends an order. Each client order id is sent once. */
  void submit(Order order, long nowNs);

  /** Asks for the rest of an order back; harmless when nothing is left of it. */
  void cancel(String clientOrderId, long nowNs);
}
