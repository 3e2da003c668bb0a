package ai.neo.modelgateway.learning;

import ai.neo.proto.learning.v1.Checkpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a learner was after a record, in files {@code checkpoint-SEQUENCE.bin} of one frame. A file
 * is whole or it is not there. One thread writes; any may read.
 */
final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
  private static final String PREFIX = "checkpoint-";
  private static final String SUFFIX = ".bin";

  private final Path directory;

  Checkpoints(Path directory) {
    this.directory = directory;
  }

  /** A checkpoint and the record that it was taken after. */
  record Found(long sequence, Checkpoint checkpoint) {}

  void write(long sequence, Checkpoint checkpoint) throws IOException {
    Path whole = directory.resolve(PREFIX + "%020d".formatted(sequence) + SUFFIX);
    Path part = directory.resolve("checkpoint.part");
    try (FileChannel file =
        FileChannel.open(
            part,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer frame = JournalSegment.frame(sequence, checkpoint.toByteArray());
      while (frame.hasRemaining()) {
        file.write(frame);
      }
      file.force(true);
    }
    Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** The newest that can be read, up to a record. */
  Optional<Found> newest(long upTo) throws IOException {
    for (Path file : files().reversed()) {
      if (LearningJournal.first(file) <= upTo) {
        Optional<Found> found = read(file);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  /** The one taken after exactly this record. */
  Optional<Found> at(long sequence) throws IOException {
    for (Path file : files()) {
      if (LearningJournal.first(file) == sequence) {
        return read(file);
      }
    }
    return Optional.empty();
  }

  /** Removes those from before the journal's first record but the one that leads to it. */
  void prune(long firstRecord) throws IOException {
    for (Path file : files()) {
      if (LearningJournal.first(file) < firstRecord - 1) {
        Files.delete(file);
      }
    }
  }

  private List<Path> files() throws IOException {
    return LearningJournal.numbered(directory, PREFIX, SUFFIX);
  }

  private static Optional<Found> read(Path file) throws IOException {
    long sequence = LearningJournal.first(file);
    Checkpoint.Builder checkpoint = Checkpoint.newBuilder();
    try {
      JournalSegment.read(
          file, sequence, false, (at, payload) -> checkpoint.clear().mergeFrom(payload));
      return Optional.of(new Found(sequence, checkpoint.build()));
    } catch (JournalDamageException e) {
      LOG.warn("an older checkpoint is taken: {}", e.getMessage());
      return Optional.empty();
    }
  }
}
