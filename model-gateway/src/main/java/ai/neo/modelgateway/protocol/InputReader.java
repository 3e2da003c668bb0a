package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.serving.ServedVersion;
import com.google.protobuf.ByteString;
import inference.InferTensorContents;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Takes the feature rows out of a request, or refuses it with the protocol's text. Checks what was
 * read first and what the model expects then, in Triton's order, since clients match on the texts.
 */
final class InputReader {

  /** More rows than any caller batches, and still answered within milliseconds. */
  static final int ROWS_MAX = 4096;

  private static final Set<String> DATATYPES =
      Set.of(
          "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16",
          "FP32", "FP64", "BYTES", "BF16");

  private final ModelInferRequest request;
  private final int features;
  private final int batchMax;

  private InputReader(ModelInferRequest request, ServedVersion version) {
    this.request = request;
    this.features = version.model().features();
    this.batchMax = version.terms().maxBatchSize();
  }

  /** Row-major features; {@code rows} times as many as the model takes. */
  static Rows read(ModelInferRequest request, ServedVersion version)
      throws RefusedRequestException {
    return new InputReader(request, version).read();
  }

  /** The rows of one request; not shared, so that nobody copies the array. */
  @SuppressWarnings("ArrayRecordComponent") // handed on once, to the engine
  record Rows(float[] values, int count) {}

  private Rows read() throws RefusedRequestException {
    for (int i = 0; i < request.getInputsCount(); i++) {
      requireData(i);
    }
    requireInputs();
    InferInputTensor input = request.getInputs(0);
    requireDatatype(input);
    int rows = rows(input);
    return new Rows(values(input, rows), rows);
  }

  private void requireData(int index) throws RefusedRequestException {
    InferInputTensor input = request.getInputs(index);
    for (int i = 0; i < index; i++) {
      if (request.getInputs(i).getName().equals(input.getName())) {
        throw prefixed("input '" + input.getName() + "' already exists in request");
      }
    }
    boolean raw = request.getRawInputContentsCount() > 0;
    boolean typed = input.hasContents() && input.getContents().getSerializedSize() > 0;
    if (raw && typed) {
      throw RefusedRequestException.invalid(
          "contents field must not be specified when using raw_input_contents for '"
              + input.getName()
              + "' for model '"
              + model()
              + "'");
    }
    if (raw ? index >= request.getRawInputContentsCount() : !typed) {
      throw RefusedRequestException.invalid(
          "unable to find data for input tensor '"
              + input.getName()
              + "' for model '"
              + model()
              + "' in request.");
    }
    if (typed) {
      requireOwnField(input);
    }
  }

  private void requireOwnField(InferInputTensor input) throws RefusedRequestException {
    String own =
        switch (input.getDatatype()) {
          case "INT8", "INT16", "INT32" -> "INT32";
          case "UINT8", "UINT16", "UINT32" -> "UINT32";
          default -> input.getDatatype();
        };
    for (String used : fieldsUsed(input.getContents())) {
      if (!used.equals(own)) {
        throw RefusedRequestException.invalid(
            "unexpected explicit tensor data for input tensor '"
                + input.getName()
                + "' for model '"
                + model()
                + "' of type '"
                + used
                + "', expected datatype '"
                + input.getDatatype()
                + "'");
      }
    }
  }

  private static List<String> fieldsUsed(InferTensorContents contents) {
    return contents.getAllFields().keySet().stream()
        .map(
            field ->
                switch (field.getNumber()) {
                  case InferTensorContents.BOOL_CONTENTS_FIELD_NUMBER -> "BOOL";
                  case InferTensorContents.INT_CONTENTS_FIELD_NUMBER -> "INT32";
                  case InferTensorContents.INT64_CONTENTS_FIELD_NUMBER -> "INT64";
                  case InferTensorContents.UINT_CONTENTS_FIELD_NUMBER -> "UINT32";
                  case InferTensorContents.UINT64_CONTENTS_FIELD_NUMBER -> "UINT64";
                  case InferTensorContents.FP32_CONTENTS_FIELD_NUMBER -> "FP32";
                  case InferTensorContents.FP64_CONTENTS_FIELD_NUMBER -> "FP64";
                  default -> "BYTES";
                })
        .toList();
  }

