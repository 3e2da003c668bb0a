package ai.neo.tradingtypes.encoding;

import java.nio.ByteBuffer;

/** UTF-8 written straight into a buffer: the JDK's encoder would allocate for every text. */
final class Utf8 {
  /** A char takes three bytes at most; a pair of surrogates takes four for its two chars. */
  static final int MAX_BYTES_PER_CHAR = 3;

  private Utf8() {}

  static int length(CharSequence text, int tag, int offset) {
    long bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        bytes++;
      } else if (c < 0x800) {
        bytes += 2;
      } else if (!Character.isSurrogate(c)) {
        bytes += 3;
      } else if (isPairAt(text, i)) {
        bytes += 4;
        i++;
      } else {
        throw new TlvException("text holds half a surrogate pair at index=" + i, tag, offset);
      }
    }
    if (bytes > Integer.MAX_VALUE) {
      throw new TlvException("text takes bytes=" + bytes, tag, offset);
    }
    return (int) bytes;
  }

  /** Writes text that {@link #length} has measured, and so checked. */
  static void encode(CharSequence text, ByteBuffer buffer, int offset) {
    int at = offset;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        buffer.put(at++, (byte) c);
      } else if (c < 0x800) {
        buffer.put(at++, (byte) (0xC0 | (c >> 6)));
        buffer.put(at++, (byte) (0x80 | (c & 0x3F)));
      } else if (!Character.isSurrogate(c)) {
        buffer.put(at++, (byte) (0xE0 | (c >> 12)));
        buffer.put(at++, (byte) (0x80 | ((c >> 6) & 0x3F)));
        buffer.put(at++, (byte) (0x80 | (c & 0x3F)));
      } else {
        i++;
        int point = Character.toCodePoint(c, text.charAt(i));
        buffer.put(at++, (byte) (0xF0 | (point >> 18)));
        buffer.put(at++, (byte) (0x80 | ((point >> 12) & 0x3F)));
        buffer.put(at++, (byte) (0x80 | ((point >> 6) & 0x3F)));
        buffer.put(at++, (byte) (0x80 | (point & 0x3F)));
      }
    }
  }

  private static boolean isPairAt(CharSequence text, int i) {
    return i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
  }
}
