package ai.neo.orchestrator.running;

import ai.neo.orchestrator.execution.ExecutionReport;
import ai.neo.orchestrator.execution.simulated.SimulatedOrderVenue;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.orchestrator.trading.OperatorCommand;
import ai.neo.orchestrator.trading.TradingLoop;
import java.util.Iterator;
import java.util.function.Consumer;

/**
 * A loop with all that drives it. One thread calls {@link #recover}, {@link #run} and {@link
 * #idle}; {@link #command} and {@link #stop} may be called by others.
 */
public interface TradingRun {
  /** Makes the loop of a run, given where its commands go. */
  @FunctionalInterface
  interface LoopMaker {
    TradingLoop make(Consumer<LoopCommand> commands);
  }

  /** Makes the venue of a run, given where its reports go. */
  @FunctionalInterface
  interface VenueMaker {
    SimulatedOrderVenue make(Consumer<ExecutionReport> reports);
  }

  TradingLoop loop();

  /** Hands an operator's command to the loop; it is heard at the loop's next step. */
  void command(OperatorCommand command, String actor, String reason);

  /** Ends the run after the event in hand. */
  void stop();

  /**
   * Rebuilds the state from what an earlier process wrote down. Events come in the journal's order;
   * nothing is sent or asked that has its answer there.
   *
   * @param heard what the loop heard
   * @param saidAfterLast how many commands were written down after the last of them; those that are
   *     missing are written now
   * @throws IllegalStateException if the journal is not of such a run
   */
  void recover(Iterator<LoopEvent> heard, int saidAfterLast);

  /**
   * Runs until the data end or {@link #stop} is called.
   *
   * @return whether the data have ended
   */
  boolean run() throws InterruptedException;

  /** Serves operators after the data have ended, until {@link #stop} is called. */
  void idle() throws InterruptedException;
}
