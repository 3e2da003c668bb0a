package ai.neo.modelgateway.engine;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Strings of bytes as the protocol packs them: each after its length, 32 bits, little-endian. */
public final class ByteStrings {

  private ByteStrings() {}

  /**
   * Packs strings.
   *
   * @throws IllegalArgumentException when they need more bytes than one array has
   */
  public static ByteString pack(Iterable<ByteString> strings) {
    long size = 0;
    for (ByteString string : strings) {
      size += Integer.BYTES + (long) string.size();
    }
    if (size > Integer.MAX_VALUE - Long.BYTES) {
      throw new IllegalArgumentException("the strings need " + size + " bytes");
    }
    ByteString.Output packed = ByteString.newOutput((int) size);
    for (ByteString string : strings) {
      int length = string.size();
      for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
        packed.write(length >>> shift);
      }
      packed.write(string.toByteArray(), 0, length);
    }
    return packed.toByteString();
  }

  /** The strings; the bytes have to be rightly packed. */
  public static List<ByteString> unpack(ByteString packed) {
    List<ByteString> strings = new ArrayList<>();
    ByteBuffer bytes = buffer(packed);
    while (bytes.hasRemaining()) {
      int length = bytes.getInt();
      strings.add(packed.substring(bytes.position(), bytes.position() + length));
      bytes.position(bytes.position() + length);
    }
    return strings;
  }

  /** Where the element of that index begins. */
  static int offset(ByteString packed, long index) {
    ByteBuffer bytes = buffer(packed);
    for (long i = 0; i < index; i++) {
      int length = bytes.getInt();
      bytes.position(bytes.position() + length);
    }
    return bytes.position();
  }

  /** From position 0, which a part of a larger array does not begin at. */
  private static ByteBuffer buffer(ByteString packed) {
    return packed.asReadOnlyByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
  }
}
