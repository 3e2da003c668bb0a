package ai.neo.systemtests.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** A journal's first segment, read and changed by what the format's description says alone. */
final class JournalBytes {
  static final int DECIDE = 68;

  private static final int MAGIC = 0xDEADBEEF;
  private static final int HEADER_BYTES = 32;
  private static final int METADATA_AT = 4;
  private static final int SEQUENCE_AT = 8;
  private static final int SIZE_AT = 24;
  private static final int CHECKSUM_AT = 28;

  private final Path segment;
  private final ByteBuffer bytes;

  /** Where a frame lies. */
  record Frame(int offset, int type, long sequence, int payloadBytes) {}

  private JournalBytes(Path segment, ByteBuffer bytes) {
    this.segment = segment;
    this.bytes = bytes;
  }

  static JournalBytes open(Path journal) {
    try (Stream<Path> files = Files.list(journal)) {
      Path segment = files.filter(Files::isRegularFile).sorted().findFirst().orElseThrow();
      return new JournalBytes(
          segment, ByteBuffer.wrap(Files.readAllBytes(segment)).order(ByteOrder.LITTLE_ENDIAN));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Frame> frames() {
    List<Frame> frames = new ArrayList<>();
    int at = 0;
    while (at + HEADER_BYTES <= bytes.limit() && bytes.getInt(at) == MAGIC) {
      int type = bytes.getInt(at + METADATA_AT) >>> 8 & 0xFFFF;
      int size = bytes.getInt(at + SIZE_AT);
      frames.add(new Frame(at, type, bytes.getLong(at + SEQUENCE_AT), size));
      at += HEADER_BYTES + size;
    }
    return frames;
  }

  boolean contains(Frame frame, String text) {
    return find(frame, text) >= 0;
  }

  /** Replaces a text in a frame by one of its length, and makes the checksum fit. */
  void forge(Frame frame, String text, String other) {
    bytes.put(find(frame, text), other.getBytes(StandardCharsets.UTF_8));
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(frame.offset(), CHECKSUM_AT));
    crc.update(bytes.slice(frame.offset() + HEADER_BYTES, frame.payloadBytes()));
    bytes.putInt(frame.offset() + CHECKSUM_AT, (int) crc.getValue());
    write();
  }

  /** Damages one byte of a frame's payload. */
  void flip(Frame frame) {
    int at = frame.offset() + HEADER_BYTES + frame.payloadBytes() / 2;
    bytes.put(at, (byte) (bytes.get(at) ^ 1));
    write();
  }

  private int find(Frame frame, String text) {
    byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
    int from = frame.offset() + HEADER_BYTES;
    for (int at = from; at <= from + frame.payloadBytes() - wanted.length; at++) {
      if (bytes.slice(at, wanted.length).equals(ByteBuffer.wrap(wanted))) {
        return at;
      }
    }
    return -1;
  }

  private void write() {
    try {
      byte[] all = new byte[bytes.capacity()];
      bytes.get(0, all);
      Files.write(segment, all);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
