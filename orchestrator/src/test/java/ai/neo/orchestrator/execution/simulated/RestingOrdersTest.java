package ai.neo.orchestrator.execution.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.tradingtypes.Order;
import ai.neo.tradingtypes.OrderType;
import ai.neo.tradingtypes.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RestingOrdersTest {
  private final RestingOrders orders = new RestingOrders();
  private final List<Resting> all = new ArrayList<>();
  private final SplittableRandom random = new SplittableRandom(9);

  @Test
  void aSearchFindsWhatLookingAtEveryOrderFindsInTheSameOrder() {
    for (int i = 0; i < 5_000; i++) {
      if (all.isEmpty() || random.nextInt(5) < 3) {
        Resting resting = new Resting(order(i), i, 0);
        orders.add(resting);
        all.add(resting);
      } else {
        orders.remove(all.remove(random.nextInt(all.size())));
      }
      long buy = random.nextInt(10) == 0 ? Long.MAX_VALUE : random.nextLong(1, 60);
      long sell = random.nextInt(10) == 0 ? Long.MIN_VALUE : random.nextLong(1, 60);
      assertThat(orders.thatMayTrade(buy, sell))
          .containsExactlyElementsOf(
              all.stream().filter(resting -> trades(resting.order, buy, sell)).toList());
      assertThat(orders.isEmpty()).isEqualTo(all.isEmpty());
    }
  }

  private static boolean trades(Order order, long lowestBuy, long highestSell) {
    if (order.type() == OrderType.MARKET && order.limitPriceE8() == 0) {
      return true;
    }
    return order.side() == Side.BUY
        ? order.limitPriceE8() >= lowestBuy
        : order.limitPriceE8() <= highestSell;
  }

  private Order order(int id) {
    boolean limit = random.nextBoolean();
    long price = limit || random.nextBoolean() ? random.nextLong(1, 60) : 0;
    return new Order(
        "o" + id,
        0,
        "s",
        random.nextBoolean() ? Side.BUY : Side.SELL,
        limit ? OrderType.LIMIT : OrderType.MARKET,
        1,
        price,
        false,
        id,
        id);
  }
}
