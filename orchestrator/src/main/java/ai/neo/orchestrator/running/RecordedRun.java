package ai.neo.orchestrator.running;

import ai.neo.orchestrator.marketdata.RecordedMarketData;
import ai.neo.orchestrator.strategy.Prediction;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.orchestrator.trading.OperatorCommand;
import ai.neo.orchestrator.trading.TradingLoop;
import ai.neo.tradingtypes.MarketEvent;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Runs the loop on recorded data against the simulated venue: paper trading at any speed, and
 * backtests.
 *
 * <p>The clock is the data's. Each prediction and each piece of feedback is waited for and booked
 * at the data's time plus a fixed delay, so what is decided does not depend on how fast anything
 * runs. When a run is recovered, the recorded data are read along and have to be those of the
 * journal.
 */
public final class RecordedRun implements TradingRun {
  private final RunSettings settings;
  private final RecordedMarketData data;
  private final ModelTier models;
  private final LoopDriver driver;
  private final BlockingQueue<LoopEvent.OperatorCommanded> operator = new LinkedBlockingQueue<>();
  private volatile boolean stopped;
  private Optional<MarketEvent> ahead = Optional.empty();
  private boolean shown;
  private long pacedFromDataNs = Long.MIN_VALUE;
  private long pacedFromWallNs;

  /**
   * What a run works with.
   *
   * @param listener hears each event and command after it was taken in
   */
  public record Parts(
      RecordedMarketData data, ModelTier models, Journaling journal, RunListener listener) {}

  public RecordedRun(RunSettings settings, Parts parts, LoopMaker loop, VenueMaker venue) {
    this.settings = settings;
    this.data = parts.data();
    this.models = parts.models();
    this.driver = new LoopDriver(parts.journal(), parts.listener(), new Waiting(), loop, venue);
  }

  /** Asks and waits. */
  private final class Waiting implements LoopDriver.Questions {
    @Override
    public void remember(LoopCommand.Predict question) {
      models.remember(question);
    }

    @Override
    public void ask(LoopCommand.Predict predict) {
      long atNs = predict.timeNs() + settings.predictionDelayNs();
      driver.schedule(
          switch (models.predict(predict)) {
            case ModelTier.Answer.Predicted(Prediction prediction, long latencyNs) ->
                new LoopEvent.PredictionArrived(atNs, prediction, latencyNs);
            case ModelTier.Answer.Failed(String reason) ->
                new LoopEvent.PredictionFailed(atNs, predict.predictionId(), reason);
          });
    }

    @Override
    public void tell(LoopCommand.Learn learn) {
      models.learn(learn).forEach(driver::schedule);
    }
  }

  @Override
  public TradingLoop loop() {
    return driver.loop();
  }

  @Override
  public void command(OperatorCommand command, String actor, String reason) {
    operator.add(new LoopEvent.OperatorCommanded(0, command, actor, reason));
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public void recover(Iterator<LoopEvent> heard, int saidAfterLast) {
    driver.recover(heard, saidAfterLast, this::readAlong);
  }

  private void readAlong(LoopEvent event) {
    if (event instanceof LoopEvent.MarketData market) {
      MarketEvent next = ahead();
      if (!next.equals(market.event())) {
        throw new IllegalStateException(
            "the data differ from the journal: journaled " + market.event() + ", data " + next);
      }
      showToVenue();
      passed();
    } else if (event instanceof LoopEvent.VenueReported reported && !driver.unschedule(reported)) {
      showToVenue();
      if (!driver.unschedule(reported)) {
        throw new IllegalStateException(
            "the venue does not make a report that is in the journal: " + reported);
      }
    }
  }

  @Override
  public boolean run() throws InterruptedException {
    while (!stopped && peek()) {
      MarketEvent event = ahead.orElseThrow();
      pace(event.timeNs());
      hearOperator();
      driver.hearDue(event.timeNs());
      showToVenue();
      driver.hearDue(event.timeNs());
      if (!stopped) {
        passed();
        driver.step(new LoopEvent.MarketData(event));
      }
    }
    if (stopped) {
      return false;
    }
    driver.hearDue(Long.MAX_VALUE);
    driver.step(new LoopEvent.FeedEnded(driver.nowNs()));
    return true;
  }

  private boolean peek() {
    if (ahead.isEmpty()) {
      ahead = data.next();
      shown = false;
    }
    return ahead.isPresent();
  }

  private MarketEvent ahead() {
    if (!peek()) {
      throw new IllegalStateException("the data end before the journal does");
    }
    return ahead.orElseThrow();
  }

  /** The venue trades on an event before the loop hears of it, once. */
  private void showToVenue() {
    MarketEvent next = ahead();
    if (!shown) {
      shown = true;
      driver.venue().before(next);
    }
  }

  private void passed() {
    ahead = Optional.empty();
  }

  @Override
  public void idle() throws InterruptedException {
    while (!stopped) {
      LoopEvent.OperatorCommanded command = operator.poll(100, TimeUnit.MILLISECONDS);
      if (command != null) {
        hearCommand(command);
      }
    }
  }

  private void hearOperator() {
    LoopEvent.OperatorCommanded command;
    while ((command = operator.poll()) != null) {
      hearCommand(command);
    }
  }

  private void hearCommand(LoopEvent.OperatorCommanded command) {
    driver.step(
        new LoopEvent.OperatorCommanded(
            driver.nowNs(), command.command(), command.actor(), command.reason()));
    driver.hearDue(driver.nowNs());
  }

  private void pace(long dataNs) throws InterruptedException {
    if (settings.unpaced()) {
      return;
    }
    long wallNs = System.nanoTime();
    if (pacedFromDataNs == Long.MIN_VALUE || dataNs - driver.nowNs() > settings.longestGapNs()) {
      pacedFromDataNs = dataNs;
      pacedFromWallNs = wallNs;
      return;
    }
    long dueNs = pacedFromWallNs + (long) ((dataNs - pacedFromDataNs) / settings.speed());
    while (!stopped && dueNs - System.nanoTime() > 0) {
      LoopEvent.OperatorCommanded command =
          operator.poll(Math.min(dueNs - System.nanoTime(), 100_000_000L), TimeUnit.NANOSECONDS);
      if (command != null) {
        hearCommand(command);
      }
    }
  }
}
