package ai.neo.orchestrator.journal;

import java.io.IOException;
import java.nio.file.Path;

/** A frame that is not the last one is damaged: what follows it cannot be trusted. */
public final class CorruptJournalException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String segment;
  private final long offset;
  private final long sequence;

  CorruptJournalException(Path segment, long offset, long sequence, String reason) {
    super(
        "the journal is damaged in "
            + segment.getFileName()
            + " at byte "
            + offset
            + ", where frame "
            + sequence
            + " should be: "
            + reason);
    this.segment = segment.getFileName().toString();
    this.offset = offset;
    this.sequence = sequence;
  }

  /** File name of the segment. */
  public String segment() {
    return segment;
  }

  /** Byte offset of the damaged frame in its segment. */
  public long offset() {
    return offset;
  }

  /** The sequence that was expected there. */
  public long sequence() {
    return sequence;
  }
}
