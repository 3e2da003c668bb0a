package ai.neo.orchestrator.running;

import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;

/**
 * Where the runner writes down what the loop hears and says, in order. Implemented by the journal;
 * a run that needs none uses {@link #NONE}.
 */
public interface Journaling {
  /** Keeps nothing: for research runs. */
  Journaling NONE =
      new Journaling() {
        @Override
        public void heard(LoopEvent event) {
          // Nothing is kept.
        }

        @Override
        public void said(LoopCommand command) {
          // Nothing is kept.
        }

        @Override
        public void beforeSending() {
          // Nothing is kept.
        }
      };

  /** An event, before the loop hears it. */
  void heard(LoopEvent event);

  /** A command, before it is carried out. */
  void said(LoopCommand command);

  /** Returns when everything written so far is as durable as the journal's setting says. */
  void beforeSending();
}
