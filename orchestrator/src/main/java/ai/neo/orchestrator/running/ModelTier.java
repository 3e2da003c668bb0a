package ai.neo.orchestrator.running;

import ai.neo.orchestrator.strategy.Prediction;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import java.util.List;

/**
 * The model tier as a run on recorded data sees it: it asks and waits, so that two runs are told
 * the same things in the same order.
 *
 * <p>Neither method throws for what can go wrong with a server: a failure is an event.
 */
public interface ModelTier {
  /**
   * Hears each question in the loop's order before it is asked, and again while a loop recovers:
   * what a model looks at may be more than the newest question.
   */
  default void remember(LoopCommand.Predict command) {
    // Whoever looks at one question alone has nothing to keep.
  }

  /** Asks for a prediction. */
  Answer predict(LoopCommand.Predict command);

  /**
   * Tells an outcome.
   *
   * @return what happened, in order: {@link LoopEvent.FeedbackTaken} and {@link
   *     LoopEvent.ModelChanged}, all at the command's time
   */
  List<LoopEvent> learn(LoopCommand.Learn command);

  /** What came of asking. */
  sealed interface Answer {
    /**
     * A prediction.
     *
     * @param latencyNs as measured
     */
    record Predicted(Prediction prediction, long latencyNs) implements Answer {}

    /** None, and why. */
    record Failed(String reason) implements Answer {}
  }
}
