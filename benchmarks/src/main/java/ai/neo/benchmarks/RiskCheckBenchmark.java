package ai.neo.benchmarks;

import ai.neo.riskrules.AccountView;
import ai.neo.riskrules.MarketView;
import ai.neo.riskrules.ModelDoubt;
import ai.neo.riskrules.OrderRate;
import ai.neo.riskrules.ProposedOrder;
import ai.neo.riskrules.RiskCheck;
import ai.neo.riskrules.RiskDecision;
import ai.neo.riskrules.RiskLimits;
import ai.neo.riskrules.TradingState;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.Order;
import ai.neo.tradingtypes.OrderType;
import ai.neo.tradingtypes.Side;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the built-in rules cost on the way of every order. Decides whether they may stay on the
 * loop's thread: yes while p99 is below 5 µs. With {@code -prof gc} the approved ways show no
 * allocation but the views that the loop makes anyway.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class RiskCheckBenchmark {
  private static final int ORDERS = 4_096;
  private static final long STEP_NS = 100_000; // 10,000 orders a second, 600,000 in a minute

  private final ProposedOrder[] entries = new ProposedOrder[ORDERS];
  private final Instrument instrument =
      new Instrument(0, "BTCUSDT", "binance", 1_000_000, 1_000, 5 * E8.ONE);
  private final RiskLimits limits =
      RiskLimits.fromYaml(
          """
          max_gross_exposure: 120000
          max_orders_per_minute: 1000000
          duplicate_window_ms: 10
          max_daily_loss: 3000
          max_drawdown: 0.2
          max_order_notional: 20000
          max_order_quantity: 1000
          max_position_notional: 40000
          price_collar_bps: 100
          min_confidence: 0.4
          max_uncertainty: 0.1
          max_reconstruction_error: 2
          max_volatility: 0.02
          max_data_age_ms: 400000
          instruments: {BTCUSDT: {max_order_quantity: 2}}
          """,
          "benchmark");
  private final AccountView account =
      new AccountView(
          E8.parse("90000"),
          E8.parse("99000"),
          E8.parse("101000"),
          E8.parse("100000"),
          E8.parse("0.1"),
          E8.parse("0.05"),
          E8.parse("0.02"),
          E8.parse("25000"),
          false);
  private final long priceE8 = E8.parse("46319.01");
  private final ProposedOrder exit = proposed(Side.SELL, E8.parse("0.05"), true);
  private final ProposedOrder tooLarge = proposed(Side.BUY, E8.parse("3"), false);
  private OrderRate rate;
  private int next;
  private long nowNs;

  /** Entries of different sizes, as a strategy would send them, and an empty memory. */
  @Setup
  public void prepare() {
    for (int i = 0; i < ORDERS; i++) {
      entries[i] = proposed(Side.BUY, (i + 1) * 1_000L, false);
    }
    rate = new OrderRate();
    nowNs = 1_000_000_000_000L;
  }

  /** All rules are asked, and the order is remembered. */
  @Benchmark
  public RiskDecision entryApproved() {
    next = (next + 1) & (ORDERS - 1);
    return check(entries[next]);
  }

  /** The short way out. */
  @Benchmark
  public RiskDecision exitApproved() {
    return check(exit);
  }

  /** A refusal, with its words. */
  @Benchmark
  public RiskDecision entryRefused() {
    return check(tooLarge);
  }

  private RiskDecision check(ProposedOrder proposed) {
    nowNs += STEP_NS;
    return RiskCheck.check(
        proposed,
        new RiskCheck.Situation(
            instrument, account, new MarketView(priceE8, nowNs, 0.001), TradingState.ACTIVE, nowNs),
        limits,
        rate);
  }

  private static ProposedOrder proposed(Side side, long quantityE8, boolean reduceOnly) {
    return new ProposedOrder(
        new Order("n-1-1", 0, "s", side, OrderType.MARKET, quantityE8, 0, reduceOnly, 1, 1),
        0.7,
        true,
        new ModelDoubt(0.05f, 0.8f));
  }
}
