package ai.neo.orchestrator.journal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes tag-length-value fields: tag u16, length u16, value; little-endian. A length of 0xFFFF is
 * followed by the true length as u32.
 */
final class FieldWriter {
  static final int LONG_LENGTH = 0xFFFF;

  private final ByteBuffer target;

  FieldWriter(ByteBuffer target) {
    this.target = target;
  }

  FieldWriter number(int tag, long value) {
    target.putShort((short) tag).putShort((short) Long.BYTES).putLong(value);
    return this;
  }

  FieldWriter flag(int tag, boolean value) {
    return number(tag, value ? 1 : 0);
  }

  FieldWriter real(int tag, double value) {
    return number(tag, Double.doubleToRawLongBits(value));
  }

  FieldWriter text(int tag, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    head(tag, bytes.length);
    target.put(bytes);
    return this;
  }

  /** Its name: constants may be reordered. */
  FieldWriter oneOf(int tag, Enum<?> value) {
    return text(tag, value.name());
  }

  FieldWriter reals(int tag, float[] values) {
    head(tag, values.length * Float.BYTES);
    for (float value : values) {
      target.putFloat(value);
    }
    return this;
  }

  private void head(int tag, int length) {
    target.putShort((short) tag);
    if (length >= LONG_LENGTH) {
      target.putShort((short) LONG_LENGTH).putInt(length);
    } else {
      target.putShort((short) length);
    }
  }
}
