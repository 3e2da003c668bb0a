package ai.neo.riskrules;

import static ai.neo.riskrules.Account.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.Order;
import ai.neo.tradingtypes.OrderType;
import ai.neo.tradingtypes.Side;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is asked, filled and taken back in any order, the worst that can come stays allowed. */
class NothingApprovedBreaksLimitsTest {
  private static final int INSTRUMENTS = 3;
  private static final long[] PRICES_E8 = {E8.parse("46319.01"), E8.parse("0.0731"), E8.ONE};
  private static final List<String> SYMBOLS = List.of("A", "B", "C");
  private static final RiskLimits LIMITS =
      RiskLimits.fromYaml(
          """
          max_order_quantity: 90000000
          max_order_notional: 30000
          price_collar_bps: 200
          max_position_notional: 50000
          min_confidence: 0
          max_volatility: 1
          max_data_age_ms: 1
          max_gross_exposure: 90000
          max_orders_per_minute: 1000000
          duplicate_window_ms: 0
          max_daily_loss: 1
          max_drawdown: 0.1
          instruments:
            C: {max_position_notional: 70000}
          """,
          "test");

  /** An approved order with what may still trade of it. */
  private static final class Open {
    private final Order order;
    private long leftE8;

    private Open(Order order) {
      this.order = order;
      this.leftE8 = order.quantityE8();
    }
  }

  private final long[] positionE8 = new long[INSTRUMENTS];
  private final List<Open> open = new ArrayList<>();
  private final OrderRate rate = new OrderRate();
  private int approved;
  private int refused;
  private int reduced;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void theWorstCaseStaysWithinPositionAndExposureLimits(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      switch (random.nextInt(5)) {
        case 0 -> takeBackOne(random);
        case 1, 2 -> fillSome(random);
        default -> propose(random);
      }
      check(i);
    }
    assertThat(approved).isGreaterThan(500);
    assertThat(refused).isGreaterThan(500);
    assertThat(reduced).isGreaterThan(100);
  }

  private void propose(SplittableRandom random) {
    int instrument = random.nextInt(INSTRUMENTS);
    long price = PRICES_E8[instrument];
    long notional = random.nextLong(1, 35_000 * E8.ONE) >> random.nextInt(12);
    long quantity = Math.max(1, E8.divide(notional, price, RoundingMode.DOWN));
    boolean limit = random.nextBoolean();
    long collar = price / 40;
    Order order =
        new Order(
            "o",
            instrument,
            "s",
            random.nextBoolean() ? Side.BUY : Side.SELL,
            limit ? OrderType.LIMIT : OrderType.MARKET,
            quantity,
            limit ? price + random.nextLong(-collar, collar + 1) : 0,
            random.nextInt(3) == 0,
            1,
            NOW);
    TradingState state = random.nextInt(10) == 0 ? TradingState.HALTED : TradingState.ACTIVE;
    RiskDecision decision =
        RiskCheck.check(
            new ProposedOrder(order, 0.5, true, ModelDoubt.NONE),
            new RiskCheck.Situation(
                new Instrument(instrument, SYMBOLS.get(instrument), "x", 1, 1, 0),
                account(instrument),
                new MarketView(price, NOW, 0),
                state,
                NOW),
            LIMITS,
            rate);
    if (decision instanceof RiskDecision.Approved) {
      approved++;
      reduced += order.reduceOnly() ? 1 : 0;
      open.add(new Open(order));
    } else {
      refused++;
    }
  }

  private void fillSome(SplittableRandom random) {
    if (open.isEmpty()) {
      return;
    }
    Open one = open.get(random.nextInt(open.size()));
    long quantity = random.nextBoolean() ? one.leftE8 : random.nextLong(one.leftE8) + 1;
    one.leftE8 -= quantity;
    positionE8[one.order.instrument()] += one.order.side().sign() * quantity;
    if (one.leftE8 == 0) {
      open.remove(one);
    }
  }

  private void takeBackOne(SplittableRandom random) {
    if (!open.isEmpty()) {
      open.remove(random.nextInt(open.size()));
    }
  }

  /** What would be held if all open orders of one side filled first, recomputed from scratch. */
  private void check(int step) {
    long all = 0;
    for (int i = 0; i < INSTRUMENTS; i++) {
      long longest = positionE8[i] + working(i, Side.BUY);
      long shortest = positionE8[i] - working(i, Side.SELL);
      long worst =
          E8.multiply(
              Math.max(Math.abs(longest), Math.abs(shortest)), PRICES_E8[i], RoundingMode.DOWN);
      assertThat(worst)
          .as("step=%d instrument=%d", step, i)
          .isLessThanOrEqualTo((i == 2 ? 70_000 : 50_000) * E8.ONE);
      all += worst;
    }
    assertThat(all).as("step=%d", step).isLessThanOrEqualTo(90_000 * E8.ONE);
  }

  private AccountView account(int instrument) {
    long exposure = 0;
    for (int i = 0; i < INSTRUMENTS; i++) {
      long worst =
          AccountView.worstQuantityE8(positionE8[i], working(i, Side.BUY), working(i, Side.SELL));
      exposure += E8.multiply(worst, PRICES_E8[i], RoundingMode.UP);
    }
    long equity = 100_000 * E8.ONE;
    return new AccountView(
        equity,
        equity,
        equity,
        equity,
        positionE8[instrument],
        working(instrument, Side.BUY),
        working(instrument, Side.SELL),
        exposure,
        false);
  }

  private long working(int instrument, Side side) {
    long sum = 0;
    for (Open one : open) {
      if (one.order.instrument() == instrument && one.order.side() == side) {
        sum += one.leftE8;
      }
    }
    return sum;
  }
}
