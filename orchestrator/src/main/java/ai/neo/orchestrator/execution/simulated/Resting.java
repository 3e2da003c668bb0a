package ai.neo.orchestrator.execution.simulated;

import ai.neo.tradingtypes.Order;

/** An order at the venue, and what of it has not traded yet. */
final class Resting {
  final Order order;

  /** The how-manieth it was: orders are served in this order. */
  final long sequence;

  final long arrivalNs;
  long leftE8;
  long cancelAtNs = Long.MAX_VALUE;

  Resting(Order order, long sequence, long arrivalNs) {
    this.order = order;
    this.sequence = sequence;
    this.arrivalNs = arrivalNs;
    this.leftE8 = order.quantityE8();
  }
}
