package ai.neo.modelgateway.learning;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A file of frames, all little-endian: payload size u32, CRC32C over sequence and payload u32,
 * sequence u64, payload. Sequences follow each other without a gap.
 */
final class JournalSegment {
  static final int HEADER_BYTES = 16;

  /** Far above a checkpoint of the largest buffers; below it a size is no reason to allocate. */
  static final int MAX_PAYLOAD_BYTES = 512 << 20;

  private JournalSegment() {}

  /** One frame's content. */
  interface Reader {
    void frame(long sequence, byte[] payload) throws IOException;
  }

  /**
   * Where a file's good frames end.
   *
   * @param bytes of good frames
   * @param next sequence behind the last good frame
   */
  record Scan(long bytes, long next) {}

  static ByteBuffer frame(long sequence, byte[] payload) {
    ByteBuffer frame =
        ByteBuffer.allocate(HEADER_BYTES + payload.length).order(ByteOrder.LITTLE_ENDIAN);
    frame.putInt(payload.length).putInt(0).putLong(sequence).put(payload);
    frame.putInt(4, checksum(frame.array(), 8, 8 + payload.length));
    return frame.flip();
  }

  /**
   * Reads frames until the file ends or the reader throws.
   *
   * @param last whether the file may end in the middle of a frame, as the newest may; what is
   *     behind the last good frame is then not read
   * @throws JournalDamageException at a frame that is not whole, anywhere else
   */
  static Scan read(Path file, long first, boolean last, Reader reader) throws IOException {
    long size = Files.size(file);
    long at = 0;
    long next = first;
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
      byte[] head = new byte[HEADER_BYTES];
      while (at < size) {
        byte[] payload = payload(in, head, size - at);
        if (payload.length == 0 || ByteBuffer.wrap(head, 8, 8).order(LE).getLong() != next) {
          if (last && endsHere(file, at, size, head)) {
            return new Scan(at, next);
          }
          throw new JournalDamageException(
              "%s is damaged at byte %d, record %d; move the directory away to begin anew, or put"
                      .formatted(file, at, next)
                  + " a good copy of the file back");
        }
        reader.frame(next, payload);
        at += HEADER_BYTES + payload.length;
        next++;
      }
    }
    return new Scan(at, next);
  }

  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

  /** The next frame's payload; empty when it is not whole. No record is empty. */
  private static byte[] payload(DataInputStream in, byte[] head, long left) throws IOException {
    Arrays.fill(head, (byte) 0);
    if (left < HEADER_BYTES) {
      in.readNBytes(head, 0, (int) left);
      return new byte[0];
    }
    in.readFully(head);
    ByteBuffer header = ByteBuffer.wrap(head).order(LE);
    int size = header.getInt(0);
    if (size < 1 || size > MAX_PAYLOAD_BYTES || size > left - HEADER_BYTES) {
      return new byte[0];
    }
    byte[] payload = new byte[size];
    try {
      in.readFully(payload);
    } catch (EOFException e) {
      return new byte[0]; // cut off while we read
    }
    CRC32C crc = new CRC32C();
    crc.update(head, 8, 8);
    crc.update(payload);
    return (int) crc.getValue() == header.getInt(4) ? payload : new byte[0];
  }

  /**
   * A write that was cut short leaves a frame that reaches to the file's end or beyond, or a tail
   * of zeros; anything else behind a bad frame is damage.
   */
  private static boolean endsHere(Path file, long at, long size, byte[] head) throws IOException {
    int payload = ByteBuffer.wrap(head).order(LE).getInt(0);
    boolean reachesEnd =
        size - at < HEADER_BYTES
            || (payload > 0 && payload <= MAX_PAYLOAD_BYTES && at + HEADER_BYTES + payload >= size);
    if (reachesEnd) {
      return true;
    }
    try (var in = new BufferedInputStream(Files.newInputStream(file))) {
      in.skipNBytes(at);
      for (int b = in.read(); b >= 0; b = in.read()) {
        if (b != 0) {
          return false;
        }
      }
    }
    return true;
  }

  private static int checksum(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }
}
