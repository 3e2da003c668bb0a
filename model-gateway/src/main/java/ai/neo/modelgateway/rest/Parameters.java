package ai.neo.modelgateway.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import inference.InferParameter;
import java.io.IOException;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.Map;

/** Parameters of requests, tensors and answers between JSON and the protocol's messages. */
final class Parameters {

  private static final int UNSIGNED_BITS = 64;

  private Parameters() {}

  /** Reads an object of scalars, at whose start the parser stands. */
  static Map<String, InferParameter> read(JsonParser in) throws IOException, HttpRefusal {
    if (in.currentToken() != JsonToken.START_OBJECT) {
      throw HttpRefusal.badRequest("'parameters' must be a JSON object");
    }
    Map<String, InferParameter> parameters = new LinkedHashMap<>();
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String name = in.currentName();
      in.nextToken();
      parameters.put(name, value(in, name));
    }
    return parameters;
  }

  private static InferParameter value(JsonParser in, String name) throws IOException, HttpRefusal {
    InferParameter.Builder value = InferParameter.newBuilder();
    return switch (in.currentToken()) {
      case VALUE_STRING -> value.setStringParam(in.getText()).build();
      case VALUE_TRUE -> value.setBoolParam(true).build();
      case VALUE_FALSE -> value.setBoolParam(false).build();
      case VALUE_NUMBER_FLOAT -> value.setDoubleParam(in.getDoubleValue()).build();
      case VALUE_NUMBER_INT -> whole(in, name);
      default ->
          throw HttpRefusal.badRequest(
              "parameter '" + name + "' must be a string, a number or a boolean");
    };
  }

  private static InferParameter whole(JsonParser in, String name) throws IOException, HttpRefusal {
    BigInteger number = in.getBigIntegerValue();
    if (number.bitLength() < UNSIGNED_BITS) {
      return InferParameter.newBuilder().setInt64Param(number.longValue()).build();
    }
    if (number.signum() > 0 && number.bitLength() == UNSIGNED_BITS) {
      return InferParameter.newBuilder().setUint64Param(number.longValue()).build();
    }
    throw HttpRefusal.badRequest("parameter '" + name + "' has more than 64 bits");
  }

  static void write(JsonGenerator out, Map<String, InferParameter> parameters) throws IOException {
    out.writeStartObject();
    for (Map.Entry<String, InferParameter> entry : parameters.entrySet()) {
      out.writeFieldName(entry.getKey());
      InferParameter value = entry.getValue();
      switch (value.getParameterChoiceCase()) {
        case BOOL_PARAM -> out.writeBoolean(value.getBoolParam());
        case INT64_PARAM -> out.writeNumber(value.getInt64Param());
        case STRING_PARAM -> out.writeString(value.getStringParam());
        case DOUBLE_PARAM -> out.writeNumber(value.getDoubleParam());
        case UINT64_PARAM ->
            out.writeNumber(new BigInteger(Long.toUnsignedString(value.getUint64Param())));
        case PARAMETERCHOICE_NOT_SET -> out.writeNull();
      }
    }
    out.writeEndObject();
  }
}
