package ai.neo.orchestrator.trading;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.orchestrator.execution.ExecutionReport;
import ai.neo.tradingtypes.Fill;
import ai.neo.tradingtypes.Order;
import ai.neo.tradingtypes.OrderStatus;
import ai.neo.tradingtypes.OrderType;
import ai.neo.tradingtypes.Side;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OrderTrackerTest {
  private static final int INSTRUMENTS = 3;

  private final OrderTracker tracker = new OrderTracker();
  private final SplittableRandom random = new SplittableRandom(5);

  /** What is kept must be what a count over the open orders gives, whatever the venue reports. */
  @Test
  void whatIsKeptIsWhatACountGives() {
    for (int i = 0; i < 3_000; i++) {
      List<OrderTracker.Tracked> open = tracker.open();
      if (open.isEmpty() || random.nextInt(3) == 0) {
        tracker.sent(order(i));
      } else {
        tracker.on(report(open.get(random.nextInt(open.size())), i));
      }
      for (int instrument = 0; instrument < INSTRUMENTS + 1; instrument++) {
        assertThat(tracker.workingE8(instrument, Side.BUY)).isEqualTo(left(instrument, Side.BUY));
        assertThat(tracker.workingE8(instrument, Side.SELL)).isEqualTo(left(instrument, Side.SELL));
        assertThat(tracker.unknown(instrument)).isEqualTo(anyUnknown(instrument));
        for (String strategy : List.of("a", "b", "c")) {
          assertThat(tracker.working(strategy, instrument)).isEqualTo(any(strategy, instrument));
        }
      }
    }
  }

  private long left(int instrument, Side side) {
    return tracker.open().stream()
        .filter(tracked -> tracked.order().instrument() == instrument)
        .filter(tracked -> tracked.order().side() == side)
        .mapToLong(OrderTracker.Tracked::leftE8)
        .sum();
  }

  private boolean anyUnknown(int instrument) {
    return tracker.open().stream()
        .anyMatch(
            tracked ->
                tracked.order().instrument() == instrument
                    && tracked.status() == OrderStatus.UNKNOWN);
  }

  private boolean any(String strategy, int instrument) {
    return tracker.open().stream()
        .anyMatch(
            tracked ->
                tracked.order().instrument() == instrument
                    && tracked.order().strategy().equals(strategy));
  }

  private Order order(int id) {
    return new Order(
        "o" + id,
        random.nextInt(INSTRUMENTS),
        random.nextBoolean() ? "a" : "b",
        random.nextBoolean() ? Side.BUY : Side.SELL,
        OrderType.MARKET,
        random.nextLong(1, 1_000),
        0,
        false,
        id,
        id);
  }

  private ExecutionReport report(OrderTracker.Tracked tracked, int at) {
    String id = tracked.order().clientOrderId();
    return switch (random.nextInt(8)) {
      case 0 -> new ExecutionReport.Acknowledged(id, at);
      case 1 -> new ExecutionReport.Rejected(id, at, "no");
      case 2 -> new ExecutionReport.Cancelled(id, at, "as asked");
      case 3 -> new ExecutionReport.OutcomeUnknown(id, at, "no answer");
      default -> {
        // Now and then more than was ordered: a venue's mistake must not bend the sums.
        long quantity = random.nextLong(1, tracked.leftE8() + 20);
        yield new ExecutionReport.Filled(fill(tracked.order(), quantity, at), false, at);
      }
    };
  }

  private static Fill fill(Order order, long quantityE8, int at) {
    return new Fill(
        "t" + at,
        order.clientOrderId(),
        order.instrument(),
        order.strategy(),
        order.side(),
        100,
        quantityE8,
        0,
        at);
  }
}
