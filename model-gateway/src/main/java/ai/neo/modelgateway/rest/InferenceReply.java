package ai.neo.modelgateway.rest;

import com.google.protobuf.ByteString;
import inference.ModelInferResponse;
import inference.ModelInferResponse.InferOutputTensor;
import java.io.ByteArrayOutputStream;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * An answer as JSON, with the tensors that are wanted so behind it as bytes. A number in JSON is
 * the FP32 value as a double, as Triton writes it: nothing is lost by reading either.
 *
 * @param headerLength bytes of JSON, when there are bytes behind it; otherwise -1
 */
@SuppressWarnings("ArrayRecordComponent") // written once, then sent
record InferenceReply(byte[] body, int headerLength) {

  static InferenceReply of(ModelInferResponse response, InferenceBody.Asked asked) {
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
                  FloatBuffer numbers =
                      raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
                  while (numbers.hasRemaining()) {
                    out.writeNumber((double) numbers.get());
                  }
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
}
