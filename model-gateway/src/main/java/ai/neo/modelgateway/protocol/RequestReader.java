package ai.neo.modelgateway.protocol;

import inference.InferTensorContents;
import inference.ModelInferRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Takes the one input of Neo's model contract, {@code features} FP32 [-1, F], out of a request.
 * Refuses in the words and with the codes of Triton 2.51, so that clients need not care who
 * answers.
 */
final class RequestReader {
  static final String INPUT = "features";
  private static final String DATATYPE = "FP32";

  /** Rows of one request; more is a mistake or an attack. */
  private static final long MAX_ROWS = 4096;

  private RequestReader() {}

  /** Rows and their numbers. */
  record Rows(int count, float[] values) {}

  static Rows read(ModelInferRequest request, int features) {
    String model = request.getModelName();
    String prefix =
        "[request id: " + (request.getId().isEmpty() ? "<id_unknown>" : request.getId()) + "] ";
    if (request.getInputsCount() != 1) {
      List<String> names =
          request.getInputsList().stream().map(input -> "'" + input.getName() + "'").toList();
      throw invalid(
          prefix
              + "expected 1 inputs but got "
              + request.getInputsCount()
              + " inputs for model '"
              + model
              + "'. Got input(s) ["
              + String.join(",", names)
              + "], but missing required input(s) ["
              + (names.contains("'" + INPUT + "'") ? "" : "'" + INPUT + "'")
              + "]. Please provide all required input(s).");
    }
    ModelInferRequest.InferInputTensor input = request.getInputs(0);
    if (!input.getName().equals(INPUT)) {
      throw invalid(
          "unexpected inference input '" + input.getName() + "' for model '" + model + "'");
    }
    if (!input.getDatatype().equals(DATATYPE)) {
      throw invalid(
          prefix
              + "inference input '"
              + INPUT
              + "' data-type is '"
              + input.getDatatype()
              + "', but model '"
              + model
              + "' expects '"
              + DATATYPE
              + "'");
    }
    int rows = rows(input, features, prefix, model);
    return new Rows(rows, values(request, input, rows * features, prefix));
  }

  private static int rows(
      ModelInferRequest.InferInputTensor input, int features, String prefix, String model) {
    List<Long> shape = input.getShapeList();
    if (shape.size() != 2 || shape.get(1) != features || shape.get(0) < 0) {
      throw invalid(
          prefix
              + "unexpected shape for input '"
              + INPUT
              + "' for model '"
              + model
              + "'. Expected [-1,"
              + features
              + "], got "
              + shape.toString().replace(" ", "")
              + ". ");
    }
    if (shape.get(0) > MAX_ROWS) {
      throw invalid(
          prefix + "inference request batch-size must be <= " + MAX_ROWS + " for '" + model + "'");
    }
    return shape.get(0).intValue();
  }

  private static float[] values(
      ModelInferRequest request,
      ModelInferRequest.InferInputTensor input,
      int count,
      String prefix) {
    String where = "' for model '" + request.getModelName() + "'";
    InferTensorContents typed = input.getContents();
    if (request.getRawInputContentsCount() > 0) {
      if (input.hasContents()) {
        throw invalid(
            "contents field must not be specified when using raw_input_contents for '"
                + INPUT
                + where);
      }
      ByteBuffer raw =
          request.getRawInputContents(0).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      sameSize(raw.remaining(), count, prefix, where);
      float[] values = new float[count];
      raw.asFloatBuffer().get(values);
      return values;
    }
    if (!input.hasContents()) {
      throw invalid("unable to find data for input tensor '" + INPUT + where + " in request.");
    }
    if (typed.getFp32ContentsCount() == 0 && count > 0) {
      throw invalid(
          "unexpected explicit tensor data for input tensor '"
              + INPUT
              + where
              + " of type 'FP32', expected datatype 'FP32'");
    }
    sameSize((long) typed.getFp32ContentsCount() * Float.BYTES, count, prefix, where);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = typed.getFp32Contents(i);
    }
    return values;
  }

  private static void sameSize(long bytes, int count, String prefix, String where) {
    if (bytes != (long) count * Float.BYTES) {
      throw invalid(
          prefix
              + "input byte size mismatch for input '"
              + INPUT
              + where
              + ". Expected "
              + (long) count * Float.BYTES
              + ", got "
              + bytes);
    }
  }

  private static StatusRuntimeException invalid(String message) {
    return Status.INVALID_ARGUMENT.withDescription(message).asRuntimeException();
  }
}
