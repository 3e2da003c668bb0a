package ai.neo.modelgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import inference.ModelInferRequest;
import org.junit.jupiter.api.Test;

class TensorSizesTest {

  @Test
  void aProductThatWrapsToZeroIsRefused() {
    assertThat(TensorSizes.problem(request("FP32", 1L << 30, 1L << 30, 4)))
        .hasValue(
            "input byte size mismatch for input 'x' for model 'm'. Expected 18446744073709551616,"
                + " got 0");
    assertThat(TensorSizes.problem(request("FP32", 1L << 59, 32)).orElseThrow())
        .contains("Dimension 576460752303423488 of [576460752303423488,32] is out of range");
    assertThat(TensorSizes.problem(request("INT8", 1L << 40)).orElseThrow())
        .contains("out of range");
    assertThat(TensorSizes.problem(request("FP32", Long.MIN_VALUE, 32)).orElseThrow())
        .contains("out of range");
    assertThat(TensorSizes.problem(request("BYTES", 65_536, 65_536)).orElseThrow())
        .contains("byte size mismatch");
  }

  @Test
  void whatAServerJudgesWellIsLeftToIt() {
    assertThat(TensorSizes.problem(request("FP32", 1, 31))).isEmpty();
    assertThat(TensorSizes.problem(request("FP32", -1, 32))).isEmpty();
    assertThat(TensorSizes.problem(request("FP32", 0, 32))).isEmpty();
    assertThat(TensorSizes.problem(request("FP32"))).isEmpty();
    assertThat(TensorSizes.problem(request("", 1))).isEmpty();
  }

  private static ModelInferRequest request(String datatype, long... shape) {
    var input = ModelInferRequest.InferInputTensor.newBuilder().setName("x").setDatatype(datatype);
    for (long dimension : shape) {
      input.addShape(dimension);
    }
    return ModelInferRequest.newBuilder()
        .setModelName("m")
        .addInputs(input)
        .addRawInputContents(ByteString.EMPTY)
        .build();
  }
}
