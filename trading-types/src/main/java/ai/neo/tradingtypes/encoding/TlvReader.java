package ai.neo.tradingtypes.encoding;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Reads fields where they lie: a flyweight over a payload.
 *
 * <pre>{@code
 * while (reader.next()) {
 *   switch (reader.tag()) { ... }
 * }
 * }</pre>
 *
 * <p>Fields that are not asked for are skipped. Reading a number allocates nothing. The buffer's
 * position and byte order are neither changed nor relied on after {@link #wrap}. Whatever is wrong
 * with the bytes is a {@link TlvException}. For one thread at a time.
 */
public final class TlvReader {
  private ByteBuffer buffer;
  private int start;
  private int limit;
  private int fieldAt;
  private int nextAt;
  private int tag;
  private int valueAt;
  private int length;

  /** Reads what remains in the buffer. */
  public TlvReader(ByteBuffer buffer) {
    wrap(buffer);
  }

  /** Reads a part of the buffer, given by absolute offset and length in bytes. */
  public TlvReader(ByteBuffer buffer, int offset, int bytes) {
    wrap(buffer, offset, bytes);
  }

  /** Starts again on what remains in the buffer. */
  public TlvReader wrap(ByteBuffer source) {
    return wrap(source, source.position(), source.remaining());
  }

  /** Starts again on a part of the buffer, given by absolute offset and length in bytes. */
  public TlvReader wrap(ByteBuffer source, int offset, int bytes) {
    Objects.checkFromIndexSize(offset, bytes, source.limit());
    buffer = source;
    start = offset;
    limit = offset + bytes;
    return rewind();
  }

  /** Starts again on the first field. */
  public TlvReader rewind() {
    fieldAt = start;
    nextAt = start;
    tag = 0;
    valueAt = start;
    length = 0;
    return this;
  }

  /**
   * Goes to the next field.
   *
   * @return whether there is one
   * @throws TlvException if the bytes end inside it
   */
  public boolean next() {
    fieldAt = nextAt;
    tag = 0;
    int left = limit - fieldAt;
    if (left == 0) {
      valueAt = fieldAt;
      length = 0;
      return false;
    }
    if (left < TlvWriter.HEADER_BYTES) {
      throw wrong("truncated: bytes=" + left + " of a field's header of " + TlvWriter.HEADER_BYTES);
    }
    tag = (short) LittleEndian.SHORT.get(buffer, fieldAt) & 0xFFFF;
    if (tag == 0) {
      throw wrong("a tag is 1 to 65535");
    }
    long bytes = (short) LittleEndian.SHORT.get(buffer, fieldAt + 2) & 0xFFFF;
    int headerBytes = TlvWriter.HEADER_BYTES;
    if (bytes == TlvWriter.EXTENDED) {
      headerBytes = TlvWriter.EXTENDED_HEADER_BYTES;
      if (left < headerBytes) {
        throw wrong("truncated: bytes=" + left + " of a field's header of " + headerBytes);
      }
      bytes = (int) LittleEndian.INT.get(buffer, fieldAt + TlvWriter.HEADER_BYTES) & 0xFFFFFFFFL;
    }
    if (bytes > left - headerBytes) {
      throw wrong("truncated: value of bytes=" + bytes + ", " + (left - headerBytes) + " remain");
    }
    valueAt = fieldAt + headerBytes;
    length = (int) bytes;
    nextAt = valueAt + length;
    return true;
  }

  /** Goes to a field that was read before. */
  TlvReader moveTo(int offset) {
    nextAt = start + offset;
    next();
    return this;
  }

  /** The field's tag, 1 to 65535. */
  public int tag() {
    return tag;
  }

  /** Length of the field's value in bytes. */
  public int length() {
    return length;
  }

  /** Where the field begins, in bytes from the start of the payload. */
  public int offset() {
    return fieldAt - start;
  }

  /** Where the field's value begins, as an absolute offset in the buffer. */
  public int valueOffset() {
    return valueAt;
  }

  /** The number, whatever its width. */
  public long asLong() {
    return switch (length) {
      case Byte.BYTES -> buffer.get(valueAt);
      case Short.BYTES -> (short) LittleEndian.SHORT.get(buffer, valueAt);
      case Integer.BYTES -> (int) LittleEndian.INT.get(buffer, valueAt);
      case Long.BYTES -> (long) LittleEndian.LONG.get(buffer, valueAt);
      default -> throw wrong("length=" + length + ", expected 1, 2, 4 or 8 for a number");
    };
  }

  /** The number, which must fit an {@code int}. */
  public int asInt() {
    long value = asLong();
    if (value != (int) value) {
      throw wrong("value=" + value + " does not fit 32 bits");
    }
    return (int) value;
  }

  /** The truth value: a number that is 1 or 0. */
  public boolean asBoolean() {
    long value = asLong();
    if (value != 0 && value != 1) {
      throw wrong("value=" + value + ", expected 0 or 1");
    }
    return value == 1;
  }

  /** The double. */
  public double asDouble() {
    if (length != Double.BYTES) {
      throw wrong("length=" + length + ", expected 8 for a double");
    }
    return (double) LittleEndian.DOUBLE.get(buffer, valueAt);
  }

  /** The text; bytes that are no UTF-8 are refused. */
  public String asString() {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(asBuffer()).toString();
    } catch (CharacterCodingException e) {
      throw new TlvException("value is not UTF-8", tag, offset(), e);
    }
  }

  /** A copy of the value. */
  public byte[] asBytes() {
    byte[] value = new byte[length];
    buffer.get(valueAt, value);
    return value;
  }

  /** A read-only view of the value, in the buffer's own memory. */
  public ByteBuffer asBuffer() {
    return buffer.asReadOnlyBuffer().limit(nextAt).position(valueAt).slice();
  }

  /** The array of floats. */
  public float[] asFloats() {
    float[] values = new float[elements(Float.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) LittleEndian.FLOAT.get(buffer, valueAt + i * Float.BYTES);
    }
    return values;
  }

  /** The array of doubles. */
  public double[] asDoubles() {
    double[] values = new double[elements(Double.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (double) LittleEndian.DOUBLE.get(buffer, valueAt + i * Double.BYTES);
    }
    return values;
  }

  /** Lets another reader read the fields that the value holds. */
  public TlvReader asNested(TlvReader inner) {
    return inner.wrap(buffer, valueAt, length);
  }

  /** As {@link #asNested(TlvReader)}, with a new reader. */
  public TlvReader asNested() {
    return new TlvReader(buffer, valueAt, length);
  }

  /** What to throw when the field at hand is not what it should be. */
  public TlvException wrong(String problem) {
    return new TlvException(problem, tag, offset());
  }

  private int elements(int bytesEach) {
    if (length % bytesEach != 0) {
      throw wrong("length=" + length + ", expected a multiple of " + bytesEach);
    }
    return length / bytesEach;
  }
}
