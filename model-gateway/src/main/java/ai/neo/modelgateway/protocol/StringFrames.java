package ai.neo.modelgateway.protocol;

import com.google.protobuf.ByteString;
import inference.ModelInferRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Refuses BYTES whose lengths and elements are not what the shape says. Only looks.
 *
 * @param input the name of the tensor
 */
record StringFrames(ModelInferRequest request, String input) {

  /** Each becomes an object of some 60 bytes on its way to an engine, however short it is. */
  static final int ELEMENTS_MAX = 1 << 20;

  /** Requires exactly so many elements, whole. */
  void require(ByteString packed, long expected) throws RefusedRequestException {
    ByteBuffer bytes = packed.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    long elements = 0;
    while (bytes.hasRemaining()) {
      if (bytes.remaining() < Integer.BYTES) {
        throw prefixed(
            "incomplete string length indicator for inference input '%s' for model '%s', expecting 4 bytes but only %d bytes available. Please make sure the string length indicator is in one buffer."
                .formatted(input, request.getModelName(), bytes.remaining()));
      }
      long length = Integer.toUnsignedLong(bytes.getInt());
      elements++;
      if (elements > expected) {
        throw prefixed(
            "unexpected number of string elements %d for inference input '%s' for model '%s', expecting %d"
                .formatted(elements, input, request.getModelName(), expected));
      }
      if (elements > ELEMENTS_MAX) {
        throw prefixed(
            "input '%s' for model '%s' has more than %d string elements, which is what one request may have"
                .formatted(input, request.getModelName(), ELEMENTS_MAX));
      }
      if (length > bytes.remaining()) {
        throw RefusedRequestException.invalid(
            "incomplete string data for inference input '%s', expecting string of length %d but only %d bytes available"
                .formatted(input, length, bytes.remaining()));
      }
      bytes.position(bytes.position() + (int) length);
    }
    if (elements != expected) {
      throw prefixed(
          "expected %d string elements for inference input '%s' for model '%s', got %d"
              .formatted(expected, input, request.getModelName(), elements));
    }
  }

  private RefusedRequestException prefixed(String message) {
    return RefusedRequestException.invalid(
        RefusedRequestException.prefix(request.getId()) + message);
  }
}
