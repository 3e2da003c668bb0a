package ai.neo.modelgateway.rest;

import ai.neo.modelgateway.engine.ElementType;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import inference.ModelInferRequest.InferRequestedOutputTensor;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the body of an inference request: a JSON header, and behind it the bytes of the tensors
 * that state a {@code binary_data_size}. Numbers in JSON become the same bytes, so that the request
 * is checked and answered as one that came over gRPC.
 */
final class InferenceBody {

  private static final String BINARY_SIZE = "binary_data_size";
  private static final String BINARY = "binary_data";
  private static final String BINARY_DEFAULT = "binary_data_output";

  private static final int NOWHERE = -1;

  private final byte[] body;
  private final int headerLength;
  private final ModelInferRequest.Builder request = ModelInferRequest.newBuilder();
  private final Set<String> binary = new HashSet<>();
  private final Set<String> inText = new HashSet<>();
  private boolean binaryByDefault;
  private int nextBinary;

  private InferenceBody(byte[] body, int headerLength) {
    this.body = body;
    this.headerLength = headerLength;
    this.nextBinary = headerLength;
  }

  /** A request, and how its outputs are to be written. */
  record Asked(
      ModelInferRequest request,
      boolean binaryByDefault,
      Set<String> binaryOutputs,
      Set<String> textOutputs) {

    boolean isBinary(String output) {
      return binaryOutputs.contains(output) || (binaryByDefault && !textOutputs.contains(output));
    }
  }

  /**
   * Reads a body.
   *
   * @param headerLength bytes of JSON; what is behind them is the tensors' data
   */
  static Asked read(byte[] body, int headerLength, String model, String version)
      throws HttpRefusal {
    InferenceBody reading = new InferenceBody(body, headerLength);
    reading.request.setModelName(model).setModelVersion(version);
    try (JsonParser in = Json.FACTORY.createParser(body, 0, headerLength)) {
      reading.header(in);
    } catch (IOException e) {
      throw notJson(e);
    }
    if (reading.nextBinary != body.length) {
      throw HttpRefusal.badRequest(
          "unexpected additional input data for model '%s': %d bytes are no input's"
              .formatted(model, body.length - reading.nextBinary));
    }
    return new Asked(
        reading.request.build(), reading.binaryByDefault, reading.binary, reading.inText);
  }

  static HttpRefusal notJson(IOException e) {
    return HttpRefusal.badRequest("failed to parse the request JSON buffer: " + Json.said(e));
  }

