package ai.neo.modelgateway.rest;

import ai.neo.modelgateway.engine.ByteStrings;
import ai.neo.modelgateway.engine.ElementType;
import ai.neo.modelgateway.engine.TensorValue;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import inference.ModelInferRequest.InferInputTensor;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The elements of one tensor in JSON, flat or nested, in row-major order, as the protocol packs
 * them. A number that its type cannot hold is refused, not cut.
 */
final class Elements {

  /** Two characters of JSON can become eight bytes; together they are no more than a message. */
  private static final int BYTES_MAX = Transfer.BODY_MAX_BYTES;

  private static final BigInteger UINT64_MAX =
      BigInteger.ONE.shiftLeft(Long.SIZE).subtract(BigInteger.ONE);

  private final InferInputTensor.Builder input;
  private final ElementType type;
  private ByteBuffer bytes = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
  private final List<ByteString> strings = new ArrayList<>();
  private long count;

  private Elements(InferInputTensor.Builder input, ElementType type) {
    this.input = input;
    this.type = type;
  }

  /**
   * Reads the array at whose start the parser stands, for an input of which everything else is
   * known.
   */
  static ByteString read(JsonParser in, InferInputTensor.Builder input, ElementType type)
      throws IOException, HttpRefusal {
    if (type == ElementType.FP16 || type == ElementType.BF16) {
      throw HttpRefusal.badRequest(
          "receiving %s data via JSON is not supported. Please use the binary data format for input %s"
              .formatted(type, input.getName()));
    }
    Elements elements = new Elements(input, type);
    elements.readAll(in);
    return elements.packed();
  }

  private void readAll(JsonParser in) throws IOException, HttpRefusal {
    for (int depth = 1; depth > 0; ) {
      JsonToken token = in.nextToken();
      switch (token) {
        case START_ARRAY -> depth++;
        case END_ARRAY -> depth--;
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_STRING, VALUE_TRUE, VALUE_FALSE -> {
          count++;
          element(in, token);
        }
        default -> throw HttpRefusal.badRequest("'data' must hold scalars only");
      }
    }
  }

  private void element(JsonParser in, JsonToken token) throws IOException, HttpRefusal {
    boolean number = token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT;
    switch (type) {
      case BOOL -> {
        require(token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE, in);
        room(1).put((byte) (token == JsonToken.VALUE_TRUE ? 1 : 0));
      }
      case FP32 -> {
        require(number, in);
        room(Float.BYTES).putFloat(in.getFloatValue());
      }
      case FP64 -> {
        require(number, in);
        room(Double.BYTES).putDouble(in.getDoubleValue());
      }
      case BYTES -> {
        require(token == JsonToken.VALUE_STRING, in);
        strings.add(ByteString.copyFromUtf8(in.getText()));
      }
      default -> {
        require(token == JsonToken.VALUE_NUMBER_INT, in);
        whole(in);
      }
    }
  }

  private void whole(JsonParser in) throws IOException, HttpRefusal {
    if (type == ElementType.UINT64) {
      BigInteger value = in.getBigIntegerValue();
      require(value.signum() >= 0 && value.compareTo(UINT64_MAX) <= 0, in);
      room(Long.BYTES).putLong(value.longValue());
      return;
    }
    require(in.getNumberType() != JsonParser.NumberType.BIG_INTEGER, in);
    long value = in.getLongValue();
    switch (type) {
      case INT8 -> room(1).put((byte) within(value, Byte.MIN_VALUE, Byte.MAX_VALUE, in));
      case UINT8 -> room(1).put((byte) within(value, 0, 0xff, in));
      case INT16 ->
          room(Short.BYTES).putShort((short) within(value, Short.MIN_VALUE, Short.MAX_VALUE, in));
      case UINT16 -> room(Short.BYTES).putShort((short) within(value, 0, 0xffff, in));
      case INT32 ->
          room(Integer.BYTES).putInt((int) within(value, Integer.MIN_VALUE, Integer.MAX_VALUE, in));
      case UINT32 -> room(Integer.BYTES).putInt((int) within(value, 0, 0xffff_ffffL, in));
      default -> room(Long.BYTES).putLong(value);
    }
  }

  private long within(long value, long least, long most, JsonParser in)
      throws IOException, HttpRefusal {
    require(value >= least && value <= most, in);
    return value;
  }

  private void require(boolean holds, JsonParser in) throws IOException, HttpRefusal {
    if (!holds) {
      throw HttpRefusal.badRequest(
          "Unable to parse 'data': '%s' is no %s of input '%s'"
              .formatted(shortened(in.getText()), type, input.getName()));
    }
  }

  private static String shortened(String text) {
    return text.length() > 40 ? text.substring(0, 40) + "..." : text;
  }

  private ByteBuffer room(int size) throws HttpRefusal {
    if (bytes.remaining() < size) {
      if (bytes.position() >= BYTES_MAX) {
        throw HttpRefusal.badRequest(
            "'data' of input '%s' has more than %d bytes".formatted(input.getName(), BYTES_MAX));
      }
      byte[] larger = Arrays.copyOf(bytes.array(), 2 * bytes.capacity());
      bytes = ByteBuffer.wrap(larger).order(ByteOrder.LITTLE_ENDIAN).position(bytes.position());
    }
    return bytes;
  }

  private ByteString packed() throws HttpRefusal {
    boolean negative = input.getShapeList().stream().anyMatch(dimension -> dimension < 0);
    if (negative || TensorValue.elements(input.getShapeList()) != count) {
      throw HttpRefusal.badRequest(
          "Unable to parse 'data': Shape does not match true shape of 'data' field");
    }
    return type == ElementType.BYTES
        ? ByteStrings.pack(strings)
        : UnsafeByteOperations.unsafeWrap(bytes.flip());
  }
}
