package ai.neo.orchestrator.journal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The frame of the journal, the relay and recorded data: a header of 32 bytes, little-endian, and a
 * payload of tag-length-value fields.
 *
 * <pre>
 *  0  u32  magic 0xDEADBEEF
 *  4  u32  metadata: format version in bits 0-7, type in bits 8-23, flags in bits 24-31
 *  8  u64  sequence, without gaps, from 1
 * 16  u64  timestamp, nanoseconds since 1970 UTC
 * 24  u32  payload size in bytes
 * 28  u32  checksum: CRC32C over bytes 0-27 and the payload
 * </pre>
 *
 * @param offset of the header in its segment
 * @param payload read-only, little-endian, positioned at the payload's start; valid as long as the
 *     reader that gave it is open
 */
public record Frame(int type, long sequence, long timestampNs, ByteBuffer payload, long offset) {
  /** The first four bytes of every frame. */
  public static final int MAGIC = 0xDEADBEEF;

  /** Bytes of the header. */
  public static final int HEADER_BYTES = 32;

  /** Version of this format. */
  public static final int FORMAT_VERSION = 1;

  /** A payload is never larger: a size beyond it is damage, not data. */
  public static final int MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;

  static final int METADATA_AT = 4;
  static final int SEQUENCE_AT = 8;
  static final int TIMESTAMP_AT = 16;
  static final int SIZE_AT = 24;
  static final int CHECKSUM_AT = 28;

  static int metadata(int type) {
    return FORMAT_VERSION | type << 8;
  }

  static int typeOf(int metadata) {
    return metadata >>> 8 & 0xFFFF;
  }

  static int versionOf(int metadata) {
    return metadata & 0xFF;
  }

  /**
   * The checksum of the frame that lies at the offset, whatever its checksum field says.
   *
   * @param view of the whole segment; its position and limit are moved
   */
  static int checksum(CRC32C crc, ByteBuffer view, int offset, int payloadBytes) {
    crc.reset();
    view.limit(offset + CHECKSUM_AT).position(offset);
    crc.update(view);
    view.limit(offset + HEADER_BYTES + payloadBytes).position(offset + HEADER_BYTES);
    crc.update(view);
    return (int) crc.getValue();
  }
}
