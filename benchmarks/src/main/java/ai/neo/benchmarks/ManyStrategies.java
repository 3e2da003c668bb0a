package ai.neo.benchmarks;

import ai.neo.orchestrator.running.Journaling;
import ai.neo.orchestrator.strategy.Strategy;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.E8;
import ai.neo.tradingtypes.Instrument;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Heap in use, after a full collection, of ten strategies on fifty instruments with their feature
 * windows, the account, and all that the page remembers, after three weeks of one-minute bars with
 * orders. Decides how much memory a machine needs.
 */
final class ManyStrategies implements Program {
  private static final int INSTRUMENTS = 50;
  private static final int STRATEGIES = 10;
  private static final int BARS = 30_000;
  private static final int TRADE_EVERY = 60;

  @Override
  public List<Figure> measure() {
    double before = used();
    List<Instrument> instruments = Market.instruments(INSTRUMENTS);
    TickPath path =
        new TickPath(
            new TickPath.Parts(
                instruments,
                instrument -> strategies(),
                0.00001,
                Journaling.NONE,
                Optional.of(Market.view(INSTRUMENTS)),
                new DecisionLatency.NoModel()),
            () -> 1);
    List<Market.Walk> walks = new ArrayList<>();
    instruments.forEach(instrument -> walks.add(new Market.Walk(instrument.id())));
    long started = CpuClock.now();
    for (int i = 0; i < BARS; i++) {
      for (Market.Walk walk : walks) {
        Bar bar = walk.next(1_000_000 * E8.ONE);
        path.before(bar);
        path.tick(bar);
      }
    }
    double seconds = (CpuClock.now() - started) / 1e9;
    double after = used();
    if (path.orders() < INSTRUMENTS * STRATEGIES) {
      throw new IllegalStateException("too few orders: " + path.lastVerdict());
    }
    return List.of(
        Figure.below(
            "heap, 10 strategies on 50 instruments, after "
                + Figure.Unit.COUNT.say((double) BARS * INSTRUMENTS)
                + " bars and "
                + Figure.Unit.COUNT.say((double) path.orders())
                + " orders",
            after - before,
            500,
            Figure.Unit.MEGABYTES,
            "before it " + Figure.Unit.MEGABYTES.say(before)),
        Figure.plain(
            "bars with 10 strategies on 50 instruments, with all that the page remembers",
            Figure.Unit.PER_SECOND.say(BARS * INSTRUMENTS / seconds),
            ""));
  }

  private static List<Strategy> strategies() {
    List<Strategy> all = new ArrayList<>();
    for (int i = 0; i < STRATEGIES; i++) {
      all.add(new TestStrategies.NowAndThen("s" + i, TRADE_EVERY + i));
    }
    return all;
  }

  private static double used() {
    for (int i = 0; i < 3; i++) {
      System.gc(); // The figure is what stays.
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / (1024.0 * 1024);
  }
}
