package ai.neo.benchmarks;

import ai.neo.orchestrator.journal.RunJournal;
import ai.neo.orchestrator.running.ModelTier;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.E8;
import java.util.List;
import java.util.Optional;

/**
 * Tick → decision without a model: the bar is journaled, the account is valued, a plain strategy
 * decides, risk is asked, the decision is journaled. (Features are computed for strategies that ask
 * a model alone; {@code features} measures what they cost.) Decides whether all of that may stay on
 * one thread.
 */
final class DecisionLatency implements Program {
  private static final int WARM_UP = 400_000;
  private static final int TICKS = 1_000_000;
  private static final int CLOSED_TICKS = 1_000_000;
  private static final long EVERY_NS = 20_000;

  @Override
  public List<Figure> measure() throws Exception {
    Latency decision = new Latency();
    Latency order = new Latency();
    Latency alone = new Latency();
    long cpuNs = 0;
    long bytes = 0;
    try (Scratch scratch = Scratch.make();
        RunJournal journal =
            RunJournal.open(scratch.path(), RunJournal.Durability.OS, text -> {})) {
      TickPath path =
          new TickPath(
              new TickPath.Parts(
                  Market.instruments(1),
                  instrument -> List.of(new TestStrategies.InAndOut("plain")),
                  0.1,
                  journal,
                  Optional.of(Market.view(1)),
                  new NoModel()),
              System::nanoTime);
      Market.Walk walk = new Market.Walk(0);
      long dueNs = System.nanoTime();
      for (int i = 0; i < WARM_UP + TICKS; i++) {
        Bar bar = walk.next(1_000 * E8.ONE);
        path.before(bar);
        dueNs += EVERY_NS;
        Latency.until(dueNs);
        long startedNs = System.nanoTime();
        path.tick(bar);
        if (path.orderedNs() == 0) {
          throw new IllegalStateException("tick " + i + " gave no order: " + path.lastVerdict());
        }
        if (i >= WARM_UP) {
          decision.add(path.decidedNs() - dueNs);
          order.add(path.orderedNs() - dueNs);
          alone.add(path.decidedNs() - startedNs);
        }
      }
      cpuNs = -CpuClock.now();
      bytes = -CpuClock.allocated();
      for (int i = 0; i < CLOSED_TICKS; i++) {
        Bar bar = walk.next(1_000 * E8.ONE);
        path.before(bar);
        path.tick(bar);
      }
      cpuNs += CpuClock.now();
      bytes += CpuClock.allocated();
    }
    Latency clock = clock();
    return List.of(
        Figure.below(
            "tick → decision without a model, p50",
            decision.at(50),
            4_000,
            Figure.Unit.NANOSECONDS,
            "peers 4–38 µs; reading the clock " + Figure.Unit.NANOSECONDS.say(clock.at(50))),
        Figure.below(
            "tick → decision without a model, p99",
            decision.at(99),
            20_000,
            Figure.Unit.NANOSECONDS,
            "peers 29–129 µs; spinning and reading the clock alone: " + clock.words()),
        Figure.plain("tick → decision without a model", decision.words(), ""),
        Figure.plain("tick → order without a model", order.words(), ""),
        Figure.plain(
            "tick → decision without a model, from when the loop took it up",
            alone.words(),
            "a busy machine spoils this less than the rows above"),
        Figure.plain(
            "tick, order, fill and reports, processor time",
            Figure.Unit.NANOSECONDS.say((double) cpuNs / CLOSED_TICKS),
            ""),
        Figure.plain(
            "tick, order, fill and reports, allocated",
            Figure.Unit.COUNT.say((double) bytes / CLOSED_TICKS) + " bytes",
            ""));
  }

  /** What this machine does to a loop that does nothing: the floor under every percentile. */
  static Latency clock() {
    Latency clock = new Latency();
    long dueNs = System.nanoTime();
    for (int i = 0; i < 200_000; i++) {
      dueNs += EVERY_NS;
      Latency.until(dueNs);
      clock.add(System.nanoTime() - dueNs);
    }
    return clock;
  }

  /** For strategies that ask no model. */
  static final class NoModel implements ModelTier {
    @Override
    public Answer predict(LoopCommand.Predict command) {
      throw new IllegalStateException("no strategy asks a model");
    }

    @Override
    public List<LoopEvent> learn(LoopCommand.Learn command) {
      throw new IllegalStateException("nothing is learned");
    }
  }
}
