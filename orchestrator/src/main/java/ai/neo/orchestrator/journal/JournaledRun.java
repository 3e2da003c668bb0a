package ai.neo.orchestrator.journal;

import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.tradingtypes.encoding.TlvException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/** A run as its journal tells it. Not thread-safe. */
public final class JournaledRun implements AutoCloseable {
  private final JournalReader reader;
  private final String settingsJson;

  private JournaledRun(JournalReader reader, String settingsJson) {
    this.reader = reader;
    this.settingsJson = settingsJson;
  }

  /** One thing that was heard or said, and where it is written. */
  public sealed interface Entry {
    /** Of the frame. */
    long sequence();

    /** An input. */
    record Heard(long sequence, LoopEvent event) implements Entry {}

    /** An output. */
    record Said(long sequence, LoopCommand command) implements Entry {}
  }

  /**
   * Opens a journal and reads its first frame.
   *
   * @throws IOException if there is none, or the first frame holds no settings
   */
  public static JournaledRun open(Path directory) throws IOException {
    JournalReader reader = JournalReader.open(directory);
    Optional<Frame> first = reader.next();
    if (first.isEmpty() || first.get().type() != FrameType.RUN_STARTED) {
      reader.torn();
      reader.close();
      throw new IOException(
          "the journal in " + directory + " does not begin with a run's settings");
    }
    return new JournaledRun(
        reader, StandardCharsets.UTF_8.decode(first.get().payload()).toString());
  }

  /** The run's settings, as they were written when it started. */
  public String settingsJson() {
    return settingsJson;
  }

  /**
   * The next entry; empty at the present end.
   *
   * @throws CorruptJournalException if a frame is damaged, or is whole and holds no entry
   */
  public Optional<Entry> next() throws IOException {
    Optional<Frame> frame = reader.next();
    if (frame.isEmpty()) {
      return Optional.empty();
    }
    Frame found = frame.get();
    try {
      return Optional.of(
          FrameType.said(found.type())
              ? new Entry.Said(found.sequence(), CommandCodec.read(found))
              : new Entry.Heard(found.sequence(), EventCodec.read(found)));
    } catch (TlvException | IllegalArgumentException e) {
      // Whole, as its checksum says, and yet no entry: written by a newer program, or forged.
      throw reader.unreadable(found, e);
    }
  }

  /**
   * At the end: why bytes that are no frame follow; empty when nothing does.
   *
   * @throws CorruptJournalException if it is damage in the middle
   */
  public Optional<String> torn() throws IOException {
    return reader.torn();
  }

  /** The rest of the entries; an unreadable one ends the iteration with an exception. */
  public Iterator<Entry> remaining() {
    return new Iterator<>() {
      private Optional<Entry> ahead = Optional.empty();

      @Override
      public boolean hasNext() {
        if (ahead.isEmpty()) {
          try {
            ahead = JournaledRun.this.next();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
        return ahead.isPresent();
      }

      @Override
      public Entry next() {
        if (!hasNext()) {
          throw new NoSuchElementException("the journal has ended");
        }
        Entry entry = ahead.orElseThrow();
        ahead = Optional.empty();
        return entry;
      }
    };
  }

  @Override
  public void close() {
    reader.close();
  }
}
