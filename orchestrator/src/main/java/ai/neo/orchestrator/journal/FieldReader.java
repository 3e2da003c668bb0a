package ai.neo.orchestrator.journal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads the fields that {@link FieldWriter} wrote, by tag, in any order. Unknown tags are passed
 * over, so that an older program reads what a newer one added.
 */
final class FieldReader {
  private final ByteBuffer payload;

  /**
   * @param payload little-endian
   */
  FieldReader(ByteBuffer payload) {
    this.payload = payload;
  }

  long number(int tag) {
    int at = find(tag, Long.BYTES);
    return payload.getLong(at);
  }

  /** The number, or another where the field is missing. */
  long number(int tag, long otherwise) {
    int at = seek(tag, Long.BYTES);
    return at < 0 ? otherwise : payload.getLong(at);
  }

  int integer(int tag) {
    return Math.toIntExact(number(tag));
  }

  boolean flag(int tag) {
    return number(tag) != 0;
  }

  double real(int tag) {
    return Double.longBitsToDouble(number(tag));
  }

  String text(int tag) {
    int at = find(tag, -1);
    byte[] bytes = new byte[lengthFound];
    payload.get(at, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  float[] reals(int tag) {
    int at = find(tag, -1);
    float[] values = new float[lengthFound / Float.BYTES];
    for (int i = 0; i < values.length; i++) {
      values[i] = payload.getFloat(at + i * Float.BYTES);
    }
    return values;
  }

  <E extends Enum<E>> E oneOf(int tag, Class<E> type) {
    return Enum.valueOf(type, text(tag));
  }

  private int lengthFound;

  private int find(int tag, int expectedLength) {
    int at = seek(tag, expectedLength);
    if (at < 0) {
      throw new IllegalStateException("field " + tag + " is missing");
    }
    return at;
  }

  /** Where the field's content begins; −1 where the field is missing. */
  private int seek(int tag, int expectedLength) {
    int at = 0;
    while (at + 4 <= payload.limit()) {
      int foundTag = Short.toUnsignedInt(payload.getShort(at));
      int length = Short.toUnsignedInt(payload.getShort(at + 2));
      at += 4;
      if (length == FieldWriter.LONG_LENGTH) {
        length = payload.getInt(at);
        at += 4;
      }
      if (length < 0 || length > payload.limit() - at) {
        throw new IllegalStateException(
            "field "
                + foundTag
                + " at byte "
                + at
                + " says "
                + length
                + " bytes, "
                + (payload.limit() - at)
                + " are left");
      }
      if (foundTag == tag) {
        if (expectedLength >= 0 && length != expectedLength) {
          throw new IllegalStateException(
              "field " + tag + " has " + length + " bytes, expected " + expectedLength);
        }
        lengthFound = length;
        return at;
      }
      at += length;
    }
    return -1;
  }
}
