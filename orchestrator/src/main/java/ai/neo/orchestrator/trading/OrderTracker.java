package ai.neo.orchestrator.trading;

import ai.neo.orchestrator.execution.ExecutionReport;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Order;
import ai.neo.tradingtypes.OrderStatus;
import ai.neo.tradingtypes.Side;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The orders that are not at their end yet. An order whose outcome is unknown stays here, and in
 * every limit at its worst, until the venue gives evidence. Not thread-safe: the loop owns it.
 *
 * <p>Sums are kept, not counted up anew: what is asked before each order costs the same however
 * many are open.
 */
final class OrderTracker {
  private final Map<String, Tracked> open = new LinkedHashMap<>();
  private final List<Working> instruments = new ArrayList<>();

  /** What is open on one instrument. */
  private static final class Working {
    final Map<String, Integer> ordersByStrategy = new HashMap<>();
    long buyE8;
    long sellE8;
    int unknown;

    void add(Side side, long changeE8) {
      if (side == Side.BUY) {
        buyE8 = E8.add(buyE8, changeE8);
      } else {
        sellE8 = E8.add(sellE8, changeE8);
      }
    }
  }

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
    while (instruments.size() <= order.instrument()) {
      instruments.add(new Working());
    }
    Working working = instruments.get(order.instrument());
    working.add(order.side(), order.quantityE8());
    working.ordersByStrategy.merge(order.strategy(), 1, Integer::sum);
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
    Order order = tracked.order;
    Working working = instruments.get(order.instrument());
    OrderStatus before = tracked.status;
    long leftBefore = tracked.leftE8();
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
    long left = tracked.status.terminal() ? 0 : tracked.leftE8();
    working.add(order.side(), E8.subtract(left, leftBefore));
    working.unknown += unknown(tracked.status) - unknown(before);
    if (tracked.status.terminal()) {
      open.remove(report.clientOrderId());
      working.ordersByStrategy.computeIfPresent(
          order.strategy(), (name, count) -> count == 1 ? null : count - 1);
    }
    return tracked.status;
  }

  private static int unknown(OrderStatus status) {
    return status == OrderStatus.UNKNOWN ? 1 : 0;
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
    return instrument < instruments.size()
        && instruments.get(instrument).ordersByStrategy.containsKey(strategy);
  }

  /** What the instrument's open orders of one side may still trade. */
  long workingE8(int instrument, Side side) {
    if (instrument >= instruments.size()) {
      return 0;
    }
    Working working = instruments.get(instrument);
    return side == Side.BUY ? working.buyE8 : working.sellE8;
  }

  /** Whether the outcome of any order on the instrument is unknown. */
  boolean unknown(int instrument) {
    return instrument < instruments.size() && instruments.get(instrument).unknown > 0;
  }
}