  private void requireInputs() throws RefusedRequestException {
    Set<String> names =
        request.getInputsList().stream()
            .map(InferInputTensor::getName)
            .collect(Collectors.toCollection(TreeSet::new));
    if (request.getInputsCount() != 1) {
      String got = names.stream().map(name -> "'" + name + "'").collect(Collectors.joining(","));
      String missing = names.contains(ModelTensors.FEATURES) ? "]" : "['features']";
      throw prefixed(
          "expected 1 inputs but got "
              + request.getInputsCount()
              + " inputs for model '"
              + model()
              + "'. Got input(s) ["
              + got
              + "], but missing required input(s) "
              + missing
              + ". Please provide all required input(s).");
    }
    if (!names.contains(ModelTensors.FEATURES)) {
      throw RefusedRequestException.invalid(
          "unexpected inference input '"
              + request.getInputs(0).getName()
              + "' for model '"
              + model()
              + "'");
    }
  }

  private void requireDatatype(InferInputTensor input) throws RefusedRequestException {
    if (!input.getDatatype().equals(ModelTensors.DATATYPE)) {
      String got = DATATYPES.contains(input.getDatatype()) ? input.getDatatype() : "<invalid>";
      throw prefixed(
          "inference input 'features' data-type is '"
              + got
              + "', but model '"
              + model()
              + "' expects 'FP32'");
    }
  }

  private int rows(InferInputTensor input) throws RefusedRequestException {
    List<Long> shape = input.getShapeList();
    boolean rightWidth = shape.size() == 2 && shape.get(1) == features;
    if (rightWidth && shape.get(0) == ModelTensors.ANY) {
      throw prefixed(
          "All input dimensions should be specified for input 'features' for model '"
              + model()
              + "', got "
              + shown(shape));
    }
    if (!rightWidth || shape.get(0) < 0) {
      throw prefixed(
          "unexpected shape for input 'features' for model '"
              + model()
              + "'. Expected [-1,"
              + features
              + "], got "
              + shown(shape)
              + ". ");
    }
    int most = batchMax > 0 ? Math.min(batchMax, ROWS_MAX) : ROWS_MAX;
    if (shape.get(0) > most) {
      throw prefixed("inference request batch-size must be <= " + most + " for '" + model() + "'");
    }
    return Math.toIntExact(shape.get(0));
  }

  private float[] values(InferInputTensor input, int rows) throws RefusedRequestException {
    int expected = rows * features;
    if (request.getRawInputContentsCount() == 0) {
      InferTensorContents contents = input.getContents();
      requireBytes(
          (long) expected * Float.BYTES, (long) contents.getFp32ContentsCount() * Float.BYTES);
      float[] values = new float[expected];
      for (int i = 0; i < expected; i++) {
        values[i] = contents.getFp32Contents(i);
      }
      return values;
    }
    ByteString raw = request.getRawInputContents(0);
    requireBytes((long) expected * Float.BYTES, raw.size());
    float[] values = new float[expected];
    raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  private void requireBytes(long expected, long got) throws RefusedRequestException {
    if (expected != got) {
      throw prefixed(
          "input byte size mismatch for input 'features' for model '"
              + model()
              + "'. Expected "
              + expected
              + ", got "
              + got);
    }
  }

  private RefusedRequestException prefixed(String message) {
    return RefusedRequestException.invalid(
        RefusedRequestException.prefix(request.getId()) + message);
  }

  private String model() {
    return request.getModelName();
  }

  private static String shown(List<Long> shape) {
    return shape.toString().replace(" ", "");
  }
}
