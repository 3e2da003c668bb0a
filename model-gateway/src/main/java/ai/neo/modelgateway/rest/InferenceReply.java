package ai.neo.modelgateway.rest;

import ai.neo.modelgateway.engine.ByteStrings;
import ai.neo.modelgateway.engine.ElementType;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import inference.ModelInferResponse;
import inference.ModelInferResponse.InferOutputTensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An answer as JSON, with the tensors that are wanted so behind it as bytes. An FP32 number in JSON
 * is written as a double, as Triton writes it: nothing is lost by reading either.
 *
 * @param headerLength bytes of JSON, when there are bytes behind it; otherwise -1
 */
@SuppressWarnings("ArrayRecordComponent") // written once, then sent
record InferenceReply(byte[] body, int headerLength) {

  /**
   * Writes an answer.
   *
   * @throws HttpRefusal when JSON is wanted of a type that it cannot hold
   */
  static InferenceReply of(ModelInferResponse response, InferenceBody.Asked asked)
      throws HttpRefusal {
    for (InferOutputTensor tensor : response.getOutputsList()) {
      boolean half = tensor.getDatatype().equals("FP16") || tensor.getDatatype().equals("BF16");
      if (half && !asked.isBinary(tensor.getName())) {
        throw HttpRefusal.badRequest(
            "sending %s data via JSON is not supported. Please use the binary data format for output %s"
                .formatted(tensor.getDatatype(), tensor.getName()));
      }
    }
    ByteArrayOutputStream binary = new ByteArrayOutputStream();
    boolean[] anyBinary = new boolean[1];
    byte[] header =
        Json.bytes(
            out -> {
              out.writeStartObject();
              out.writeStringField("model_name", response.getModelName());
              out.writeStringField("model_version", response.getModelVersion());
              if (!response.getId().isEmpty()) {
                out.writeStringField("id", response.getId());
              }
              out.writeFieldName("parameters");
              Parameters.write(out, response.getParametersMap());
              out.writeArrayFieldStart("outputs");
              for (int i = 0; i < response.getOutputsCount(); i++) {
                InferOutputTensor tensor = response.getOutputs(i);
                ByteString raw = response.getRawOutputContents(i);
                out.writeStartObject();
                out.writeStringField("name", tensor.getName());
                out.writeStringField("datatype", tensor.getDatatype());
                out.writeArrayFieldStart("shape");
                for (long dimension : tensor.getShapeList()) {
                  out.writeNumber(dimension);
                }
                out.writeEndArray();
                if (asked.isBinary(tensor.getName())) {
                  anyBinary[0] = true;
                  out.writeObjectFieldStart("parameters");
                  out.writeNumberField("binary_data_size", raw.size());
                  out.writeEndObject();
                  raw.writeTo(binary);
                } else {
                  out.writeArrayFieldStart("data");
                  elements(out, ElementType.valueOf(tensor.getDatatype()), raw);
                  out.writeEndArray();
                }
                out.writeEndObject();
              }
              out.writeEndArray();
              out.writeEndObject();
            });
    if (!anyBinary[0]) {
      return new InferenceReply(header, -1);
    }
    byte[] body = new byte[header.length + binary.size()];
    System.arraycopy(header, 0, body, 0, header.length);
    System.arraycopy(binary.toByteArray(), 0, body, header.length, binary.size());
    return new InferenceReply(body, header.length);
  }

  private static void elements(JsonGenerator out, ElementType type, ByteString raw)
      throws IOException {
    if (type == ElementType.BYTES) {
      for (ByteString element : ByteStrings.unpack(raw)) {
        out.writeString(element.toStringUtf8());
      }
      return;
    }
    ByteBuffer bytes = raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      switch (type) {
        case BOOL -> out.writeBoolean(bytes.get() != 0);
        case INT8 -> out.writeNumber((int) bytes.get());
        case UINT8 -> out.writeNumber(Byte.toUnsignedInt(bytes.get()));
        case INT16 -> out.writeNumber((int) bytes.getShort());
        case UINT16 -> out.writeNumber(Short.toUnsignedInt(bytes.getShort()));
        case INT32 -> out.writeNumber(bytes.getInt());
        case UINT32 -> out.writeNumber(Integer.toUnsignedLong(bytes.getInt()));
        case INT64 -> out.writeNumber(bytes.getLong());
        case UINT64 -> out.writeNumber(Long.toUnsignedString(bytes.getLong()));
        case FP32 -> number(out, bytes.getFloat());
        case FP64 -> number(out, bytes.getDouble());
        case FP16, BF16, BYTES -> throw new IllegalStateException(type + " is no number in JSON");
      }
    }
  }

  /** NaN and infinities are bare words, as Triton writes and reads them. */
  private static void number(JsonGenerator out, double value) throws IOException {
    if (Double.isNaN(value)) {
      out.writeRawValue("NaN");
    } else if (Double.isInfinite(value)) {
      out.writeRawValue(value > 0 ? "Infinity" : "-Infinity");
    } else {
      out.writeNumber(value);
    }
  }
}
