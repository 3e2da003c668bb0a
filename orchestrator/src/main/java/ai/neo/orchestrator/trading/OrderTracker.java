package ai.neo.orchestrator.trading;

import ai.neo.orchestrator.execution.ExecutionReport;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Order;
import ai.neo.tradingtypes.OrderStatus;
import ai.neo.tradingtypes.Side;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The orders that are not at their end yet. An order whose outcome is unknown stays here, and in
 * every limit at its worst, until the venue gives evidence. Not thread-safe: the loop owns it.
 */
final class OrderTracker {
  private final Map<String, Tracked> open = new LinkedHashMap<>();

  /** An open order and how far it is. */
  static final class Tracked {
    private final Order order;
    private OrderStatus status = OrderStatus.INTENT;
    private long filledE8;

    private Tracked(Order order) {
      this.order = order;
    }

    Order order() {
      return order;
    }

    OrderStatus status() {
      return status;
    }

    long filledE8() {
      return filledE8;
    }

    /** What may still trade. */
    long leftE8() {
      return E8.subtract(order.quantityE8(), filledE8);
    }
  }

  /** Adds an order that is about to be sent. */
  void sent(Order order) {
    Tracked tracked = new Tracked(order);
    tracked.status = OrderStatus.SENT;
    if (open.putIfAbsent(order.clientOrderId(), tracked) != null) {
      throw new IllegalStateException(
          "client_order_id=" + order.clientOrderId() + " was used before");
    }
  }

  /**
   * Takes a report in. A report on an order that is not open changes nothing here.
   *
   * @return the status the order has now; null when it is not open
   */
  OrderStatus on(ExecutionReport report) {
    Tracked tracked = open.get(report.clientOrderId());
    if (tracked == null) {
      return null;
    }
    tracked.status =
        switch (report) {
          case ExecutionReport.Acknowledged a ->
              tracked.filledE8 == 0 ? OrderStatus.ACKNOWLEDGED : OrderStatus.PARTIALLY_FILLED;
          case ExecutionReport.Rejected r -> OrderStatus.REJECTED;
          case ExecutionReport.Filled filled -> {
            tracked.filledE8 = E8.add(tracked.filledE8, filled.fill().quantityE8());
            yield tracked.leftE8() <= 0 ? OrderStatus.FILLED : OrderStatus.PARTIALLY_FILLED;
          }
          case ExecutionReport.Cancelled c -> OrderStatus.CANCELLED;
          case ExecutionReport.Expired e -> OrderStatus.EXPIRED;
          case ExecutionReport.OutcomeUnknown u -> OrderStatus.UNKNOWN;
        };
    if (tracked.status.terminal()) {
      open.remove(report.clientOrderId());
    }
    return tracked.status;
  }

  /** All open orders, oldest first. */
  List<Tracked> open() {
    return new ArrayList<>(open.values());
  }

  boolean none() {
    return open.isEmpty();
  }

  /** Whether the strategy has an open order on the instrument. */
  boolean working(String strategy, int instrument) {
    for (Tracked tracked : open.values()) {
      if (tracked.order.instrument() == instrument && tracked.order.strategy().equals(strategy)) {
        return true;
      }
    }
    return false;
  }

  /** What the instrument's open orders of one side may still trade. */
  long workingE8(int instrument, Side side) {
    long sum = 0;
    for (Tracked tracked : open.values()) {
      if (tracked.order.instrument() == instrument && tracked.order.side() == side) {
        sum = E8.add(sum, tracked.leftE8());
      }
    }
    return sum;
  }

  /** Whether the outcome of any order on the instrument is unknown. */
  boolean unknown(int instrument) {
    for (Tracked tracked : open.values()) {
      if (tracked.order.instrument() == instrument && tracked.status == OrderStatus.UNKNOWN) {
        return true;
      }
    }
    return false;
  }
}
