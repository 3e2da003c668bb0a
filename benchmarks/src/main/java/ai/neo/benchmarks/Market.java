package ai.neo.benchmarks;

import ai.neo.orchestrator.api.RunView;
import ai.neo.orchestrator.trading.LoopSettings;
import ai.neo.riskrules.RiskLimits;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Instrument;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A made-up market, the same every time, and limits that let every order through. */
final class Market {
  static final long MINUTE_NS = 60_000_000_000L;

  /** 2021-01-01 00:00 UTC. */
  private static final long BEGIN_NS = 1_609_459_200_000_000_000L;

  private static final long FIRST_PRICE_E8 = 10_000 * E8.ONE;
  private static final long TICK_E8 = E8.ONE / 100;

  /** Everything is checked, nothing refused. */
  static final RiskLimits LIMITS =
      RiskLimits.fromYaml(
          """
          max_gross_exposure: 50000000000
          max_orders_per_minute: 1000000
          duplicate_window_ms: 1
          max_daily_loss: 50000000
          max_drawdown: 0.99
          max_order_notional: 50000000
          max_order_quantity: 1000000
          max_position_notional: 50000000000
          price_collar_bps: 5000
          min_confidence: 0.01
          max_volatility: 10
          max_data_age_ms: 400000
          """,
          "benchmarks");

  private Market() {}

  /** Loop settings with so much of the equity in an entry. */
  static LoopSettings settings(double positionFraction) {
    return new LoopSettings(
        "neo", 1, 1_000_000 * E8.ONE, "direction", 15, 0.0015, positionFraction, 1_000_000_000L);
  }

  /** Instruments with ids from 0. */
  static List<Instrument> instruments(int count) {
    List<Instrument> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(new Instrument(i, "C" + i + "USDT", "made-up", TICK_E8, 100, 0));
    }
    return all;
  }

  /** What the page remembers of a run. */
  static RunView view(int instruments) {
    return new RunView("benchmark", instruments(instruments), settings(0.1).initialCashE8());
  }

  /** A random walk of one-minute bars that stays near where it began. */
  static final class Walk {
    private final int instrument;
    private final SplittableRandom random;
    private long priceE8 = FIRST_PRICE_E8;
    private long openNs = BEGIN_NS;

    Walk(int instrument) {
      this.instrument = instrument;
      this.random = new SplittableRandom(instrument + 1L);
    }

    /** The next bar; an order never waits for volume, unless there is none. */
    Bar next(long volumeE8) {
      long open = priceE8;
      long pull = (FIRST_PRICE_E8 - open) / 1_000;
      long close = (open + pull + random.nextLong(-15 * E8.ONE, 15 * E8.ONE)) / TICK_E8 * TICK_E8;
      long high = Math.max(open, close) + random.nextLong(500) * TICK_E8;
      long low = Math.min(open, close) - random.nextLong(500) * TICK_E8;
      Bar bar = new Bar(instrument, openNs, openNs + MINUTE_NS, open, high, low, close, volumeE8);
      priceE8 = close;
      openNs += MINUTE_NS;
      return bar;
    }
  }
}
