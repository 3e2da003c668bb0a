package ai.neo.orchestrator.journal;

import ai.neo.orchestrator.running.Journaling;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.tradingtypes.encoding.TlvWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Writes one run: its settings, then what the loop heard and said. Not thread-safe. */
public final class RunJournal implements Journaling, AutoCloseable {
  /** More than any event or command needs. */
  private static final int MAX_EVENT_BYTES = 64 * 1024;

  private final JournalWriter writer;
  private final Durability durability;
  private final TlvWriter fields = new TlvWriter(ByteBuffer.allocate(0));

  /** When the journal is durable enough for an order to leave. */
  public enum Durability {
    /** Once the operating system has it: outlives the process, not a power cut. */
    OS,
    /** Once the disk has it. */
    FSYNC
  }

  private RunJournal(JournalWriter writer, Durability durability) {
    this.writer = writer;
    this.durability = durability;
  }

  /**
   * Opens the journal of a run, new or not.
   *
   * @param repairs hears a sentence if a torn tail was cut off
   */
  public static RunJournal open(Path directory, Durability durability, Consumer<String> repairs)
      throws IOException {
    return new RunJournal(JournalWriter.open(directory, repairs), durability);
  }

  /** Whether nothing has been written yet. */
  public boolean isNew() {
    return writer.nextSequence() == 1;
  }

  /** The sequence of the last frame; zero when there is none. */
  public long lastSequence() {
    return writer.nextSequence() - 1;
  }

  /** How much this process has written. */
  public long bytesWritten() {
    return writer.appendedBytes();
  }

  /** Writes the first frame: what a replay has to know of the run. */
  public void started(long timeNs, String settingsJson) {
    byte[] bytes = settingsJson.getBytes(StandardCharsets.UTF_8);
    writer.append(FrameType.RUN_STARTED, timeNs, bytes.length, target -> target.put(bytes));
  }

  @Override
  public void heard(LoopEvent event) {
    writer.append(
        EventCodec.type(event),
        event.timeNs(),
        MAX_EVENT_BYTES,
        target -> EventCodec.write(event, fields.wrap(target)));
  }

  @Override
  public void said(LoopCommand command) {
    writer.append(
        CommandCodec.type(command),
        command.timeNs(),
        MAX_EVENT_BYTES,
        target -> CommandCodec.write(command, fields.wrap(target)));
  }

  @Override
  public void beforeSending() {
    if (durability == Durability.FSYNC) {
      writer.sync();
    }
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
