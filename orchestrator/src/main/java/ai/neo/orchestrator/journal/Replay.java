package ai.neo.orchestrator.journal;

import ai.neo.orchestrator.trading.DecisionDigest;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.orchestrator.trading.TradingLoop;
import ai.neo.tradingtypes.encoding.TlvWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Tells a new loop what the journal says was heard, and compares what it says with what the journal
 * says was said, byte for byte.
 */
public final class Replay {
  private static final int MAX_COMMAND_BYTES = 64 * 1024;

  private final Deque<LoopCommand> derived = new ArrayDeque<>();
  private final DecisionDigest digest = new DecisionDigest();
  private final ByteBuffer journaledBytes = ByteBuffer.allocate(MAX_COMMAND_BYTES);
  private final ByteBuffer derivedBytes = ByteBuffer.allocate(MAX_COMMAND_BYTES);
  private long inputs;
  private long outputs;

  /** How a replay ended. */
  public sealed interface Result {
    /** Inputs that were told. */
    long inputs();

    /**
     * Every output is the journal's.
     *
     * @param decisionDigest of the decisions as they were derived again
     */
    record Identical(long inputs, long outputs, String decisionDigest) implements Result {}

    /**
     * One output is not the journal's.
     *
     * @param sequence of the journal's frame
     * @param journaled what it says; empty if it says nothing more
     * @param derived what the loop said; empty if it said nothing
     */
    record Different(long inputs, long sequence, String journaled, String derived)
        implements Result {}
  }

  private Replay() {}

  /**
   * Replays a run.
   *
   * @param loop makes a fresh loop from the run's settings, given where its commands go
   * @throws CorruptJournalException if a frame in the middle is damaged
   */
  public static Result run(JournaledRun journal, Function<Consumer<LoopCommand>, TradingLoop> loop)
      throws IOException {
    return new Replay().compare(journal, loop);
  }

  private Result compare(
      JournaledRun journal, Function<Consumer<LoopCommand>, TradingLoop> loopMaker)
      throws IOException {
    TradingLoop loop = loopMaker.apply(derived::addLast);
    Optional<JournaledRun.Entry> entry;
    while ((entry = journal.next()).isPresent()) {
      switch (entry.get()) {
        case JournaledRun.Entry.Heard(long sequence, LoopEvent event) -> {
          if (!derived.isEmpty()) {
            return new Result.Different(inputs, sequence, "", derived.getFirst().toString());
          }
          inputs++;
          loop.on(event);
        }
        case JournaledRun.Entry.Said(long sequence, LoopCommand said) -> {
          LoopCommand again = derived.pollFirst();
          if (again == null || !sameBytes(said, again)) {
            return new Result.Different(
                inputs, sequence, said.toString(), again == null ? "" : again.toString());
          }
          outputs++;
          if (again instanceof LoopCommand.Decide decide) {
            digest.add(decide.decision());
          }
        }
      }
    }
    journal.torn();
    // A process that was killed may not have written its last event's outputs down.
    derived.clear();
    return new Result.Identical(inputs, outputs, digest.hex());
  }

  private boolean sameBytes(LoopCommand one, LoopCommand other) {
    return one.timeNs() == other.timeNs()
        && CommandCodec.type(one) == CommandCodec.type(other)
        && bytes(one, journaledBytes).equals(bytes(other, derivedBytes));
  }

  private static ByteBuffer bytes(LoopCommand command, ByteBuffer target) {
    CommandCodec.write(command, new TlvWriter(target.clear()));
    return target.flip();
  }
}
