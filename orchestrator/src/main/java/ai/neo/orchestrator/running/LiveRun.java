package ai.neo.orchestrator.running;

import ai.neo.orchestrator.marketdata.LiveMarketData;
import ai.neo.orchestrator.marketdata.LiveMarketData.FeedState;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.orchestrator.trading.OperatorCommand;
import ai.neo.orchestrator.trading.TradingLoop;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.MarketEvent;
import ai.neo.tradingtypes.TimeSource;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the loop on live data against the simulated venue: paper trading in real time.
 *
 * <p>Time comes from the wall clock, here and nowhere else: an event gets the time at which it is
 * heard, and never an earlier one than the event before. The model is asked without waiting; an
 * answer that is not there by its deadline is a failed prediction, and is dropped when it comes.
 * While the feed is lost, out of step or silent, the loop is told so and enters nothing.
 */
public final class LiveRun implements TradingRun {
  private static final Logger LOG = LoggerFactory.getLogger(LiveRun.class);
  private static final long LONGEST_WAIT_NS = 100_000_000L;
  private static final long MS = 1_000_000L;

  /** Some minutes of the wildest market; a loop that is so far behind trades on the past. */
  private static final int MOST_WAITING = 1_000_000;

  private final Settings settings;
  private final LiveMarketData data;
  private final ModelTier models;
  private final TimeSource clock;
  private final LoopDriver driver;
  private final BlockingQueue<Input> inbox = new LinkedBlockingQueue<>(MOST_WAITING);
  private final ExecutorService predicting = Executors.newVirtualThreadPerTaskExecutor();
  private final ExecutorService learning =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("learning").factory());
  private final long[] lastBarOpenNs;
  private volatile boolean stopped;
  private volatile boolean overrun;
  private boolean recovered;
  private boolean whole;
  private boolean live;
  private long heardNs;
  private long lastMarketNs;

  /**
   * How a live run treats its feed.
   *
   * @param silenceNs without an event for so long the data are no longer the market's present state
   * @param warmUpBars so many closed bars are fetched before the first live one
   * @param barNs length of the feed's bars
   */
  public record Settings(long silenceNs, int warmUpBars, long barNs) {
    public Settings {
      if (silenceNs <= 0 || warmUpBars < 0 || barNs <= 0) {
        throw new IllegalArgumentException(
            "silence_ns="
                + silenceNs
                + " warm_up_bars="
                + warmUpBars
                + " bar_ns="
                + barNs
                + ", expected positive lengths and no negative count");
      }
    }
  }

  /**
   * What a run works with.
   *
   * @param listener hears each event and command after it was taken in
   * @param clock the wall's
   */
  public record Parts(
      LiveMarketData data,
      ModelTier models,
      Journaling journal,
      RunListener listener,
      TimeSource clock) {}

  /** What reaches the loop's thread from others. */
  private sealed interface Input {
    record Market(MarketEvent event) implements Input {}

    record Feed(FeedState state) implements Input {}

    record Answered(LoopCommand.Predict question, ModelTier.Answer answer) implements Input {}

    record Taught(List<LoopEvent> outcome) implements Input {}

    record Commanded(OperatorCommand command, String actor, String reason) implements Input {}
  }

  public LiveRun(Settings settings, Parts parts, LoopMaker loop, VenueMaker venue) {
    this.settings = settings;
    this.data = parts.data();
    this.models = parts.models();
    this.clock = parts.clock();
    this.driver = new LoopDriver(parts.journal(), parts.listener(), new Asking(), loop, venue);
    this.lastBarOpenNs = new long[data.instruments().size()];
    Arrays.fill(lastBarOpenNs, Long.MIN_VALUE);
  }

  /** Asks on another thread; the answer comes through the inbox. */
  private final class Asking implements LoopDriver.Questions {
    @Override
    public void remember(LoopCommand.Predict question) {
      models.remember(question);
    }

    @Override
    public void ask(LoopCommand.Predict question) {
      driver.schedule(late(question));
      predicting.execute(() -> offer(new Input.Answered(question, models.predict(question))));
    }

    @Override
    public void tell(LoopCommand.Learn learn) {
      learning.execute(() -> offer(new Input.Taught(models.learn(learn))));
    }
  }

  private static LoopEvent.PredictionFailed late(LoopCommand.Predict question) {
    return new LoopEvent.PredictionFailed(
        question.deadlineNs(),
        question.predictionId(),
        "no answer within " + (question.deadlineNs() - question.timeNs()) / MS + " ms");
  }

  @Override
  public TradingLoop loop() {
    return driver.loop();
  }

  @Override
  public void command(OperatorCommand command, String actor, String reason) {
    offer(new Input.Commanded(command, actor, reason));
  }

  @Override
  public void stop() {
    stopped = true;
  }

  private void offer(Input input) {
    if (!inbox.offer(input)) {
      overrun = true;
    }
  }

  @Override
  public void recover(Iterator<LoopEvent> heard, int saidAfterLast) {
    recovered = true;
    driver.recover(heard, saidAfterLast, this::readAlong);
    heardNs = driver.nowNs();
  }

  private void readAlong(LoopEvent event) {
    if (event instanceof LoopEvent.MarketData market) {
      seen(market.event());
    } else if (event instanceof LoopEvent.VenueReported reported && !driver.unschedule(reported)) {
      throw new IllegalStateException(
          "the venue does not make a report that is in the journal: " + reported);
    }
  }

  /** The venue trades on an event once it is written down, before the loop hears of it. */
  private void seen(MarketEvent event) {
    if (event instanceof Bar bar) {
      lastBarOpenNs[bar.instrument()] = Math.max(lastBarOpenNs[bar.instrument()], bar.openTimeNs());
    }
    driver.venue().before(event);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if the loop cannot keep up with the feed
   */
  @Override
  public boolean run() throws InterruptedException {
    tick();
    driver.step(new LoopEvent.FeedChanged(heardNs, false, "connecting"));
    lastMarketNs = heardNs;
    data.start(barsFrom(), event -> offer(new Input.Market(event)), this::onState);
    try {
      while (!stopped) {
        serve(inbox.poll(LONGEST_WAIT_NS, TimeUnit.NANOSECONDS));
        if (overrun) {
          throw new IllegalStateException(
              MOST_WAITING + " events wait for the loop: it cannot keep up; trade fewer symbols");
        }
      }
    } finally {
      data.close();
      predicting.shutdownNow();
      learning.shutdownNow();
    }
    return false;
  }

  /** For each instrument, after which bar the feed is to begin. */
  private long[] barsFrom() {
    long warmUpFromNs = heardNs - (settings.warmUpBars() + 1) * settings.barNs();
    long[] from = new long[lastBarOpenNs.length];
    for (int i = 0; i < from.length; i++) {
      from[i] = recovered && lastBarOpenNs[i] != Long.MIN_VALUE ? lastBarOpenNs[i] : warmUpFromNs;
    }
    return from;
  }

  @Override
  public void idle() {
    // Live data do not end.
  }

  private void tick() {
    heardNs = Math.max(heardNs, clock.nowNs());
  }

  private void serve(Input input) {
    tick();
    driver.hearDue(heardNs);
    switch (input) {
      case null -> { // Nothing came within the wait.
      }
      case Input.Market(MarketEvent event) -> hear(event);
      case Input.Feed(FeedState state) -> hear(state);
      case Input.Answered(LoopCommand.Predict question, ModelTier.Answer answer) ->
          hear(question, answer);
      case Input.Taught(List<LoopEvent> outcome) ->
          outcome.forEach(event -> driver.step(heardNow(event)));
      case Input.Commanded(OperatorCommand command, String actor, String reason) ->
          driver.step(new LoopEvent.OperatorCommanded(heardNs, command, actor, reason));
    }
    if (live && heardNs - lastMarketNs > settings.silenceNs()) {
      change(false, "nothing heard for " + (heardNs - lastMarketNs) / MS + " ms");
    }
    driver.hearDue(heardNs);
  }

  /** The learner's answers carry the time of the question. */
  private LoopEvent heardNow(LoopEvent answer) {
    return switch (answer) {
      case LoopEvent.FeedbackTaken(long asked, long id, String outcome, long updates) ->
          new LoopEvent.FeedbackTaken(heardNs, id, outcome, updates);
      case LoopEvent.ModelChanged change ->
          new LoopEvent.ModelChanged(
              heardNs,
              change.kind(),
              change.model(),
              change.version(),
              change.digest(),
              change.previousVersion(),
              change.epoch(),
              change.reason());
      default -> throw new IllegalStateException("the learner does not say " + answer);
    };
  }

  private void hear(MarketEvent event) {
    lastMarketNs = heardNs;
    if (whole && !live) {
      change(true, "heard again");
    }
    LoopEvent.MarketData heard = new LoopEvent.MarketData(heardNs, event);
    driver.write(heard);
    seen(event);
    driver.hear(heard);
  }

  private void onState(FeedState state) {
    offer(new Input.Feed(state));
  }

  private void hear(FeedState state) {
    LOG.info("feed {}: {}", state.phase(), state.detail());
    whole = state.phase() == FeedState.Phase.LIVE;
    lastMarketNs = heardNs;
    change(whole, state.detail());
  }

  private void change(boolean to, String detail) {
    if (to != live) {
      live = to;
      driver.step(new LoopEvent.FeedChanged(heardNs, to, detail));
    }
  }

  private void hear(LoopCommand.Predict question, ModelTier.Answer answer) {
    if (!driver.unschedule(late(question))) {
      return;
    }
    driver.step(
        switch (answer) {
          case ModelTier.Answer.Predicted predicted ->
              new LoopEvent.PredictionArrived(
                  heardNs, predicted.prediction(), predicted.latencyNs());
          case ModelTier.Answer.Failed(String reason) ->
              new LoopEvent.PredictionFailed(heardNs, question.predictionId(), reason);
        });
  }
}
