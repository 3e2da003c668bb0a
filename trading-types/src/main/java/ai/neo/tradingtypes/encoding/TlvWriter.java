package ai.neo.tradingtypes.encoding;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Writes fields into a buffer, from its position on.
 *
 * <p>Each call writes one whole field and moves the buffer's position behind it, or throws {@link
 * TlvException} and leaves the position where it was. Nothing is allocated. The buffer's byte order
 * does not matter. For one thread at a time; {@link #wrap} makes it new.
 */
public final class TlvWriter {
  /** Bytes of tag and length before a value shorter than {@link #EXTENDED}. */
  public static final int HEADER_BYTES = 4;

  /** Bytes of tag and length before a longer value, and before nested fields. */
  public static final int EXTENDED_HEADER_BYTES = 8;

  /** The length that says: the true length follows as u32. */
  static final int EXTENDED = 0xFFFF;

  private ByteBuffer buffer;
  private int start;

  /** Begins a payload at the buffer's position. */
  public TlvWriter(ByteBuffer buffer) {
    wrap(buffer);
  }

  /** Begins another payload at the buffer's position. */
  public TlvWriter wrap(ByteBuffer target) {
    buffer = Objects.requireNonNull(target, "buffer");
    start = target.position();
    return this;
  }

  /** Bytes written since the payload began. */
  public int length() {
    return buffer.position() - start;
  }

  /** A number of one byte. */
  public TlvWriter putByte(int tag, int value) {
    if (value != (byte) value) {
      throw new TlvException("value=" + value + " does not fit one byte", tag, length());
    }
    int at = begin(tag, Byte.BYTES);
    buffer.put(at, (byte) value);
    return end(at, Byte.BYTES);
  }

  /** A truth value: one byte, 1 or 0. */
  public TlvWriter putBoolean(int tag, boolean value) {
    return putByte(tag, value ? 1 : 0);
  }

  /** A number of four bytes. */
  public TlvWriter putInt(int tag, int value) {
    int at = begin(tag, Integer.BYTES);
    LittleEndian.INT.set(buffer, at, value);
    return end(at, Integer.BYTES);
  }

  /** A number of eight bytes. */
  public TlvWriter putLong(int tag, long value) {
    int at = begin(tag, Long.BYTES);
    LittleEndian.LONG.set(buffer, at, value);
    return end(at, Long.BYTES);
  }

  /** A double, its bits as they are: NaN and both zeros survive. */
  public TlvWriter putDouble(int tag, double value) {
    int at = begin(tag, Double.BYTES);
    LittleEndian.LONG.set(buffer, at, Double.doubleToRawLongBits(value));
    return end(at, Double.BYTES);
  }

  /** Text as UTF-8. A lone surrogate is refused: it would not come back. */
  public TlvWriter putString(int tag, CharSequence text) {
    int bytes = Utf8.length(text, tag, length());
    int at = begin(tag, bytes);
    Utf8.encode(text, buffer, at);
    return end(at, bytes);
  }

  /** Bytes as they are. */
  public TlvWriter putBytes(int tag, byte[] value) {
    int at = begin(tag, value.length);
    buffer.put(at, value);
    return end(at, value.length);
  }

  /** What remains in the source, whose position stays. */
  public TlvWriter putBytes(int tag, ByteBuffer source) {
    int bytes = source.remaining();
    int at = begin(tag, bytes);
    buffer.put(at, source, source.position(), bytes);
    return end(at, bytes);
  }

  /** An array of floats: four bytes each. */
  public TlvWriter putFloats(int tag, float[] values) {
    int bytes = Math.multiplyExact(values.length, Float.BYTES);
    int at = begin(tag, bytes);
    for (int i = 0; i < values.length; i++) {
      LittleEndian.INT.set(buffer, at + i * Float.BYTES, Float.floatToRawIntBits(values[i]));
    }
    return end(at, bytes);
  }

  /** An array of doubles: eight bytes each. */
  public TlvWriter putDoubles(int tag, double[] values) {
    int bytes = Math.multiplyExact(values.length, Double.BYTES);
    int at = begin(tag, bytes);
    for (int i = 0; i < values.length; i++) {
      LittleEndian.LONG.set(buffer, at + i * Double.BYTES, Double.doubleToRawLongBits(values[i]));
    }
    return end(at, bytes);
  }

  /**
   * Opens a field that holds fields: what is written until {@link #endNested} belongs to it.
   *
   * @return the mark to close it with
   */
  public int beginNested(int tag) {
    checkTag(tag);
    int at = buffer.position();
    checkRoom(tag, EXTENDED_HEADER_BYTES);
    LittleEndian.SHORT.set(buffer, at, (short) tag);
    LittleEndian.SHORT.set(buffer, at + 2, (short) EXTENDED);
    LittleEndian.INT.set(buffer, at + 4, 0);
    buffer.position(at + EXTENDED_HEADER_BYTES);
    return at;
  }

  /** Closes the field that {@link #beginNested} opened. */
  public TlvWriter endNested(int mark) {
    int length = buffer.position() - mark - EXTENDED_HEADER_BYTES;
    if (mark < start || length < 0) {
      throw new IllegalArgumentException("mark=" + mark + " is of no open field");
    }
    LittleEndian.INT.set(buffer, mark + 4, length);
    return this;
  }

  /** Bytes that a field with a value of this length takes. */
  public static int fieldBytes(int valueBytes) {
    return Math.addExact(valueBytes, valueBytes < EXTENDED ? HEADER_BYTES : EXTENDED_HEADER_BYTES);
  }

  /** Bytes that a field with this text takes at most. */
  public static int maxFieldBytes(CharSequence text) {
    return Math.addExact(
        EXTENDED_HEADER_BYTES, Math.multiplyExact(text.length(), Utf8.MAX_BYTES_PER_CHAR));
  }

  /** Writes tag and length and answers where the value goes; the position does not move yet. */
  private int begin(int tag, int valueBytes) {
    checkTag(tag);
    int at = buffer.position();
    int headerBytes = valueBytes < EXTENDED ? HEADER_BYTES : EXTENDED_HEADER_BYTES;
    checkRoom(tag, (long) valueBytes + headerBytes);
    LittleEndian.SHORT.set(buffer, at, (short) tag);
    if (valueBytes < EXTENDED) {
      LittleEndian.SHORT.set(buffer, at + 2, (short) valueBytes);
      return at + HEADER_BYTES;
    }
    LittleEndian.SHORT.set(buffer, at + 2, (short) EXTENDED);
    LittleEndian.INT.set(buffer, at + 4, valueBytes);
    return at + EXTENDED_HEADER_BYTES;
  }

  private TlvWriter end(int valueAt, int valueBytes) {
    buffer.position(valueAt + valueBytes);
    return this;
  }

  private void checkTag(int tag) {
    if (tag < 1 || tag > 0xFFFF) {
      throw new TlvException("a tag is 1 to 65535", tag, length());
    }
  }

  private void checkRoom(int tag, long bytes) {
    if (bytes > buffer.remaining()) {
      throw new TlvException(
          "the field takes bytes=" + bytes + ", the buffer has room for " + buffer.remaining(),
          tag,
          length());
    }
  }
}
