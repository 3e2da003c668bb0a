package ai.neo.orchestrator.journal;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/** Walks the frames of one segment in memory and says where and why they end. */
final class SegmentScan {
  private final ByteBuffer segment;
  private final ByteBuffer view;
  private final CRC32C crc = new CRC32C();
  private int offset;
  private long expectedSequence;

  /**
   * @param segment little-endian
   */
  SegmentScan(ByteBuffer segment, int offset, long expectedSequence) {
    this.segment = segment;
    this.view = segment.duplicate();
    this.offset = offset;
    this.expectedSequence = expectedSequence;
  }

  int offset() {
    return offset;
  }

  long expectedSequence() {
    return expectedSequence;
  }

  /** The next frame if a whole one lies here; else empty, and the scan stays. */
  Optional<Frame> next() {
    if (damage(offset, expectedSequence).isPresent()) {
      return Optional.empty();
    }
    int size = segment.getInt(offset + Frame.SIZE_AT);
    Frame frame =
        new Frame(
            Frame.typeOf(segment.getInt(offset + Frame.METADATA_AT)),
            expectedSequence,
            segment.getLong(offset + Frame.TIMESTAMP_AT),
            segment.slice(offset + Frame.HEADER_BYTES, size).order(segment.order()),
            offset);
    offset += Frame.HEADER_BYTES + size;
    expectedSequence++;
    return Optional.of(frame);
  }

  /** Why no whole frame lies at the scan's place. */
  String reason() {
    return damage(offset, expectedSequence).orElse("nothing is wrong");
  }

  /** Whether only zeros follow: the reserved rest of a segment. */
  boolean onlyZerosFollow() {
    int i = offset;
    for (; i + Long.BYTES <= segment.limit(); i += Long.BYTES) {
      if (segment.getLong(i) != 0) {
        return false;
      }
    }
    for (; i < segment.limit(); i++) {
      if (segment.get(i) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether a whole, later frame follows: then this is damage in the middle, no torn tail. */
  boolean wholeFrameFollows() {
    for (int i = offset + 1; i + Frame.HEADER_BYTES <= segment.limit(); i++) {
      if (segment.getInt(i) == Frame.MAGIC
          && segment.getLong(i + Frame.SEQUENCE_AT) >= expectedSequence
          && damage(i, segment.getLong(i + Frame.SEQUENCE_AT)).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private Optional<String> damage(int at, long sequence) {
    if (segment.limit() - at < Frame.HEADER_BYTES) {
      return Optional.of("no room for a header");
    }
    if (segment.getInt(at) != Frame.MAGIC) {
      return Optional.of(
          String.format("magic is %08x, expected %08x", segment.getInt(at), Frame.MAGIC));
    }
    int version = Frame.versionOf(segment.getInt(at + Frame.METADATA_AT));
    if (version != Frame.FORMAT_VERSION) {
      return Optional.of("format version is " + version + ", expected " + Frame.FORMAT_VERSION);
    }
    int size = segment.getInt(at + Frame.SIZE_AT);
    if (size < 0
        || size > Frame.MAX_PAYLOAD_BYTES
        || size > segment.limit() - at - Frame.HEADER_BYTES) {
      return Optional.of("payload size is " + Integer.toUnsignedString(size));
    }
    int found = segment.getInt(at + Frame.CHECKSUM_AT);
    int computed = Frame.checksum(crc, view, at, size);
    if (found != computed) {
      return Optional.of(String.format("checksum is %08x, expected %08x", found, computed));
    }
    long foundSequence = segment.getLong(at + Frame.SEQUENCE_AT);
    return foundSequence == sequence
        ? Optional.empty()
        : Optional.of("sequence is " + foundSequence + ", expected " + sequence);
  }
}
