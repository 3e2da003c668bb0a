package ai.neo.modelgateway.engine;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * BYTES as Java's strings, which is what engines' Java interfaces take. On its way to the engine
 * that text becomes Java's own form of UTF-8, in which NUL and characters beyond the basic plane
 * are other bytes than in UTF-8: the model would not see what was sent, so that these are refused.
 */
final class JavaStrings {

  private JavaStrings() {}

  /** Why an input cannot reach an engine as it is; empty when it can. */
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
  static String[] of(TensorValue value) {
    return ByteStrings.unpack(value.data()).stream()
        .map(ByteString::toStringUtf8)
        .toArray(String[]::new);
  }

  /** The elements as the protocol packs them. */
  static ByteString packed(String[] strings) {
    List<ByteString> packed = new ArrayList<>(strings.length);
    for (String string : strings) {
      packed.add(ByteString.copyFromUtf8(string));
    }
    return ByteStrings.pack(packed);
  }
}
