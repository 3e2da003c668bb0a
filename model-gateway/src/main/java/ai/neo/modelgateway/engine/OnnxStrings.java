package ai.neo.modelgateway.engine;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtUtil;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * BYTES as the strings of ONNX Runtime's Java interface, which are text. On its way to the engine
 * that text becomes Java's own form of UTF-8, in which NUL and characters beyond the basic plane
 * are other bytes than in UTF-8: the model would not see what was sent, so that these are refused.
 */
final class OnnxStrings {

  private OnnxStrings() {}

  /** Why an input cannot reach the engine as it is; empty when it can. */
  static Optional<String> objection(TensorValue value) {
    for (ByteString element : ByteStrings.unpack(value.data())) {
      if (!element.isValidUtf8()) {
        return Optional.of(
            "input '%s' holds bytes that are no UTF-8, which this engine cannot pass on"
                .formatted(value.name()));
      }
      if (element.toStringUtf8().chars().anyMatch(c -> c == 0 || Character.isSurrogate((char) c))) {
        return Optional.of(
            "input '%s' holds NUL or a character beyond U+FFFF, which would reach the engine as other bytes"
                .formatted(value.name()));
      }
    }
    return Optional.empty();
  }

  /** The elements as text; there was no {@link #objection}. */
  static String[] toRuntime(TensorValue value) {
    return ByteStrings.unpack(value.data()).stream()
        .map(ByteString::toStringUtf8)
        .toArray(String[]::new);
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
