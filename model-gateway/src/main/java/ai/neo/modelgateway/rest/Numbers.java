package ai.neo.modelgateway.rest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import inference.ModelInferRequest.InferInputTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The elements of one tensor in JSON, flat or nested, in row-major order. */
final class Numbers {

  private static final String FP32 = "FP32";

  private float[] values = new float[64];
  private int count;
  private boolean allNumbers = true;

  private Numbers() {}

  /** Reads the array at whose start the parser stands. */
  static Numbers read(JsonParser in) throws IOException, HttpRefusal {
    if (in.currentToken() != JsonToken.START_ARRAY) {
      throw HttpRefusal.badRequest("'data' must be an array");
    }
    Numbers numbers = new Numbers();
    for (int depth = 1; depth > 0; ) {
      JsonToken token = in.nextToken();
      switch (token) {
        case START_ARRAY -> depth++;
        case END_ARRAY -> depth--;
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> numbers.add(in.getFloatValue());
        case VALUE_STRING, VALUE_TRUE, VALUE_FALSE -> {
          numbers.allNumbers = false;
          numbers.add(0);
        }
        default -> throw HttpRefusal.badRequest("'data' must hold scalars only");
      }
    }
    return numbers;
  }

  private void add(float value) {
    if (count == values.length) {
      values = Arrays.copyOf(values, 2 * count);
    }
    values[count++] = value;
  }

  /**
   * The elements as raw bytes. Those of another type than FP32 are left out: no model here takes
   * them, and the request is refused for their type.
   */
  ByteString packed(InferInputTensor.Builder input) throws HttpRefusal {
    if (!input.getDatatype().equals(FP32)) {
      return ByteString.EMPTY;
    }
    long elements = 1;
    for (long dimension : input.getShapeList()) {
      elements = dimension < 0 ? -1 : elements * dimension; // wraps: then it is not the count
    }
    if (!allNumbers || elements != count) {
      throw HttpRefusal.badRequest(
          "Unable to parse 'data': Shape does not match true shape of 'data' field");
    }
    ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values, 0, count);
    return UnsafeByteOperations.unsafeWrap(bytes.array());
  }
}
