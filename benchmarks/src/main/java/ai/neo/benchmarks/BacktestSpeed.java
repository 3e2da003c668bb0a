package ai.neo.benchmarks;

import ai.neo.featurestore.FeatureSetDefinition;
import ai.neo.featurestore.indicator.Ema;
import ai.neo.orchestrator.execution.simulated.SimulatedOrderVenue;
import ai.neo.orchestrator.execution.simulated.SimulatedVenueSettings;
import ai.neo.orchestrator.marketdata.RecordedMarketData;
import ai.neo.orchestrator.marketdata.RecordingInfo;
import ai.neo.orchestrator.running.Journaling;
import ai.neo.orchestrator.running.RecordedRun;
import ai.neo.orchestrator.running.RunListener;
import ai.neo.orchestrator.running.RunSettings;
import ai.neo.orchestrator.strategy.MovingAverageCross;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.orchestrator.trading.LoopParts;
import ai.neo.orchestrator.trading.TradingLoop;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.MarketEvent;
import java.util.List;
import java.util.Optional;

/**
 * Bars per second of one core in a backtest: the real loop, risk and simulated venue, recorded data
 * in memory, no journal, a moving-average cross. Decides how many settings a sweep can try in a
 * night.
 */
final class BacktestSpeed implements Program {
  private static final int BARS = 1 << 20;
  private static final int REPETITIONS = 12;
  private static final int FAST = 50;
  private static final int SLOW = 200;

  private final List<Instrument> instruments = Market.instruments(1);
  private final MarketEvent[] bars = new MarketEvent[BARS];
  private long orders;

  @Override
  public List<Figure> measure() throws Exception {
    Market.Walk walk = new Market.Walk(0);
    for (int i = 0; i < BARS; i++) {
      bars[i] = walk.next(1_000 * E8.ONE);
    }
    double best = 0;
    double floor = 0;
    for (int i = 0; i < REPETITIONS; i++) {
      long started = CpuClock.now();
      run();
      best = Math.max(best, BARS * 1e9 / (CpuClock.now() - started));
      started = CpuClock.now();
      long crossings = plainLoop();
      floor = Math.max(floor, BARS * 1e9 / (CpuClock.now() - started));
      if (crossings == 0 || orders == 0) {
        throw new IllegalStateException("nothing was traded");
      }
    }
    return List.of(
        Figure.above(
            "backtest, bars through the real loop, moving-average cross",
            best,
            10e6,
            Figure.Unit.PER_SECOND,
            "peers 13 k – 5.1 M/s; a plain loop without account or orders "
                + Figure.Unit.PER_SECOND.say(floor)));
  }

  private void run() throws InterruptedException {
    RecordedRun run =
        new RecordedRun(
            new RunSettings(Double.POSITIVE_INFINITY, Market.MINUTE_NS, 0),
            new RecordedRun.Parts(
                new InMemory(), new DecisionLatency.NoModel(), Journaling.NONE, new Nobody()),
            commands ->
                new TradingLoop(
                    Market.settings(0.1),
                    LoopParts.fresh(
                        instruments,
                        FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT),
                        instrument -> List.of(new MovingAverageCross(FAST, SLOW)),
                        Market.LIMITS,
                        Market.settings(0.1).initialCashE8()),
                    commands),
            reports ->
                new SimulatedOrderVenue(
                    instruments, new SimulatedVenueSettings(1, 1, 50_000_000, 0, 0.5, 7), reports));
    run.run();
    orders = run.loop().counters().orders();
  }

  /** The floor: the two averages and the comparison, over the same objects. */
  private long plainLoop() {
    Ema fast = new Ema(FAST);
    Ema slow = new Ema(SLOW);
    boolean above = false;
    long crossings = 0;
    for (MarketEvent event : bars) {
      double close = E8.toDouble(((Bar) event).closeE8());
      fast.update(close);
      slow.update(close);
      if (above != fast.value() > slow.value()) {
        above = !above;
        crossings++;
      }
    }
    return crossings;
  }

  private final class InMemory implements RecordedMarketData {
    private int next;

    @Override
    public List<Instrument> instruments() {
      return instruments;
    }

    @Override
    public RecordingInfo info(int instrument) {
      return new RecordingInfo(
          "made-up", bars[0].timeNs(), bars[BARS - 1].timeNs(), Market.MINUTE_NS, BARS, false);
    }

    @Override
    public Optional<MarketEvent> next() {
      return next == BARS ? Optional.empty() : Optional.of(bars[next++]);
    }

    @Override
    public void close() {
      // In memory.
    }
  }

  private static final class Nobody implements RunListener {
    @Override
    public void heard(LoopEvent event, TradingLoop loop) {
      // Nobody watches a backtest.
    }

    @Override
    public void said(LoopCommand command) {
      // Nobody watches a backtest.
    }
  }
}
