package ai.neo.modelgateway.engine;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtUtil;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * BYTES as the strings of ONNX Runtime's Java interface, which are text. On its way to the engine
 * that text becomes Java's own form of UTF-8, in which NUL and characters beyond the basic plane
 * are other bytes than in UTF-8: the model would not see what was sent, so that these are refused.
 */
final class OnnxStrings {

  private OnnxStrings() {}

  /**
   * The elements as text.
   *
   * @throws IllegalStateException when one is no UTF-8, or would reach the engine as other bytes
   */
  static String[] toRuntime(TensorValue value) {
    List<ByteString> elements = ByteStrings.unpack(value.data());
    String[] strings = new String[elements.size()];
    for (int i = 0; i < strings.length; i++) {
      strings[i] = text(value.name(), elements.get(i));
    }
    return strings;
  }

  private static String text(String name, ByteString element) {
    if (element.isEmpty()) {
      return "";
    }
    ByteBuffer bytes = element.asReadOnlyByteBuffer();
    try {
      CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(bytes);
      if (text.chars().anyMatch(c -> c == 0 || Character.isSurrogate((char) c))) {
        throw new IllegalStateException(
            "input '%s' holds NUL or a character beyond U+FFFF, which would reach the engine as other bytes"
                .formatted(name));
      }
      return text.toString();
    } catch (CharacterCodingException e) {
      throw new IllegalStateException(
          "input '" + name + "' holds bytes that are no UTF-8, which this engine cannot pass on",
          e);
    }
  }

  static ByteString fromRuntime(OnnxTensor tensor, long elements) throws OrtException {
    if (elements == 0) {
      return ByteString.EMPTY;
    }
    Object value = tensor.getValue();
    String[] strings =
        value instanceof String one ? new String[] {one} : OrtUtil.flattenString(value);
    List<ByteString> packed = new ArrayList<>(strings.length);
    for (String string : strings) {
      packed.add(ByteString.copyFromUtf8(string));
    }
    return ByteStrings.pack(packed);
  }
}
