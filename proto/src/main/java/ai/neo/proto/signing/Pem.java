package ai.neo.proto.signing;

import java.util.Base64;

/** Keys as text, RFC 7468. */
final class Pem {
  private static final int LINE = 64;

  private Pem() {}

  static String block(String label, byte[] content) {
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
        .formatted(
            label, Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(content), label)
        .replace("\r\n", "\n");
  }

  /** The text between the lines of a label. */
  static String block(String label, String text) {
    String begin = "-----BEGIN " + label + "-----";
    int from = text.indexOf(begin);
    int to = text.indexOf("-----END " + label + "-----");
    if (from < 0 || to < from) {
      throw new IllegalArgumentException("it has no block '" + label + "'");
    }
    return text.substring(from + begin.length(), to).replaceAll("\\s", "");
  }

  /** Without the lines around it, if any. */
  static String body(String text) {
    return text.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
  }
}
