package ai.neo.orchestrator.running;

import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.orchestrator.trading.TradingLoop;
import java.util.List;

/** Watches a run, for the page, the projection and the metrics. Called on the loop's thread. */
public interface RunListener {
  /** The loop has taken an event in. */
  void heard(LoopEvent event, TradingLoop loop);

  /** The loop has said something; it is about to be carried out. */
  void said(LoopCommand command);

  /** Tells each of them, in order. */
  static RunListener all(List<RunListener> listeners) {
    List<RunListener> told = List.copyOf(listeners);
    return new RunListener() {
      @Override
      public void heard(LoopEvent event, TradingLoop loop) {
        told.forEach(listener -> listener.heard(event, loop));
      }

      @Override
      public void said(LoopCommand command) {
        told.forEach(listener -> listener.said(command));
      }
    };
  }
}
