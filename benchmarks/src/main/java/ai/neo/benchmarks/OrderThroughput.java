package ai.neo.benchmarks;

import ai.neo.orchestrator.journal.RunJournal;
import ai.neo.orchestrator.strategy.Strategy;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.E8;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Orders per second of one core through loop, risk, journal ({@code os}) and simulated venue, and
 * whether the millionth costs what the first did. Closed orders: each is filled before the next
 * bar. Open orders: the market has no volume, so all stay open and count in every limit.
 */
final class OrderThroughput implements Program {
  private static final int STRATEGIES = 20;
  private static final int WARM_UP = 200_000;
  private static final int PART = 100_000;
  private static final int PARTS = 10;

  @Override
  public List<Figure> measure() throws Exception {
    double[] closed = run(1_000_000 * E8.ONE, PARTS);
    double[] open = run(0, PARTS);
    return List.of(
        Figure.above(
            "orders through risk, journal and venue, all filled",
            best(closed),
            1e6,
            Figure.Unit.PER_SECOND,
            "exchange-core 2.5–2.9 M/s on five threads without a journal"),
        flat("cost of an order, the last of a million filled beside the first", closed),
        Figure.plain(
            "orders through risk, journal and venue, none filled",
            Figure.Unit.PER_SECOND.say(best(open)),
            ""),
        flat("cost of an order, a million open beside the first", open));
  }

  private static double best(double[] parts) {
    double best = 0;
    for (double part : parts) {
      best = Math.max(best, part);
    }
    return best;
  }

  /** The mean of the first two parts beside that of the last two. */
  private static Figure flat(String what, double[] parts) {
    int n = parts.length;
    double ratio = (parts[0] + parts[1]) / (parts[n - 1] + parts[n - 2]);
    List<String> all = new ArrayList<>();
    for (double part : parts) {
      all.add(String.format(Locale.ROOT, "%.2f", part / 1e6));
    }
    return new Figure(
        what,
        Figure.Unit.TIMES.say(ratio),
        "M/s in each 100,000: " + String.join(" ", all),
        "flat (< 1.3 ×)",
        ratio < 1.3 ? Figure.Verdict.REACHED : Figure.Verdict.MISSED);
  }

  /** Orders per second, of each part of 100,000. */
  private static double[] run(long volumeE8, int parts) throws IOException {
    measured(1_000_000 * E8.ONE, 1, WARM_UP);
    return measured(volumeE8, parts, PART);
  }

  private static double[] measured(long volumeE8, int parts, int ordersEach) throws IOException {
    List<Strategy> strategies = new ArrayList<>();
    for (int i = 0; i < STRATEGIES; i++) {
      strategies.add(new TestStrategies.InAndOut("s" + i));
    }
    double[] perSecond = new double[parts];
    try (Scratch scratch = Scratch.make();
        RunJournal journal =
            RunJournal.open(scratch.path(), RunJournal.Durability.OS, text -> {})) {
      TickPath path =
          new TickPath(
              new TickPath.Parts(
                  Market.instruments(1),
                  instrument -> strategies,
                  0.00001,
                  journal,
                  Optional.empty(),
                  new DecisionLatency.NoModel()),
              () -> 1);
      Market.Walk walk = new Market.Walk(0);
      for (int part = 0; part < parts; part++) {
        long until = path.orders() + ordersEach;
        long started = CpuClock.now();
        while (path.orders() < until) {
          Bar bar = walk.next(volumeE8);
          path.before(bar);
          path.tick(bar);
          if (path.orderedNs() == 0) {
            throw new IllegalStateException("a bar gave no order: " + path.lastVerdict());
          }
        }
        perSecond[part] = ordersEach * 1e9 / (CpuClock.now() - started);
      }
      boolean allOpen = path.openOrders() >= parts * ordersEach;
      if (volumeE8 == 0 && !allOpen) {
        throw new IllegalStateException("orders were filled without volume");
      }
    }
    return perSecond;
  }
}
