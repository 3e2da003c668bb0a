package ai.neo.orchestrator.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * Appends frames to segment files of one directory.
 *
 * <p>A segment is mapped into memory: a frame is the operating system's as soon as {@link #append}
 * returns and outlives the process; {@link #sync} makes it outlive the machine. Not thread-safe:
 * one writer per directory.
 */
public final class JournalWriter implements AutoCloseable {
  /** Size of a segment before it is cut to what it holds. */
  static final int SEGMENT_BYTES = 64 * 1024 * 1024;

  private final Path directory;
  private final int segmentBytes;
  private final SpareSegment spare;
  private final CRC32C crc = new CRC32C();
  private FileChannel channel;
  private MappedByteBuffer segment;
  private ByteBuffer view;
  private int syncedTo;

  /** Full segments that the disk may not have yet. */
  private final List<Path> unsynced = new ArrayList<>();

  private Path file;
  private long nextSequence;
  private long appendedBytes;

  private JournalWriter(Path directory, int segmentBytes, long nextSequence) throws IOException {
    this.directory = directory;
    this.segmentBytes = segmentBytes;
    this.spare = SpareSegment.of(directory, segmentBytes);
    this.nextSequence = nextSequence;
  }

  /** Writes a payload at the buffer's position; the buffer is little-endian. */
  @FunctionalInterface
  public interface Payload {
    void writeTo(ByteBuffer target);
  }

  /**
   * Opens the journal of a directory, new or not. A torn tail is cut off.
   *
   * @param repairs hears a sentence if something was cut
   * @throws CorruptJournalException if something other than the tail is damaged
   */
  public static JournalWriter open(Path directory, Consumer<String> repairs) throws IOException {
    return open(directory, SEGMENT_BYTES, repairs);
  }

  static JournalWriter open(Path directory, int segmentBytes, Consumer<String> repairs)
      throws IOException {
    Files.createDirectories(directory);
    JournalTail tail = JournalTail.find(directory);
    tail.repair(repairs);
    JournalWriter writer = new JournalWriter(directory, segmentBytes, tail.nextSequence());
    if (tail.segment().isPresent()) {
      writer.map(tail.segment().get(), (int) tail.endOffset());
    } else {
      writer.newSegment();
    }
    return writer;
  }

  /** The sequence that the next frame will have. */
  public long nextSequence() {
    return nextSequence;
  }

  /** How much this writer has appended, headers included. */
  public long appendedBytes() {
    return appendedBytes;
  }

  /**
   * Appends one frame.
   *
   * @param maxPayloadBytes the payload is not larger than this
   * @return the frame's sequence
   * @param payload what it throws leaves the journal as it was
   * @throws UncheckedIOException if the disk is full or away; the frame is not in the journal then
   */
  public long append(int type, long timestampNs, int maxPayloadBytes, Payload payload) {
    if (maxPayloadBytes > Frame.MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException(
          "payload_bytes=" + maxPayloadBytes + ", expected at most " + Frame.MAX_PAYLOAD_BYTES);
    }
    try {
      if (segment.remaining() < Frame.HEADER_BYTES + maxPayloadBytes) {
        roll();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the journal in "
              + directory
              + " cannot grow: "
              + e.getMessage()
              + "; free space on its disk and start again",
          e);
    }
    int start = segment.position();
    int payloadAt = start + Frame.HEADER_BYTES;
    segment.position(payloadAt);
    try {
      payload.writeTo(segment);
    } catch (RuntimeException e) {
      forget(start);
      throw e;
    }
    int size = segment.position() - payloadAt;
    segment.putInt(start + Frame.METADATA_AT, Frame.metadata(type));
    segment.putLong(start + Frame.SEQUENCE_AT, nextSequence);
    segment.putLong(start + Frame.TIMESTAMP_AT, timestampNs);
    segment.putInt(start + Frame.SIZE_AT, size);
    segment.putInt(start, Frame.MAGIC);
    segment.putInt(start + Frame.CHECKSUM_AT, Frame.checksum(crc, view, start, size));
    appendedBytes += Frame.HEADER_BYTES + size;
    if (segment.position() > segmentBytes / 2) {
      spare.begin();
    }
    return nextSequence++;
  }

  /** Readers take zeros for the end, so nothing else may follow it. */
  private void forget(int start) {
    for (int at = start; at < segment.position(); at++) {
      segment.put(at, (byte) 0);
    }
    segment.position(start);
  }

  /**
   * Returns when all that was appended is on the disk.
   *
   * @throws UncheckedIOException if the disk does not take it
   */
  public void sync() {
    try {
      for (Path full : unsynced) {
        try (FileChannel earlier = FileChannel.open(full, StandardOpenOption.WRITE)) {
          earlier.force(false);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the journal in " + directory + " is not on the disk: " + e.getMessage(), e);
    }
    unsynced.clear();
    int end = segment.position();
    if (end > syncedTo) {
      segment.force(syncedTo, end - syncedTo);
      syncedTo = end;
    }
  }

  private void roll() throws IOException {
    // First, so that a full disk leaves the present segment open and whole.
    Path next = directory.resolve(SegmentFiles.name(nextSequence));
    spare.become(next);
    // Not cut to size: a reader may have it mapped, and reads its zeros as the end. Not waited for:
    // whoever needs it on the disk asks.
    if (segment.position() > syncedTo) {
      unsynced.add(file);
    }
    channel.close();
    map(next, 0);
  }

  private void newSegment() throws IOException {
    Path next = directory.resolve(SegmentFiles.name(nextSequence));
    SpareSegment.reserve(next, segmentBytes);
    map(next, 0);
  }

  private void map(Path of, int position) throws IOException {
    if (Files.size(of) < segmentBytes) {
      SpareSegment.reserve(of, segmentBytes);
    }
    file = of;
    channel = FileChannel.open(of, StandardOpenOption.READ, StandardOpenOption.WRITE);
    segment =
        channel.map(FileChannel.MapMode.READ_WRITE, 0, Math.max(segmentBytes, channel.size()));
    segment.order(ByteOrder.LITTLE_ENDIAN).position(position);
    view = segment.duplicate();
    syncedTo = position;
  }

  /** Makes everything durable and gives the reserved space back. Readers are closed before. */
  @Override
  public void close() throws IOException {
    try (spare) {
      sync();
      channel.truncate(segment.position());
    } finally {
      channel.close();
    }
  }
}
