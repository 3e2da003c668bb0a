package ai.neo.modelgateway.learning;

import ai.neo.proto.learning.v1.LearningRecord;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One model's ordered records on disk: segments {@code journal-SEQUENCE.log}, named by their first
 * record, and one writer. A record outlives the process as soon as {@link #append} returns; the
 * machine, from the next {@link #roll} on. One thread.
 */
final class LearningJournal implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LearningJournal.class);
  private static final String PREFIX = "journal-";
  private static final String SUFFIX = ".log";

  private final Path directory;
  private final Disk disk;
  private final FileChannel lock;
  private Optional<FileChannel> channel = Optional.empty();
  private long next = 1;
  private long written;
  private long older;

  /** Puts a frame at the end of a file. */
  interface Disk {
    void write(FileChannel file, ByteBuffer frame) throws IOException;
  }

  /** What is read, in order. */
  interface Reader {
    void record(long sequence, LearningRecord record) throws IOException;
  }

  private LearningJournal(Path directory, Disk disk, FileChannel lock) {
    this.directory = directory;
    this.disk = disk;
    this.lock = lock;
  }

  static LearningJournal open(Path directory) throws IOException {
    return open(directory, LearningJournal::write);
  }

  /** Writes all of a frame. */
  static void write(FileChannel file, ByteBuffer frame) throws IOException {
    while (frame.hasRemaining()) {
      file.write(frame);
    }
  }

  /**
   * Opens or creates; cuts a torn last record off and says so.
   *
   * @throws JournalDamageException when a record in the middle is damaged
   * @throws IOException when somebody else writes here
   */
  static LearningJournal open(Path directory, Disk disk) throws IOException {
    Files.createDirectories(directory);
    FileChannel lock =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    LearningJournal journal = new LearningJournal(directory, disk, lock);
    try {
      if (!locked(lock)) {
        throw new IOException("another process learns in " + directory);
      }
      journal.openNewest();
      return journal;
    } catch (IOException e) {
      journal.close();
      throw e;
    }
  }

  private static boolean locked(FileChannel lock) throws IOException {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private void openNewest() throws IOException {
    List<Path> segments = segments(directory);
    if (segments.isEmpty()) {
      return;
    }
    Path newest = segments.getLast();
    for (Path segment : segments) {
      older += segment.equals(newest) ? 0 : Files.size(segment);
    }
    JournalSegment.Scan scan =
        JournalSegment.read(newest, first(newest), true, (sequence, payload) -> {});
    long size = Files.size(newest);
    FileChannel file = FileChannel.open(newest, StandardOpenOption.WRITE);
    channel = Optional.of(file);
    if (scan.bytes() < size) {
      LOG.warn(
          "{}: the last record was torn; {} bytes behind record {} are cut off",
          newest,
          size - scan.bytes(),
          scan.next() - 1);
      file.truncate(scan.bytes());
    }
    file.position(scan.bytes());
    written = scan.bytes();
    next = scan.next();
  }

  /** The last record; 0 when there is none. */
  long lastSequence() {
    return next - 1;
  }

  /** Of all segments. */
  long bytes() {
    return older + written;
  }

  /**
   * Writes one record.
   *
   * @return its sequence
   * @throws IOException when it could not be written, the disk being full for example; the journal
   *     is then as it was before
   */
  long append(LearningRecord record) throws IOException {
    if (channel.isEmpty()) {
      roll();
    }
    FileChannel file = channel.orElseThrow();
    ByteBuffer frame = JournalSegment.frame(next, record.toByteArray());
    int size = frame.remaining();
    try {
      disk.write(file, frame);
    } catch (IOException e) {
      file.truncate(written);
      file.position(written);
      throw e;
    }
    written += size;
    return next++;
  }

  /** Brings all records safely to disk and begins a new segment; an empty one is kept. */
  void roll() throws IOException {
    if (channel.isPresent() && written == 0) {
      return;
    }
    FileChannel fresh =
        FileChannel.open(
            directory.resolve(PREFIX + "%020d".formatted(next) + SUFFIX),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE);
    if (channel.isPresent()) {
      channel.get().force(true);
      channel.get().close();
    }
    channel = Optional.of(fresh);
    older += written;
    written = 0;
  }

  /** Brings all records safely to disk. */
  void force() throws IOException {
    if (channel.isPresent()) {
      channel.get().force(true);
    }
  }

  /** Whether the newest segment has no record yet. */
  boolean isSegmentEmpty() {
    return written == 0;
  }

  /** Removes the oldest segments beyond a count; what is left begins at the answer. */
  long prune(int kept) throws IOException {
    List<Path> segments = segments(directory);
    int gone = Math.max(0, segments.size() - kept);
    for (Path segment : segments.subList(0, gone)) {
      older -= Files.size(segment);
      Files.delete(segment);
    }
    return segments.isEmpty() ? next : first(segments.get(gone));
  }

  /** The first record that a directory still has; 1 when it has none. */
  static long firstSequence(Path directory) throws IOException {
    List<Path> segments = segments(directory);
    return segments.isEmpty() ? 1 : first(segments.getFirst());
  }

  /**
   * Reads the records of a directory from one to another, both included; its writer may go on.
   *
   * @throws JournalDamageException when one of them is damaged or missing
   */
  static void read(Path directory, long from, long to, Reader reader) throws IOException {
    List<Path> segments = segments(directory);
    long next = from;
    for (int i = 0; i < segments.size() && next <= to; i++) {
      boolean last = i == segments.size() - 1;
      if (!last && first(segments.get(i + 1)) <= from) {
        continue;
      }
      long first = first(segments.get(i));
      if (first > next) {
        break;
      }
      JournalSegment.Scan scan =
          JournalSegment.read(
              segments.get(i),
              first,
              last,
              (sequence, payload) -> {
                if (sequence >= from && sequence <= to) {
                  reader.record(sequence, parsed(sequence, payload));
                }
              });
      next = scan.next();
    }
    if (next <= to) {
      throw new JournalDamageException(
          "%s has no record %d, and %d is the last; put the missing file back, or move the"
                  .formatted(directory, next, to)
              + " directory away to begin anew");
    }
  }

  @Override
  public void close() throws IOException {
    if (channel.isPresent()) {
      channel.get().force(true);
      channel.get().close();
    }
    lock.close();
  }

  private static LearningRecord parsed(long sequence, byte[] payload) throws IOException {
    try {
      return LearningRecord.parseFrom(payload);
    } catch (InvalidProtocolBufferException e) {
      throw new JournalDamageException("record " + sequence + " is not one: " + e.getMessage());
    }
  }

  private static List<Path> segments(Path directory) throws IOException {
    return numbered(directory, PREFIX, SUFFIX);
  }

  /** Files named by a number, in its order. */
  static List<Path> numbered(Path directory, String prefix, String suffix) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(directory)) {
      return new ArrayList<>(
          all.filter(file -> file.getFileName().toString().matches(prefix + "[0-9]{20}\\" + suffix))
              .sorted()
              .toList());
    }
  }

  /** The number in a file's name. */
  static long first(Path file) {
    return Long.parseLong(file.getFileName().toString().replaceAll("[^0-9]", ""));
  }
}
