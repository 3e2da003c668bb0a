package ai.neo.orchestrator.running;

import ai.neo.orchestrator.execution.simulated.SimulatedOrderVenue;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.orchestrator.trading.TradingLoop;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What every run has in common: the loop, the simulated venue, the journal, and the events that are
 * on their way. Carries out what the loop says; the model is asked by whoever runs it.
 *
 * <p>One thread.
 */
final class LoopDriver {
  private final Journaling journal;
  private final RunListener listener;
  private final Questions questions;
  private final TradingLoop loop;
  private final SimulatedOrderVenue venue;
  private final Schedule schedule = new Schedule();
  private final Map<Long, LoopCommand.Predict> unanswered = new LinkedHashMap<>();
  private final Map<Long, LoopCommand.Learn> untaken = new LinkedHashMap<>();
  private boolean recovering;
  private int alreadySaid;
  private long nowNs;

  /** Who asks the model. */
  interface Questions {
    /** Before each question, asked now or long answered. */
    void remember(LoopCommand.Predict predict);

    void ask(LoopCommand.Predict predict);

    void tell(LoopCommand.Learn learn);
  }

  LoopDriver(
      Journaling journal,
      RunListener listener,
      Questions questions,
      TradingRun.LoopMaker loop,
      TradingRun.VenueMaker venue) {
    this.journal = journal;
    this.listener = listener;
    this.questions = questions;
    this.loop = loop.make(this::onCommand);
    this.venue =
        venue.make(report -> schedule.add(new LoopEvent.VenueReported(report.timeNs(), report)));
  }

  TradingLoop loop() {
    return loop;
  }

  SimulatedOrderVenue venue() {
    return venue;
  }

  /** The latest time of an event that was heard. */
  long nowNs() {
    return nowNs;
  }

  /** An event that will happen at its time. */
  void schedule(LoopEvent event) {
    schedule.add(event);
  }

  /** Takes an event back; false if it is not on its way. */
  boolean unschedule(LoopEvent event) {
    return schedule.remove(event);
  }

  void hearDue(long untilNs) {
    while (schedule.due(untilNs)) {
      step(schedule.take());
    }
  }

  /** Writes an event down and lets the loop hear it. */
  void step(LoopEvent event) {
    write(event);
    hear(event);
  }

  void write(LoopEvent event) {
    journal.heard(event);
  }

  void hear(LoopEvent event) {
    nowNs = Math.max(nowNs, event.timeNs());
    loop.on(event);
    listener.heard(event, loop);
  }

  /**
   * As {@link TradingRun#recover}.
   *
   * @param along brings data and venue to where they were when the event was heard
   */
  void recover(Iterator<LoopEvent> heard, int saidAfterLast, Consumer<LoopEvent> along) {
    recovering = true;
    alreadySaid = Integer.MAX_VALUE;
    while (heard.hasNext()) {
      LoopEvent event = heard.next();
      along.accept(event);
      answered(event);
      if (!heard.hasNext()) {
        alreadySaid = saidAfterLast;
      }
      hear(event);
    }
    recovering = false;
    alreadySaid = 0;
    unanswered.values().forEach(questions::ask);
    unanswered.clear();
    untaken.values().forEach(questions::tell);
    untaken.clear();
  }

  private void answered(LoopEvent event) {
    switch (event) {
      case LoopEvent.PredictionArrived arrived -> unanswered.remove(arrived.prediction().id());
      case LoopEvent.PredictionFailed failed -> unanswered.remove(failed.predictionId());
      case LoopEvent.FeedbackTaken taken -> untaken.remove(taken.predictionId());
      case LoopEvent.MarketData _,
          LoopEvent.VenueReported _,
          LoopEvent.ModelChanged _,
          LoopEvent.OperatorCommanded _,
          LoopEvent.FeedChanged _,
          LoopEvent.FeedEnded _ -> { // No question of ours waits for it.
      }
    }
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
        questions.remember(predict);
        if (recovering) {
          unanswered.put(predict.predictionId(), predict);
        } else {
          questions.ask(predict);
        }
      }
      case LoopCommand.Learn learn -> {
        if (recovering) {
          untaken.put(learn.prediction().id(), learn);
        } else {
          questions.tell(learn);
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
}
