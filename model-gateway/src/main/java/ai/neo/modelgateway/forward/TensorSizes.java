package ai.neo.modelgateway.forward;

import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import java.math.BigInteger;
import java.util.Optional;

/**
 * Refuses shapes that no server should have to multiply: some cut dimensions to 32 bits or let the
 * product wrap, take the data for whole then, and die. Checked here without bounds; whether shape
 * and data agree is the server's to say.
 */
final class TensorSizes {

  /** What a message can hold. */
  private static final long BYTES_MAX = Integer.MAX_VALUE;

  private TensorSizes() {}

  /** Says, in the protocol's words, what is wrong with a shape; empty when nothing is. */
  static Optional<String> problem(ModelInferRequest request) {
    for (int i = 0; i < request.getInputsCount(); i++) {
      InferInputTensor input = request.getInputs(i);
      BigInteger size = BigInteger.valueOf(bytes(input.getDatatype()));
      for (long dimension : input.getShapeList()) {
        if (dimension < -1 || dimension > BYTES_MAX) {
          return Optional.of(
              "unexpected shape for input '%s' for model '%s'. Dimension %d of %s is out of range"
                  .formatted(
                      input.getName(),
                      request.getModelName(),
                      dimension,
                      input.getShapeList().toString().replace(" ", "")));
        }
        size = size.multiply(BigInteger.valueOf(Math.abs(dimension)));
      }
      if (size.compareTo(BigInteger.valueOf(BYTES_MAX)) > 0) {
        boolean raw = i < request.getRawInputContentsCount();
        return Optional.of(
            "input byte size mismatch for input '%s' for model '%s'. Expected %s, got %d"
                .formatted(
                    input.getName(),
                    request.getModelName(),
                    size,
                    raw ? request.getRawInputContents(i).size() : 0));
      }
    }
    return Optional.empty();
  }

  /** Of one element; at least so many where they differ in size or the datatype is unknown. */
  private static int bytes(String datatype) {
    return switch (datatype) {
      case "UINT16", "INT16", "FP16", "BF16" -> 2;
      case "UINT32", "INT32", "FP32", "BYTES" -> 4;
      case "UINT64", "INT64", "FP64" -> 8;
      default -> 1;
    };
  }
}
