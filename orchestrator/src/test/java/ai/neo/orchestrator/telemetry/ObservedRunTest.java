package ai.neo.orchestrator.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.orchestrator.running.Journaling;
import ai.neo.orchestrator.running.RunListener;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.orchestrator.trading.TradingLoop;
import ai.neo.tradingtypes.Quote;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is timed at the loop's edges, and what it costs. */
class ObservedRunTest {
  private static final RunListener DEAF =
      new RunListener() {
        @Override
        public void heard(LoopEvent event, TradingLoop loop) {
          // Deaf.
        }

        @Override
        public void said(LoopCommand command) {
          // Deaf.
        }
      };

  private final Latencies latencies = Latencies.fresh();
  private final ObservedRun observed =
      new ObservedRun(
          new ObservedRun.Parts(
              latencies, new RunLog(WatchedRun.SYMBOLS, () -> 0), Optional.empty(), true));

  @Test
  void eachQuestionDecisionOrderAndFrameIsTimed() throws Exception {
    WatchedRun watched =
        new WatchedRun(observed, new WatchedRun.SignModel(Long.MAX_VALUE), 400, WatchedRun.LIMITS);
    watched.run.run();
    assertThat(latencies.prediction().quantiles().count())
        .isEqualTo(watched.said(LoopCommand.Predict.class).size())
        .isPositive();
    assertThat(latencies.tickToDecision().quantiles().count())
        .isEqualTo(watched.said(LoopCommand.Decide.class).size())
        .isPositive();
    assertThat(latencies.tickToOrder().quantiles().count())
        .isEqualTo(watched.said(LoopCommand.Submit.class).size())
        .isPositive();
    assertThat(latencies.journalAppend().quantiles().count())
        .isEqualTo(watched.said.size() + watched.heard.size());
    assertThat(latencies.tickToOrder().quantiles().p50())
        .isGreaterThanOrEqualTo(latencies.prediction().quantiles().p50());
    assertThat(observed.lastTickTimeNs()).isEqualTo(400 * 60_000_000_000L);
    assertThat(observed.feedSilentSeconds()).isBetween(0.0, 60.0);
  }

  @Test
  void whatIsToldAgainAfterARestartIsNotTimedAgain() {
    WatchedRun first =
        new WatchedRun(
            new ObservedRun(
                new ObservedRun.Parts(
                    Latencies.fresh(),
                    new RunLog(WatchedRun.SYMBOLS, () -> 0),
                    Optional.empty(),
                    true)),
            new WatchedRun.SignModel(Long.MAX_VALUE),
            300,
            WatchedRun.LIMITS);
    try {
      first.run.run();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    int said = 0;
    WatchedRun second =
        new WatchedRun(observed, new WatchedRun.SignModel(Long.MAX_VALUE), 300, WatchedRun.LIMITS);
    second.run.recover(first.heard.subList(0, first.heard.size() - 1).iterator(), said);
    assertThat(second.heard).hasSizeGreaterThan(300);
    assertThat(latencies.tickToDecision().quantiles().count()).isZero();
    assertThat(observed.lastTickNs()).isEmpty();
  }

  @Test
  void aTickCostsNoAllocation() {
    Journaling journal = observed.journal(Journaling.NONE, () -> 1, () -> 1);
    RunListener listener = observed.listener(DEAF);
    LoopEvent tick = new LoopEvent.MarketData(new Quote(0, 1, 100, 1, 101, 1));
    pass(journal, listener, tick, 50_000);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    pass(journal, listener, tick, 100_000);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    // Less than one byte a tick: what the measuring itself takes, and nothing besides.
    assertThat(allocated).isLessThan(50_000);
  }

  private static void pass(Journaling journal, RunListener listener, LoopEvent tick, int times) {
    for (int i = 0; i < times; i++) {
      journal.heard(tick);
      listener.heard(tick, null);
    }
  }
}
