package ai.neo.orchestrator.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * Reads a journal from its first frame and checks each. May read while a writer appends: {@link
 * #next} then answers empty at the present end, and more later. Not thread-safe.
 */
public final class JournalReader implements AutoCloseable {
  private final Path directory;
  private int segmentIndex = -1;
  private Path segmentFile;
  private SegmentScan scan;
  private long nextSequence = 1;

  private JournalReader(Path directory) {
    this.directory = directory;
  }

  /**
   * @throws NoSuchFileException if the directory holds no journal
   */
  public static JournalReader open(Path directory) throws IOException {
    if (!Files.isDirectory(directory) || SegmentFiles.of(directory).isEmpty()) {
      throw new NoSuchFileException(
          directory.toString(), null, "no journal is there; expected files named *.journal");
    }
    return new JournalReader(directory);
  }

  /**
   * The next frame; empty at the present end.
   *
   * @throws CorruptJournalException if a frame is damaged and others follow it
   */
  public Optional<Frame> next() throws IOException {
    if (scan == null && !openSegment(0)) {
      return Optional.empty();
    }
    Optional<Frame> frame = scan.next();
    while (frame.isEmpty() && openSegment(segmentIndex + 1)) {
      frame = scan.next();
    }
    if (frame.isPresent()) {
      nextSequence = frame.get().sequence() + 1;
    }
    return frame;
  }

  /** What to throw when the frame that was just given is whole but cannot be understood. */
  CorruptJournalException unreadable(Frame frame, RuntimeException cause) {
    CorruptJournalException corrupt =
        new CorruptJournalException(
            segmentFile, frame.offset(), frame.sequence(), cause.getMessage());
    corrupt.initCause(cause);
    return corrupt;
  }

  /** The sequence of the frame that {@link #next} will give. */
  public long nextSequence() {
    return nextSequence;
  }

  /** File name of the segment being read; empty before the first. */
  public String segment() {
    return segmentFile == null ? "" : segmentFile.getFileName().toString();
  }

  /** Where in its segment the next frame is expected. */
  long offset() {
    return scan == null ? 0 : scan.offset();
  }

  /**
   * At the end: why bytes that are no frame follow; empty when only reserved zeros do.
   *
   * @throws CorruptJournalException if whole frames follow the damaged one
   */
  public Optional<String> torn() throws IOException {
    if (scan == null || scan.onlyZerosFollow()) {
      return Optional.empty();
    }
    if (scan.wholeFrameFollows()) {
      throw new CorruptJournalException(
          segmentFile, scan.offset(), scan.expectedSequence(), scan.reason());
    }
    return Optional.of(scan.reason());
  }

  private boolean openSegment(int index) throws IOException {
    List<Path> segments = SegmentFiles.of(directory);
    if (index >= segments.size()) {
      return false;
    }
    if (scan != null && !scan.onlyZerosFollow()) {
      throw new CorruptJournalException(
          segmentFile, scan.offset(), scan.expectedSequence(), scan.reason());
    }
    segmentIndex = index;
    segmentFile = segments.get(index);
    try (FileChannel channel = FileChannel.open(segmentFile, StandardOpenOption.READ)) {
      ByteBuffer bytes =
          channel
              .map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
              .order(ByteOrder.LITTLE_ENDIAN);
      scan = new SegmentScan(bytes, 0, nextSequence);
    }
    return true;
  }

  @Override
  public void close() {
    scan = null;
  }
}
