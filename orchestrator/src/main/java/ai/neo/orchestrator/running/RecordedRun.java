package ai.neo.orchestrator.running;

import ai.neo.orchestrator.execution.ExecutionReport;
import ai.neo.orchestrator.execution.simulated.SimulatedOrderVenue;
import ai.neo.orchestrator.marketdata.RecordedMarketData;
import ai.neo.orchestrator.strategy.Prediction;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.orchestrator.trading.OperatorCommand;
import ai.neo.orchestrator.trading.TradingLoop;
import ai.neo.tradingtypes.MarketEvent;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs the loop on recorded data against the simulated venue: paper trading at any speed, and
 * backtests.
 *
 * <p>The clock is the data's. Each prediction and each piece of feedback is waited for and booked
 * at the data's time plus a fixed delay, so what is decided does not depend on how fast anything
 * runs. One thread calls {@link #run}; {@link #command} and {@link #stop} may be called by others.
 */
public final class RecordedRun {
  private final RunSettings settings;
  private final RecordedMarketData data;
  private final ModelTier models;
  private final Journaling journal;
  private final RunListener listener;
  private final TradingLoop loop;
  private final SimulatedOrderVenue venue;
  private final Schedule schedule = new Schedule();
  private final BlockingQueue<LoopEvent.OperatorCommanded> operator = new LinkedBlockingQueue<>();
  private final Map<Long, LoopCommand.Predict> unanswered = new LinkedHashMap<>();
  private final Map<Long, LoopCommand.Learn> untaken = new LinkedHashMap<>();
  private volatile boolean stopped;
  private Optional<MarketEvent> ahead = Optional.empty();
  private boolean shown;
  private boolean recovering;
  private int alreadySaid;
  private long nowNs;
  private long pacedFromDataNs = Long.MIN_VALUE;
  private long pacedFromWallNs;

  /** Makes the loop of a run, given where its commands go. */
  @FunctionalInterface
  public interface LoopMaker {
    TradingLoop make(Consumer<LoopCommand> commands);
  }

  /** Makes the venue of a run, given where its reports go. */
  @FunctionalInterface
  public interface VenueMaker {
    SimulatedOrderVenue make(Consumer<ExecutionReport> reports);
  }

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
    this.journal = parts.journal();
    this.listener = parts.listener();
    this.loop = loop.make(this::onCommand);
    this.venue = venue.make(this::onVenueReport);
  }

  public TradingLoop loop() {
    return loop;
  }

  /** Hands an operator's command to the loop; it is heard at the loop's next step. */
  public void command(OperatorCommand command, String actor, String reason) {
    operator.add(new LoopEvent.OperatorCommanded(0, command, actor, reason));
  }

  /** Ends the run after the event in hand. */
  public void stop() {
    stopped = true;
  }

  /**
   * Rebuilds the state from what an earlier process wrote down. Events come in the journal's order;
   * nothing is sent or asked that has its answer there. The recorded data are read along.
   *
   * @param heard what the loop heard
   * @param saidAfterLast how many commands were written down after the last of them; those that are
   *     missing are written now
   * @throws IllegalStateException if the data are not those of the journal
   */
  public void recover(Iterator<LoopEvent> heard, int saidAfterLast) {
    recovering = true;
    alreadySaid = Integer.MAX_VALUE;
    while (heard.hasNext()) {
      LoopEvent event = heard.next();
      readAlong(event);
      if (!heard.hasNext()) {
        alreadySaid = saidAfterLast;
      }
      hear(event);
    }
    recovering = false;
    alreadySaid = 0;
    unanswered.values().forEach(this::ask);
    unanswered.clear();
    untaken.values().forEach(this::tell);
    untaken.clear();
  }

  /** Brings data, venue and open questions to where they were when the event was heard. */
  private void readAlong(LoopEvent event) {
    switch (event) {
      case LoopEvent.MarketData market -> {
        MarketEvent next = ahead();
        if (!next.equals(market.event())) {
          throw new IllegalStateException(
              "the data differ from the journal: journaled " + market.event() + ", data " + next);
        }
        showToVenue();
        passed();
      }
      case LoopEvent.VenueReported reported -> {
        if (!schedule.remove(reported)) {
          showToVenue();
          if (!schedule.remove(reported)) {
            throw new IllegalStateException(
                "the venue does not make a report that is in the journal: " + reported);
          }
        }
      }
      case LoopEvent.PredictionArrived arrived -> unanswered.remove(arrived.prediction().id());
      case LoopEvent.PredictionFailed failed -> unanswered.remove(failed.predictionId());
      case LoopEvent.FeedbackTaken taken -> untaken.remove(taken.predictionId());
      case LoopEvent.ModelChanged changed -> { // Nothing waits for it.
      }
      case LoopEvent.OperatorCommanded commanded -> { // Nothing waits for it.
      }
      case LoopEvent.FeedEnded ended -> { // Nothing waits for it.
      }
    }
  }

  /**
   * Runs until the data end or {@link #stop} is called.
   *
   * @return whether the data have ended
   */
  public boolean run() throws InterruptedException {
    while (!stopped && peek()) {
      MarketEvent event = ahead.orElseThrow();
      pace(event.timeNs());
      hearOperator();
      hearDue(event.timeNs());
      showToVenue();
      hearDue(event.timeNs());
      if (!stopped) {
        passed();
        step(new LoopEvent.MarketData(event));
      }
    }
    if (stopped) {
      return false;
    }
    hearDue(Long.MAX_VALUE);
    step(new LoopEvent.FeedEnded(nowNs));
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
      venue.before(next);
    }
  }

  private void passed() {
    ahead = Optional.empty();
  }

  /** Serves operators after the data have ended, until {@link #stop} is called. */
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
    step(
        new LoopEvent.OperatorCommanded(
            nowNs, command.command(), command.actor(), command.reason()));
    hearDue(nowNs);
  }

  private void hearDue(long untilNs) {
    while (schedule.due(untilNs)) {
      step(schedule.take());
    }
  }

  private void step(LoopEvent event) {
    journal.heard(event);
    hear(event);
  }

  private void hear(LoopEvent event) {
    nowNs = Math.max(nowNs, event.timeNs());
    loop.on(event);
    listener.heard(event, loop);
  }

  private void onVenueReport(ExecutionReport report) {
    schedule.add(new LoopEvent.VenueReported(report.timeNs(), report));
  }

  private void onCommand(LoopCommand command) {
    if (alreadySaid > 0) {
      alreadySaid--;
    } else {
      journal.said(command);
    }
    listener.said(command);
    switch (command) {
      case LoopCommand.Predict predict -> {
        if (recovering) {
          unanswered.put(predict.predictionId(), predict);
        } else {
          ask(predict);
        }
      }
      case LoopCommand.Learn learn -> {
        if (recovering) {
          untaken.put(learn.prediction().id(), learn);
        } else {
          tell(learn);
        }
      }
      case LoopCommand.Submit submit -> {
        if (!recovering) {
          journal.beforeSending();
        }
        venue.submit(submit.order(), submit.timeNs());
      }
      case LoopCommand.Cancel cancel -> venue.cancel(cancel.clientOrderId(), cancel.timeNs());
      case LoopCommand.Decide decide -> { // Written down and shown; nothing to carry out.
      }
      case LoopCommand.Alert alert -> { // Written down and shown; nothing to carry out.
      }
    }
  }

  private void ask(LoopCommand.Predict predict) {
    long atNs = predict.timeNs() + settings.predictionDelayNs();
    schedule.add(
        switch (models.predict(predict)) {
          case ModelTier.Answer.Predicted(Prediction prediction, long latencyNs) ->
              new LoopEvent.PredictionArrived(atNs, prediction, latencyNs);
          case ModelTier.Answer.Failed(String reason) ->
              new LoopEvent.PredictionFailed(atNs, predict.predictionId(), reason);
        });
  }

  private void tell(LoopCommand.Learn learn) {
    models.learn(learn).forEach(schedule::add);
  }

  private void pace(long dataNs) throws InterruptedException {
    if (settings.unpaced()) {
      return;
    }
    long wallNs = System.nanoTime();
    if (pacedFromDataNs == Long.MIN_VALUE || dataNs - nowNs > settings.longestGapNs()) {
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