  private void header(JsonParser in) throws IOException, HttpRefusal {
    require(in.nextToken() == JsonToken.START_OBJECT, "the request must be a JSON object");
    boolean inputs = false;
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String field = in.currentName();
      in.nextToken();
      switch (field) {
        case "id" -> request.setId(text(in, "id"));
        case "parameters" -> requestParameters(in);
        case "inputs" -> {
          inputs = true;
          startArray(in, "inputs");
          while (in.nextToken() != JsonToken.END_ARRAY) {
            input(in);
          }
        }
        case "outputs" -> {
          startArray(in, "outputs");
          while (in.nextToken() != JsonToken.END_ARRAY) {
            output(in);
          }
        }
        default -> in.skipChildren();
      }
    }
    require(in.nextToken() == null, "the request must be one JSON object");
    require(inputs, "Unable to find 'inputs' in the request");
  }

  private void requestParameters(JsonParser in) throws IOException, HttpRefusal {
    Map<String, InferParameter> parameters = Parameters.read(in);
    InferParameter output = parameters.remove(BINARY_DEFAULT);
    binaryByDefault = output != null && output.getBoolParam();
    request.putAllParameters(parameters);
  }

  private void input(JsonParser in) throws IOException, HttpRefusal {
    require(in.currentToken() == JsonToken.START_OBJECT, "each input must be a JSON object");
    InferInputTensor.Builder input = InferInputTensor.newBuilder();
    int dataAt = NOWHERE;
    Map<String, InferParameter> parameters = new HashMap<>();
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String field = in.currentName();
      in.nextToken();
      switch (field) {
        case "name" -> input.setName(text(in, "name"));
        case "datatype" -> input.setDatatype(text(in, "datatype"));
        case "shape" -> shape(in, input);
        case "parameters" -> parameters = Parameters.read(in);
        case "data" -> {
          startArray(in, "data");
          dataAt = (int) in.currentTokenLocation().getByteOffset();
          in.skipChildren();
        }
        default -> in.skipChildren();
      }
    }
    InferParameter size = parameters.remove(BINARY_SIZE);
    input.putAllParameters(parameters);
    request.addInputs(input);
    if (size != null) {
      require(
          dataAt == NOWHERE,
          "input '" + input.getName() + "' has both 'data' and 'binary_data_size'");
      request.addRawInputContents(binary(input.getName(), size));
    } else if (dataAt != NOWHERE) {
      request.addRawInputContents(elements(dataAt, input));
    }
  }

  /**
   * Reads the elements when everything else of the input is known, whatever its order. Those of an
   * unknown type are left out: the request is refused for it.
   */
  private ByteString elements(int at, InferInputTensor.Builder input)
      throws IOException, HttpRefusal {
    Optional<ElementType> type = ElementType.of(input.getDatatype());
    if (type.isEmpty()) {
      return ByteString.EMPTY;
    }
    try (JsonParser in = Json.FACTORY.createParser(body, at, headerLength - at)) {
      in.nextToken();
      return Elements.read(in, input, type.get());
    }
  }

  private ByteString binary(String input, InferParameter size) throws HttpRefusal {
    long bytes = size.getInt64Param();
    boolean whole = size.getParameterChoiceCase() == InferParameter.ParameterChoiceCase.INT64_PARAM;
    require(whole && bytes >= 0, "Unable to parse 'binary_data_size' of input '" + input + "'");
    require(
        bytes <= body.length - nextBinary,
        "input '%s' states %d bytes of binary data, and %d are left"
            .formatted(input, bytes, body.length - nextBinary));
    ByteString slice = UnsafeByteOperations.unsafeWrap(body, nextBinary, (int) bytes);
    nextBinary += (int) bytes;
    return slice;
  }

  private void output(JsonParser in) throws IOException, HttpRefusal {
    require(in.currentToken() == JsonToken.START_OBJECT, "each output must be a JSON object");
    InferRequestedOutputTensor.Builder output = InferRequestedOutputTensor.newBuilder();
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String field = in.currentName();
      in.nextToken();
      switch (field) {
        case "name" -> output.setName(text(in, "name"));
        case "parameters" -> output.putAllParameters(Parameters.read(in));
        default -> in.skipChildren();
      }
    }
    InferParameter asBinary = output.getParametersMap().get(BINARY);
    if (asBinary != null) {
      (asBinary.getBoolParam() ? binary : inText).add(output.getName());
      output.removeParameters(BINARY);
    }
    request.addOutputs(output);
  }

  private static void shape(JsonParser in, InferInputTensor.Builder input)
      throws IOException, HttpRefusal {
    startArray(in, "shape");
    while (in.nextToken() != JsonToken.END_ARRAY) {
      require(in.currentToken() == JsonToken.VALUE_NUMBER_INT, "Unable to parse 'shape'");
      input.addShape(in.getLongValue());
    }
  }

  private static void startArray(JsonParser in, String field) throws HttpRefusal {
    require(in.currentToken() == JsonToken.START_ARRAY, "'" + field + "' must be an array");
  }

  private static String text(JsonParser in, String field) throws IOException, HttpRefusal {
    require(in.currentToken() == JsonToken.VALUE_STRING, "'" + field + "' must be a string");
    return in.getText();
  }

  private static void require(boolean holds, String message) throws HttpRefusal {
    if (!holds) {
      throw HttpRefusal.badRequest(message);
    }
  }
}
