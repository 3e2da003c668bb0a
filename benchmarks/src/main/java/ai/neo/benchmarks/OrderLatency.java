package ai.neo.benchmarks;

import ai.neo.orchestrator.gateway.GatewayModelTier;
import ai.neo.orchestrator.journal.RunJournal;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.E8;
import java.util.List;
import java.util.Optional;

/**
 * Tick → order on one machine: the bar is journaled, the features are computed, a real gateway in
 * another process predicts over gRPC, risk is asked, the order's intent is journaled, and the order
 * is with the venue. Decides whether the loop may wait for the model.
 */
final class OrderLatency implements Program {
  private static final int WARM_UP = 15_000;
  private static final int TICKS = 20_000;
  private static final long EVERY_NS = 1_000_000;
  private static final int FSYNC_TICKS = 1_000;
  private static final long FSYNC_EVERY_NS = 10_000_000;

  @Override
  public List<Figure> measure() throws Exception {
    try (GatewayUnderTest gateway = GatewayUnderTest.start()) {
      // Each run begins with the same bars, so that each has the vectors of its own past alone.
      Measured os = run(gateway.modelTier(), RunJournal.Durability.OS, WARM_UP, TICKS, EVERY_NS);
      Measured fsync =
          run(gateway.modelTier(), RunJournal.Durability.FSYNC, 200, FSYNC_TICKS, FSYNC_EVERY_NS);
      Latency disk = JournalAppend.forced();
      double over = fsync.order().at(50) - disk.at(50);
      return List.of(
          Figure.below(
              "tick → order with gateway, journal os, p50",
              os.order().at(50),
              250_000,
              Figure.Unit.NANOSECONDS,
              "the prediction alone: " + os.prediction().words()),
          Figure.below(
              "tick → order with gateway, journal os, p99",
              os.order().at(99),
              1_000_000,
              Figure.Unit.NANOSECONDS,
              "spinning and reading the clock alone: " + DecisionLatency.clock().words()),
          Figure.plain("tick → order with gateway, journal os", os.order().words(), ""),
          Figure.below(
              "tick → order with gateway, journal fsync, p50 over the disk's own",
              over,
              300_000,
              Figure.Unit.NANOSECONDS,
              "fdatasync of 116 bytes: " + disk.words()),
          Figure.plain("tick → order with gateway, journal fsync", fsync.order().words(), ""));
    }
  }

  private record Measured(Latency order, Latency prediction) {}

  private static Measured run(
      GatewayModelTier models,
      RunJournal.Durability durability,
      int warmUp,
      int ticks,
      long everyNs)
      throws Exception {
    Latency order = new Latency();
    TimedModels timed = new TimedModels(models);
    try (Scratch scratch = Scratch.make();
        RunJournal journal = RunJournal.open(scratch.path(), durability, text -> {})) {
      TickPath path =
          new TickPath(
              new TickPath.Parts(
                  Market.instruments(1),
                  instrument -> List.of(new TestStrategies.OnEveryPrediction("model")),
                  0.1,
                  journal,
                  Optional.of(Market.view(1)),
                  timed),
              System::nanoTime);
      Market.Walk walk = new Market.Walk(0);
      long dueNs = System.nanoTime();
      for (int i = 0; i < warmUp + ticks; i++) {
        Bar bar = walk.next(1_000 * E8.ONE);
        path.before(bar);
        dueNs += everyNs;
        Latency.until(dueNs);
        path.tick(bar);
        if (i == warmUp - 1) {
          timed.begin();
          dueNs = System.nanoTime();
        }
        if (i >= warmUp) {
          if (path.orderedNs() == 0) {
            throw new IllegalStateException("tick " + i + " gave no order: " + path.lastVerdict());
          }
          order.add(path.orderedNs() - dueNs);
        }
      }
    }
    return new Measured(order, timed.latency());
  }
}
