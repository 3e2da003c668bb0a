package ai.neo.riskrules;

import static ai.neo.riskrules.Account.order;
import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.tradingtypes.Order;
import ai.neo.tradingtypes.OrderType;
import ai.neo.tradingtypes.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The quick answers are those of a plain list. */
class OrderRateTest {
  private static final long MINUTE_NS = 60_000_000_000L;

  private record Sent(Order order, long timeNs) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void answersWhatAPlainListAnswers(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    OrderRate rate = new OrderRate();
    List<Sent> all = new ArrayList<>();
    long now = 0;
    for (int i = 0; i < 3_000; i++) {
      now += random.nextLong(random.nextInt(10) == 0 ? MINUTE_NS / 2 : 100_000_000);
      long at = now;
      Order order = randomOrder(random);
      long window = random.nextLong(MINUTE_NS);
      long count = all.stream().filter(sent -> at - sent.timeNs() < MINUTE_NS).count();

      assertThat(rate.inLastMinute(now)).isEqualTo(count);
      assertThat(rate.reached(count, now)).isTrue();
      assertThat(rate.reached(count + 1, now)).isFalse();
      assertThat(rate.alike(order, now, window))
          .isEqualTo(
              all.stream()
                  .anyMatch(sent -> at - sent.timeNs() < window && same(sent.order(), order)));
      if (random.nextInt(4) != 0) {
        rate.approved(order, now);
        all.add(new Sent(order, now));
      }
    }
    assertThat(all).hasSizeGreaterThan(2_000);
  }

  @Test
  void remembersAsManyAsTheLargestLimitAllows() {
    OrderRate rate = new OrderRate();
    Order order = order(Side.BUY, "1", "0", false);
    for (int i = 0; i < OrderRate.MOST_PER_MINUTE; i++) {
      rate.approved(order, i);
    }
    assertThat(rate.reached(OrderRate.MOST_PER_MINUTE, MINUTE_NS - 1)).isTrue();
    assertThat(rate.reached(OrderRate.MOST_PER_MINUTE, MINUTE_NS)).isFalse();
    assertThat(rate.inLastMinute(MINUTE_NS)).isEqualTo(OrderRate.MOST_PER_MINUTE - 1);
    for (int i = 0; i < 100_000; i++) {
      rate.approved(order, OrderRate.MOST_PER_MINUTE);
    }
    assertThat(rate.reached(OrderRate.MOST_PER_MINUTE, OrderRate.MOST_PER_MINUTE)).isTrue();
  }

  @Test
  void aClockThatGoesBackFreesNothing() {
    OrderRate rate = new OrderRate();
    rate.approved(order(Side.BUY, "1", "0", false), 100 * MINUTE_NS);

    assertThat(rate.reached(1, 0)).isTrue();
    assertThat(rate.inLastMinute(0)).isEqualTo(1);
  }

  private static boolean same(Order one, Order other) {
    return one.equals(
        new Order(
            one.clientOrderId(),
            other.instrument(),
            other.strategy(),
            other.side(),
            other.type(),
            other.quantityE8(),
            other.limitPriceE8(),
            one.reduceOnly(),
            one.decisionId(),
            one.createdNs()));
  }

  private static Order randomOrder(SplittableRandom random) {
    return new Order(
        "o" + random.nextInt(),
        random.nextInt(2),
        random.nextBoolean() ? "s" : "t",
        random.nextBoolean() ? Side.BUY : Side.SELL,
        random.nextBoolean() ? OrderType.MARKET : OrderType.LIMIT,
        random.nextLong(1, 4),
        random.nextLong(1, 3),
        random.nextBoolean(),
        random.nextLong(),
        random.nextLong());
  }
}
