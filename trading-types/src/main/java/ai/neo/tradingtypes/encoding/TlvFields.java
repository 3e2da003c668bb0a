package ai.neo.tradingtypes.encoding;

import java.util.Arrays;
import java.util.List;

/**
 * The fields of one range of tags, found by tag: a flyweight over what a {@link TlvReader} reads.
 *
 * <p>Remembers where each field lies and reads it when asked. A field that is asked for and not
 * there is a {@link TlvException}, and so is one that is there twice; tags outside the range are
 * left to others. For one thread at a time; reusable by scanning again.
 */
public final class TlvFields {
  private static final int ABSENT = -1;

  private final int firstTag;
  private final int[] offsets;
  private TlvReader reader;

  /** For tags from the first to the last, both included. */
  public TlvFields(int firstTag, int lastTag) {
    if (firstTag < 1 || lastTag < firstTag || lastTag > 0xFFFF) {
      throw new IllegalArgumentException(
          "first_tag=" + firstTag + " last_tag=" + lastTag + ", expected 1 <= first <= last");
    }
    this.firstTag = firstTag;
    this.offsets = new int[lastTag - firstTag + 1];
  }

  /** Reads all fields of the reader's payload, from its start. The reader stays in use. */
  public TlvFields scan(TlvReader source) {
    reader = source.rewind();
    Arrays.fill(offsets, ABSENT);
    while (source.next()) {
      int index = source.tag() - firstTag;
      if (index >= 0 && index < offsets.length) {
        if (offsets[index] != ABSENT) {
          throw source.wrong("the field is there twice");
        }
        offsets[index] = source.offset();
      }
    }
    return this;
  }

  /** Whether the field is there. */
  public boolean has(int tag) {
    return offsets[tag - firstTag] != ABSENT;
  }

  /** The field as a 64-bit number. */
  public long number(int tag) {
    return at(tag).asLong();
  }

  /** The field as a 32-bit number. */
  public int integer(int tag) {
    return at(tag).asInt();
  }

  /** The field as a truth value. */
  public boolean flag(int tag) {
    return at(tag).asBoolean();
  }

  /** The field as text. */
  public String text(int tag) {
    return at(tag).asString();
  }

  /** The field as a double. */
  public double real(int tag) {
    return at(tag).asDouble();
  }

  /** The field as an array of floats. */
  public float[] floats(int tag) {
    return at(tag).asFloats();
  }

  /** The field as a constant that was written by its name. */
  public <E extends Enum<E>> E constant(int tag, Class<E> type) {
    TlvReader field = at(tag);
    String name = field.asString();
    try {
      return Enum.valueOf(type, name);
    } catch (IllegalArgumentException e) {
      throw field.wrong("value=" + name + ", expected one of " + List.of(type.getEnumConstants()));
    }
  }

  /** The reader, standing on the field. */
  public TlvReader at(int tag) {
    int offset = offsets[tag - firstTag];
    if (offset == ABSENT) {
      throw new TlvException("the field is missing", tag, 0);
    }
    return reader.moveTo(offset);
  }
}
