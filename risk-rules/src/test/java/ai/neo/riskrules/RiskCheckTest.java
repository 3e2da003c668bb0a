package ai.neo.riskrules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.Order;
import ai.neo.tradingtypes.OrderType;
import ai.neo.tradingtypes.Side;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RiskCheckTest {
  private static final String LIMITS =
      """
      max_order_notional: 1010
      max_position_notional: 2020
      max_gross_exposure: 3000
      max_orders_per_minute: 5
      price_collar_bps: 100
      max_daily_loss: 500
      max_drawdown: 0.1
      min_confidence: 0.6
      max_volatility: 0.05
      max_data_age_ms: 1000
      instruments:
        BTC: {max_order_quantity: 10}
      """;
  private static final Instrument BTC = new Instrument(0, "BTC", "x", 1, 1, 0);
  private static final long NOW = 10_000_000_000L;

  private long position;
  private long workingBuy;
  private long equity = E8.parse("10000");
  private double volatility = 0.01;
  private long ageMs = 10;
  private boolean unknown;
  private TradingState state = TradingState.ACTIVE;
  private double confidence = 0.7;
  private RiskLimits limits = RiskLimits.fromYaml(LIMITS, "test");
  private final OrderRate rate = new OrderRate();

  @Test
  void anOrderWithinAllLimitsGoesOut() {
    assertThat(check(Side.BUY, "10")).isInstanceOf(RiskDecision.Approved.class);
  }

  @Test
  void eachLimitNamesItselfWithWhatItSaw() {
    assertThat(check(Side.BUY, "10.00000001")).isEqualTo(refused("order-size", "10", "10.00000001"));
    limits = RiskLimits.fromYaml(LIMITS.replace("max_order_quantity: 10", "max_order_quantity: 99"), "t");
    assertThat(rule(check(Side.BUY, "10"))).isEqualTo("");
    assertThat(rule(check(Side.BUY, "10.00000001"))).isEqualTo("order-notional");
    position = E8.parse("10.00000001");
    assertThat(rule(check(Side.BUY, "10"))).isEqualTo("position");
    position = 0;
    workingBuy = E8.parse("10.00000001");
    assertThat(rule(check(Side.BUY, "10"))).isEqualTo("position");
    workingBuy = 0;
    confidence = 0.5999;
    assertThat(check(Side.BUY, "1")).isEqualTo(refused("confidence", "0.600000", "0.599900"));
    confidence = Double.NaN;
    assertThat(rule(check(Side.BUY, "1"))).isEqualTo("confidence");
    confidence = 0.6;
    volatility = 0.051;
    assertThat(rule(check(Side.BUY, "1"))).isEqualTo("volatility");
    volatility = Double.NaN;
    assertThat(rule(check(Side.BUY, "1"))).isEqualTo("volatility");
    volatility = 0.05;
    ageMs = 1001;
    assertThat(rule(check(Side.BUY, "1"))).isEqualTo("stale-data");
    ageMs = 1000;
    unknown = true;
    assertThat(rule(check(Side.BUY, "1"))).isEqualTo("unknown-order");
    unknown = false;
    equity = E8.parse("9499.99999999");
    assertThat(rule(check(Side.BUY, "1"))).isEqualTo("daily-loss");
  }

  @Test
  void theRateCountsApprovedOrdersOfTheLastMinute() {
    for (int i = 0; i < 5; i++) {
      assertThat(rule(check(Side.BUY, "1"))).isEmpty();
    }
    assertThat(check(Side.BUY, "1")).isEqualTo(refused("order-rate", "5 per minute", "6"));
  }

  @Test
  void statesHoldBackWhatTheySay() {
    position = E8.parse("5");
    state = TradingState.HALTED;
    assertThat(rule(check(Side.BUY, "1"))).isEqualTo("halted");
    assertThat(rule(check(Side.SELL, "5"))).isEmpty();
    assertThat(rule(check(Side.SELL, "5.00000001"))).isEqualTo("halted");
    state = TradingState.KILLED;
    assertThat(rule(check(Side.SELL, "5"))).isEqualTo("kill-switch");
  }

  @Test
  void whatMakesThePositionSmallerNeedsNoModelNoFreshDataAndNoProfit() {
    position = E8.parse("5");
    confidence = Double.NaN;
    ageMs = 1_000_000;
    volatility = 9;
    equity = 1;
    unknown = true;
    assertThat(rule(check(Side.SELL, "5"))).isEmpty();
  }

  @Test
  void aMissingLimitBlocks() {
    for (String line : LIMITS.split("\n", -1)) {
      if (line.startsWith("instruments") || line.startsWith("  ") || line.isBlank()) {
        continue;
      }
      limits = RiskLimits.fromYaml(LIMITS.replace(line + "\n", ""), "test");
      assertThat(check(Side.BUY, "1"))
          .isEqualTo(refused("limit-missing", line.split(":", 2)[0], "not set"));
    }
  }

  @Test
  void aWrongFileNamesKeyAndNearest() {
    assertThatThrownBy(() -> RiskLimits.fromYaml("max_drawdwn: 1", "limits.yaml"))
        .hasMessageContaining("limits.yaml: unknown limit 'max_drawdwn'")
        .hasMessageContaining("max_drawdown");
    assertThatThrownBy(() -> RiskLimits.fromYaml("max_drawdown: -1", "limits.yaml"))
        .hasMessageContaining("max_drawdown=-1");
    assertThatThrownBy(() -> RiskLimits.fromYaml("max_drawdown: .nan", "limits.yaml"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void noSequenceOfApprovedOrdersPassesThePositionLimit() {
    limits =
        RiskLimits.fromYaml(
            LIMITS.replace("per_minute: 5", "per_minute: 4000"), "test");
    for (long seed = 1; seed <= 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      position = 0;
      workingBuy = 0;
      for (int i = 0; i < 10; i++) {
        long quantity = random.nextLong(1, 12 * E8.ONE);
        if (check(Side.BUY, E8.format(quantity)) instanceof RiskDecision.Approved) {
          workingBuy += quantity;
        }
        long filled = workingBuy == 0 ? 0 : random.nextLong(workingBuy + 1);
        position += filled;
        workingBuy -= filled;
      }
      assertThat(position + workingBuy)
          .as("seed=%d", seed)
          .isLessThanOrEqualTo(E8.parse("20"));
    }
  }

  @Test
  void numbersThatOverflowAreRefused() {
    limits = RiskLimits.fromYaml(LIMITS.replace("max_order_quantity: 10", "max_order_quantity: 90000000000"), "t");
    assertThat(rule(check(Side.BUY, "90000000000"))).isEqualTo("sanity");
  }

  private RiskDecision check(Side side, String quantity) {
    Order order =
        new Order("o", 0, "s", side, OrderType.MARKET, E8.parse(quantity), 0, false, 1, NOW);
    return RiskCheck.check(
        new ProposedOrder(order, confidence, true),
        new RiskCheck.Situation(
            BTC,
            new AccountView(
                0,
                equity,
                E8.parse("10000"),
                E8.parse("10000"),
                position,
                workingBuy,
                0,
                position == 0 ? 0 : 100 * position,
                unknown),
            new MarketView(E8.parse("100"), NOW - ageMs * 1_000_000, volatility),
            state,
            NOW),
        limits,
        rate);
  }

  private static String rule(RiskDecision decision) {
    return switch (decision) {
      case RiskDecision.Approved approved -> "";
      case RiskDecision.Refused refused -> refused.rule();
    };
  }

  private static RiskDecision refused(String rule, String limit, String observed) {
    return new RiskDecision.Refused(rule, limit, observed);
  }
}
