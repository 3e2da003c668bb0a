package ai.neo.orchestrator.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where a journal ends.
 *
 * @param segment the last segment; empty for a new journal
 * @param endOffset first byte after the last whole frame
 * @param nextSequence of the frame that comes next
 * @param torn why the bytes after the last whole frame are not zeros; empty when they are
 */
record JournalTail(
    Optional<Path> segment, long endOffset, long nextSequence, Optional<String> torn) {
  /** Checks every frame. */
  static JournalTail find(Path directory) throws IOException {
    List<Path> segments = SegmentFiles.of(directory);
    if (segments.isEmpty()) {
      return new JournalTail(Optional.empty(), 0, 1, Optional.empty());
    }
    try (JournalReader reader = JournalReader.open(directory)) {
      while (reader.next().isPresent()) { // Each frame is checked as it is passed.
      }
      return new JournalTail(
          Optional.of(segments.getLast()), reader.offset(), reader.nextSequence(), reader.torn());
    }
  }

  /** Whether a file holds nothing but zeros. */
  static boolean empty(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      return new SegmentScan(all, 0, 1).onlyZerosFollow();
    }
  }

  void repair(Consumer<String> repairs) throws IOException {
    if (torn.isEmpty()) {
      return;
    }
    Path file = segment.orElseThrow();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      long cut = channel.size() - endOffset;
      channel.truncate(endOffset);
      channel.force(true);
      repairs.accept(
          "the journal's last frame was torn ("
              + torn.get()
              + "): cut "
              + cut
              + " bytes off "
              + file.getFileName()
              + " after frame "
              + (nextSequence - 1));
    }
  }
}
