package ai.neo.orchestrator.telemetry;

import ai.neo.orchestrator.running.Journaling;
import ai.neo.orchestrator.running.ModelTier;
import ai.neo.orchestrator.running.RunListener;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.orchestrator.trading.TradingLoop;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Stands between a run and its journal, its model tier and its listener, and times, traces and logs
 * what passes. All on the loop's thread, except the model tier, which may be asked on others, and
 * {@link #journalSequence}, {@link #journalBytes}, {@link #lastTickNs} and {@link #lastTickTimeNs},
 * which any thread may call.
 *
 * <p>What a run is told while it recovers passes by unseen: it was seen when it happened.
 */
public final class ObservedRun implements AutoCloseable {
  private static final long NEVER = Long.MIN_VALUE;

  /** More questions than ever are out at once; a power of two. */
  private static final int QUESTIONS = 1024;

  private final Latencies latencies;
  private final RunLog log;
  private final Optional<DecisionTraces> tracing;
  private final DecisionTraces traces;
  private final boolean waitsForData;
  private final AtomicLong journalSequence = new AtomicLong();
  private final AtomicLong journalBytes = new AtomicLong();
  private final AtomicLong lastTickNs = new AtomicLong(NEVER);
  private final AtomicLong lastTickTimeNs = new AtomicLong();
  private volatile Optional<String> feedLost = Optional.empty();

  private final long[] questions = new long[QUESTIONS];
  private final long[] tickOfQuestionNs = new long[QUESTIONS];
  private final long[] answeredNs = new long[QUESTIONS];
  private boolean inStep;
  private boolean written;
  private long originNs = NEVER;

  /**
   * How a run is observed.
   *
   * @param waitsForData whether answers are held back until the data's clock has come to them: that
   *     wait is nobody's latency and is left out; where they are not, the model tier is asked on
   *     other threads than the loop's
   */
  public record Parts(
      Latencies latencies, RunLog log, Optional<DecisionTraces> traces, boolean waitsForData) {}

  public ObservedRun(Parts parts) {
    latencies = parts.latencies();
    log = parts.log();
    tracing = parts.traces();
    traces = tracing.orElse(null);
    waitsForData = parts.waitsForData();
  }

  /** The last frame that was written; zero before the first. */
  public long journalSequence() {
    return journalSequence.getOpaque();
  }

  /** How much this process has written into the journal. */
  public long journalBytes() {
    return journalBytes.getOpaque();
  }

  /** When the market was last heard of, by {@link System#nanoTime}; empty before the first time. */
  public Optional<Long> lastTickNs() {
    long at = lastTickNs.getOpaque();
    return at == NEVER ? Optional.empty() : Optional.of(at);
  }

  /** Why the feed is not the market's present state; empty while it is. Any thread. */
  public Optional<String> feedLost() {
    return feedLost;
  }

  /** Since the market was last heard of; NaN before the first time. Any thread. */
  public double feedSilentSeconds() {
    return lastTickNs().map(at -> (System.nanoTime() - at) / 1e9).orElse(Double.NaN);
  }

  /** The market's own time of the last tick, nanoseconds since 1970 UTC; zero before the first. */
  public long lastTickTimeNs() {
    return lastTickTimeNs.getOpaque();
  }

  /**
   * A journal that is observed.
   *
   * @param sequence of its last frame
   * @param bytes written so far
   */
  public Journaling journal(Journaling inner, LongSupplier sequence, LongSupplier bytes) {
    journalSequence.setOpaque(sequence.getAsLong());
    journalBytes.setOpaque(bytes.getAsLong());
    return new Journaling() {
      @Override
      public void heard(LoopEvent event) {
        long beganNs = System.nanoTime();
        inner.heard(event);
        long journaledNs = System.nanoTime();
        appended(journaledNs - beganNs);
        hearing(event, beganNs, journaledNs);
      }

      @Override
      public void said(LoopCommand command) {
        long beganNs = System.nanoTime();
        inner.said(command);
        long journaledNs = System.nanoTime();
        appended(journaledNs - beganNs);
        saying(command, journaledNs);
      }

      @Override
      public void beforeSending() {
        inner.beforeSending();
        if (originNs != NEVER) {
          latencies.tickToOrder().record(System.nanoTime() - originNs);
        }
      }

      private void appended(long tookNs) {
        latencies.journalAppend().record(tookNs);
        journalSequence.setOpaque(sequence.getAsLong());
        journalBytes.setOpaque(bytes.getAsLong());
      }
    };
  }

  private void hearing(LoopEvent event, long beganNs, long journaledNs) {
    inStep = true;
    originNs =
        switch (event) {
          case LoopEvent.MarketData market -> {
            lastTickTimeNs.setOpaque(market.timeNs());
            lastTickNs.setOpaque(beganNs);
            yield beganNs;
          }
          case LoopEvent.FeedChanged changed -> {
            feedLost = changed.live() ? Optional.empty() : Optional.of(changed.detail());
            yield NEVER;
          }
          case LoopEvent.PredictionArrived arrived -> origin(arrived.prediction().id(), beganNs);
          case LoopEvent.PredictionFailed failed -> origin(failed.predictionId(), beganNs);
          default -> NEVER;
        };
    if (traces != null) {
      traces.hearing(event, journalSequence.getPlain(), beganNs, journaledNs);
    }
  }

  /** When the question's tick would have come had its answer not been held back. */
  private long origin(long predictionId, long nowNs) {
    int at = (int) (predictionId & (QUESTIONS - 1));
    if (questions[at] != predictionId) {
      return NEVER;
    }
    long heldBackNs = waitsForData ? nowNs - answeredNs[at] : 0;
    return tickOfQuestionNs[at] + heldBackNs;
  }

  private void saying(LoopCommand command, long nowNs) {
    written = true;
    if (command instanceof LoopCommand.Decide && originNs != NEVER) {
      latencies.tickToDecision().record(nowNs - originNs);
    } else if (command instanceof LoopCommand.Predict predict && originNs != NEVER) {
      int at = (int) (predict.predictionId() & (QUESTIONS - 1));
      questions[at] = predict.predictionId();
      tickOfQuestionNs[at] = originNs;
    }
    if (traces != null && inStep) {
      traces.said(command, nowNs);
    }
  }

  /** A model tier that is observed. */
  public ModelTier models(ModelTier inner) {
    return new ModelTier() {
      @Override
      public void remember(LoopCommand.Predict command) {
        inner.remember(command);
      }

      @Override
      public Answer predict(LoopCommand.Predict command) {
        long beganNs = System.nanoTime();
        Answer answer =
            traces == null
                ? inner.predict(command)
                : traces.predicting(command, () -> inner.predict(command));
        long nowNs = System.nanoTime();
        answeredNs[(int) (command.predictionId() & (QUESTIONS - 1))] = nowNs;
        latencies.prediction().record(nowNs - beganNs);
        return answer;
      }

      @Override
      public List<LoopEvent> learn(LoopCommand.Learn command) {
        // Where nothing waits for the answer, the path in hand may be another's by now.
        return traces == null || !waitsForData
            ? inner.learn(command)
            : traces.learning(command, () -> inner.learn(command));
      }
    };
  }

  /** A listener that passes everything on to another, and logs what is new. */
  public RunListener listener(RunListener next) {
    return new RunListener() {
      @Override
      public void heard(LoopEvent event, TradingLoop loop) {
        next.heard(event, loop);
        if (inStep) {
          log.heard(event, traceId());
          if (traces != null) {
            traces.heard(System.nanoTime());
          }
          inStep = false;
          originNs = NEVER;
        }
      }

      @Override
      public void said(LoopCommand command) {
        next.said(command);
        if (written) {
          log.said(command, traceId());
          written = false;
        }
      }
    };
  }

  private String traceId() {
    return traces == null ? "" : traces.traceId();
  }

  /** Ends what is still open; the loop has stopped. */
  @Override
  public void close() {
    log.close();
    tracing.ifPresent(open -> open.close(System.nanoTime()));
  }
}
