package ai.neo.modelregistry.mlflow;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The path of a file or a folder in the artifact store, relative to its root. It is a key of a
 * table and never reaches a disk; it is checked all the same, because clients write such paths.
 */
final class ArtifactPath {
  /** Half of what an index entry has room for. */
  private static final int BYTES_MAX = 1300;

  private static final int SEGMENT_BYTES_MAX = 255;
  private static final int DECODINGS_MAX = 10;
  private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:([/\\\\].*)?");

  private ArtifactPath() {}

  /** The path of a URL, percent-encoded once by its sender. */
  static String ofUrl(String raw) {
    return checked(percentDecoded(raw));
  }

  /** A path that is decoded already; "" is the root. */
  static String checked(String path) {
    String decoded = fullyDecoded(path);
    List<String> segments = Arrays.asList(decoded.split("/", -1));
    boolean isHarmless =
        !segments.contains("..")
            && !decoded.startsWith("/")
            && decoded.indexOf('#') < 0
            && decoded.indexOf('\0') < 0
            && decoded.indexOf('\\') < 0
            && !DRIVE.matcher(decoded).matches();
    if (!isHarmless) {
      throw MlflowException.invalid("Invalid path");
    }
    String trimmed = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    if (trimmed.isEmpty()) {
      return trimmed;
    }
    for (String segment : trimmed.split("/", -1)) {
      if (segment.isEmpty() || segment.equals(".")) {
        throw MlflowException.invalid("Invalid path: it has an empty part or the part '.'");
      }
      if (segment.getBytes(StandardCharsets.UTF_8).length > SEGMENT_BYTES_MAX) {
        throw MlflowException.invalid(
            "Invalid path: a part has more than %d bytes".formatted(SEGMENT_BYTES_MAX));
      }
    }
    if (trimmed.getBytes(StandardCharsets.UTF_8).length > BYTES_MAX) {
      throw MlflowException.invalid("Invalid path: it has more than %d bytes".formatted(BYTES_MAX));
    }
    return trimmed;
  }

  /** Percent-decoded until nothing changes, because some server behind would do so. */
  static String fullyDecoded(String text) {
    String decoded = text;
    for (int i = 0; i < DECODINGS_MAX; i++) {
      String next = percentDecoded(decoded);
      if (next.equals(decoded)) {
        return decoded;
      }
      decoded = next;
    }
    throw MlflowException.invalid("Invalid path: it is percent-encoded again and again");
  }

  /** Percent-decoding alone; a % that begins no code stays. */
  static String percentDecoded(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    byte[] raw = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(raw.length);
    for (int i = 0; i < raw.length; i++) {
      int high = raw[i] == '%' && i + 2 < raw.length ? Character.digit(raw[i + 1], 16) : -1;
      int low = high >= 0 ? Character.digit(raw[i + 2], 16) : -1;
      if (low >= 0) {
        bytes.put((byte) (high << 4 | low));
        i += 2;
      } else {
        bytes.put(raw[i]);
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      throw MlflowException.invalid("Invalid path: it is not UTF-8");
    }
  }
}
