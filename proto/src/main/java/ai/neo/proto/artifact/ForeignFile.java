package ai.neo.proto.artifact;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Names what a refused file looks like, so that its sender knows what went wrong. It decides
 * nothing: what is not on the allow-list is refused whatever this class calls it.
 */
final class ForeignFile {
  private static final int SHOWN_BYTES = 8;

  /** Protocols 2 to 5 begin with PROTO and the protocol's number. */
  private static final int PICKLE_PROTO_OPCODE = 0x80;

  /** Protocols 0 and 1 are opcodes from the first byte; GLOBAL is "cmodule\nname\n". */
  private static final Pattern TEXTUAL_PICKLE =
      Pattern.compile(
          "(?s)[(\\]}]*c[\\w.]+\\n[\\w.]+\\n.*"
              + "|[(\\]}][lpdqt0-9(].*\\.\\s*"
              + "|[IFSVL][^\\n]*\\n.*\\.\\s*");

  private static final int TEXT_EXAMINED_BYTES = 4096;

  private ForeignFile() {}

  static boolean isZip(ByteString content) {
    return begins(content, 'P', 'K', 3, 4) || begins(content, 'P', 'K', 5, 6);
  }

  static String describe(ByteString content) {
    if (isBinaryPickle(content)) {
      return "a Python pickle, which runs arbitrary code when it is read (torch.save of old,"
          + " joblib, scikit-learn); export the model to ONNX instead";
    }
    if (begins(content, 0x89, 'H', 'D', 'F')) {
      return "HDF5 (Keras); export the model to ONNX instead";
    }
    if (begins(content, 0x1f, 0x8b)) {
      return "a gzip archive; send the model itself";
    }
    if (begins(content, 0x7f, 'E', 'L', 'F')) {
      return "an ELF executable";
    }
    if (begins(content, 'M', 'Z')) {
      return "a Windows executable";
    }
    if (begins(content, 'D', 'J', 'L', '@')) {
      return "bare DJL parameters, without the header that names their network; export as neo-djl";
    }
    if (isSafetensors(content)) {
      return "safetensors, weights without their network; export the model to ONNX instead";
    }
    if (isTextualPickle(content)) {
      return "a textual Python pickle, which runs arbitrary code when it is read; export the model"
          + " to ONNX instead";
    }
    byte[] start = content.substring(0, Math.min(SHOWN_BYTES, content.size())).toByteArray();
    return "nothing known (it begins with the bytes 0x%s)"
        .formatted(HexFormat.of().formatHex(start));
  }

  private static boolean isBinaryPickle(ByteString content) {
    return content.size() >= 2
        && (content.byteAt(0) & 0xff) == PICKLE_PROTO_OPCODE
        && content.byteAt(1) >= 2
        && content.byteAt(1) <= 5;
  }

  /** A 64-bit little-endian length, and a JSON object of that length. */
  private static boolean isSafetensors(ByteString content) {
    return content.size() > Long.BYTES
        && content.byteAt(Long.BYTES) == '{'
        && content.byteAt(Long.BYTES - 1) == 0;
  }

  private static boolean isTextualPickle(ByteString content) {
    if (content.byteAt(content.size() - 1) != '.' && content.byteAt(content.size() - 1) != '\n') {
      return false;
    }
    if (content.size() > TEXT_EXAMINED_BYTES) {
      // The pattern looks at both ends alone, and both are kept.
      ByteString end = content.substring(content.size() - 1);
      return matches(content.substring(0, TEXT_EXAMINED_BYTES).concat(end));
    }
    return matches(content);
  }

  private static boolean matches(ByteString text) {
    return TEXTUAL_PICKLE.matcher(text.toString(StandardCharsets.ISO_8859_1)).matches();
  }

  private static boolean begins(ByteString content, int... bytes) {
    if (content.size() < bytes.length) {
      return false;
    }
    for (int i = 0; i < bytes.length; i++) {
      if ((content.byteAt(i) & 0xff) != bytes[i]) {
        return false;
      }
    }
    return true;
  }
}
