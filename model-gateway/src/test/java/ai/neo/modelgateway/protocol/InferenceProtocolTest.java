package ai.neo.modelgateway.protocol;

import static ai.neo.modelgateway.GatewayFixture.MODEL;
import static ai.neo.modelgateway.GatewayFixture.features;
import static ai.neo.modelgateway.GatewayFixture.floats;
import static ai.neo.modelgateway.GatewayFixture.output;
import static ai.neo.modelgateway.GatewayFixture.raw;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.neo.modelgateway.GatewayFixture;
import ai.neo.modelgateway.TinyOnnx;
import com.google.protobuf.ByteString;
import inference.InferParameter;
import inference.InferTensorContents;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferRequestedOutputTensor;
import inference.ModelInferResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** ModelInfer over a real server: what is answered, and each refusal with its code and text. */
class InferenceProtocolTest {

  private static GatewayFixture fixture;

  @BeforeAll
  static void start() {
    fixture = GatewayFixture.start();
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  @Test
  void rawInputsAreAnsweredRawWithTheVersionThatAnswered() {
    ModelInferResponse answer = fixture.stub().modelInfer(raw(2).build());

    assertThat(answer.getModelName()).isEqualTo(MODEL);
    assertThat(answer.getModelVersion()).isEqualTo("1");
    assertThat(answer.getId()).isEqualTo("r-1");
    assertThat(answer.getOutputsList())
        .extracting(ModelInferResponse.InferOutputTensor::getName)
        .containsExactly("action_probabilities", "expected_return");
    assertThat(answer.getOutputs(0).getShapeList()).containsExactly(2L, 3L);
    assertThat(answer.getOutputs(1).getShapeList()).containsExactly(2L, 1L);
    assertThat(answer.getOutputsList())
        .noneMatch(ModelInferResponse.InferOutputTensor::hasContents);
    float sell = (float) (Math.exp(3) / (Math.exp(3) + 2));
    assertThat(output(answer, 0)[0]).isCloseTo(sell, within(1e-6f));
    assertThat(output(answer, 0)[3]).isCloseTo(sell, within(1e-6f));
    assertThat(output(answer, 1)).containsExactly(0, 0);
  }

  @Test
  void theAnswerSaysWhichModelItWas() {
    ModelInferResponse answer = fixture.stub().modelInfer(raw(1).build());

    assertThat(answer.getParametersOrThrow("model_digest").getStringParam())
        .isEqualTo(fixture.catalog.champion(MODEL).orElseThrow().artifact().digest());
    assertThat(answer.getParametersOrThrow("epoch").getInt64Param()).isEqualTo(1);
    assertThat(answer.getParametersOrThrow("feature_set_id").getStringParam())
        .isEqualTo(GatewayFixture.FEATURE_SET);
    assertThat(answer.getParametersOrThrow("engine").getStringParam()).isEqualTo("onnxruntime");
  }

  @Test
  void typedInputsGiveTheSameAnswerAsRawOnes() {
    float[] row = {0.5f, -1, 2, 3};
    ModelInferRequest typed =
        raw(1)
            .clearRawInputContents()
            .setInputs(0, features(1).setContents(contents().addAllFp32Contents(list(row))))
            .build();
    ModelInferRequest asRaw = raw(1).setRawInputContents(0, floats(row)).build();

    assertThat(fixture.stub().modelInfer(typed).getRawOutputContentsList())
        .isEqualTo(fixture.stub().modelInfer(asRaw).getRawOutputContentsList());
  }

  @Test
  void eachRowOfABatchGetsItsOwnAnswer() {
    float[] rows = {1, 1, 1, 1, -50, -50, -50, -50};
    ModelInferResponse both =
        fixture.stub().modelInfer(raw(2).setRawInputContents(0, floats(rows)).build());
    ModelInferResponse second =
        fixture
            .stub()
            .modelInfer(raw(1).setRawInputContents(0, floats(-50, -50, -50, -50)).build());
    assertThat(output(both, 0)[3]).isCloseTo(output(second, 0)[0], within(1e-6f));
  }

  @Test
  void askedForOutputsComeInTheModelsOrderAndOnce() {
    ModelInferRequest request =
        raw(1)
            .addOutputs(asked("expected_return"))
            .addOutputs(asked("action_probabilities"))
            .addOutputs(asked("expected_return"))
            .build();
    assertThat(fixture.stub().modelInfer(request).getOutputsList())
        .extracting(ModelInferResponse.InferOutputTensor::getName)
        .containsExactly("action_probabilities", "expected_return");
    ModelInferResponse one =
        fixture.stub().modelInfer(raw(1).addOutputs(asked("expected_return")).build());
    assertThat(one.getRawOutputContentsCount()).isEqualTo(1);
  }

  @Test
  void zeroRowsAreAnsweredWithNone() {
    ModelInferResponse answer = fixture.stub().modelInfer(raw(0).build());
    assertThat(answer.getOutputs(0).getShapeList()).containsExactly(0L, 3L);
    assertThat(answer.getRawOutputContents(0)).isEqualTo(ByteString.EMPTY);
  }

  @Test
  void aVersionIsReadAsTritonReadsIt() {
    for (String version : new String[] {"1", "01", " 1", "+1", "1abc", "1.0"}) {
      assertThat(
              fixture.stub().modelInfer(raw(1).setModelVersion(version).build()).getModelVersion())
          .isEqualTo("1");
    }
  }

  @Test
  void anAnswerThatIsNotFiniteIsWithheldAndCounted() {
    float[] notANumber = {Float.NaN, 0, 0, 0};
    assertThatThrownBy(
            () ->
                fixture
                    .stub()
                    .modelInfer(raw(1).setRawInputContents(0, floats(notANumber)).build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
              assertThat(e.getStatus().getDescription()).contains("not finite");
            });
  }

  @Test
  void aPinnedVersionAnswersAfterASwap() throws Exception {
    try (GatewayFixture own = GatewayFixture.start()) {
      own.promote(new TinyOnnx().bias(0, 0, 3).bytes());
      assertThat(own.stub().modelInfer(raw(1).build()).getModelVersion()).isEqualTo("2");
      assertThat(own.stub().modelInfer(raw(1).setModelVersion("1").build()).getModelVersion())
          .isEqualTo("1");
      own.promote(new TinyOnnx().bias(0, 3, 0).bytes());
      assertThatThrownBy(() -> own.stub().modelInfer(raw(1).setModelVersion("1").build()))
          .hasMessage(
              "UNAVAILABLE: Request for unknown model: 'direction' version 1 is not at ready state");
    }
  }

  static Stream<Arguments> wrong() {
    String r = "[request id: r-1] ";
    return Stream.of(
        refused(
            "unknown model",
            raw(1).setModelName("m"),
            Status.Code.NOT_FOUND,
            "Request for unknown model: 'm' is not found"),
        refused(
            "empty message",
            ModelInferRequest.newBuilder(),
            Status.Code.NOT_FOUND,
            "Request for unknown model: '' is not found"),
        refused(
            "unknown version",
            raw(1).setModelVersion("99"),
            Status.Code.NOT_FOUND,
            "Request for unknown model: 'direction' version 99 is not found"),
        refused(
            "version 0",
            raw(1).setModelVersion("0"),
            Status.Code.NOT_FOUND,
            "Request for unknown model: 'direction' version 0 is not found"),
        invalid(
            "version abc",
            raw(1).setModelVersion("abc"),
            "failed to get model version from specified version string 'abc' (details: stol),"
                + " version should be an integral value > 0"),
        invalid(
            "version beyond 64 bits",
            raw(1).setModelVersion("9".repeat(20)),
            "failed to get model version from specified version string '"
                + "9".repeat(20)
                + "' (details: stol), version should be an integral value > 0"),
        invalid(
            "version -1",
            raw(1).setModelVersion("-1"),
            "invalid model version specified '-1' , version should be an integral value > 0"),
        invalid(
            "wrong datatype",
            raw(1).setInputs(0, features(1).setDatatype("FP64")),
            r
                + "inference input 'features' data-type is 'FP64', but model 'direction' expects"
                + " 'FP32'"),
        invalid(
            "no datatype",
            raw(1).setInputs(0, features(1).setDatatype("fp32")),
            r
                + "inference input 'features' data-type is '<invalid>', but model 'direction'"
                + " expects 'FP32'"),
        invalid(
            "wrong width",
            raw(1).setInputs(0, features(1, 3)),
            r
                + "unexpected shape for input 'features' for model 'direction'. Expected [-1,4], got"
                + " [1,3]. "),
        invalid(
            "wrong rank",
            raw(1).setInputs(0, features(1, 4, 1)),
            r
                + "unexpected shape for input 'features' for model 'direction'. Expected [-1,4], got"
                + " [1,4,1]. "),
        invalid(
            "open dimension",
            raw(1).setInputs(0, features(-1)),
            r
                + "All input dimensions should be specified for input 'features' for model"
                + " 'direction', got [-1,4]"),
        invalid(
            "too many rows",
            raw(4097),
            r + "inference request batch-size must be <= 4096 for 'direction'"),
        invalid(
            "rows beyond 32 bits",
            raw(1).setInputs(0, features(1L << 40)),
            r + "inference request batch-size must be <= 4096 for 'direction'"),
        invalid(
            "no inputs",
            raw(1).clearInputs().clearRawInputContents(),
            r
                + "expected 1 inputs but got 0 inputs for model 'direction'. Got input(s) [], but"
                + " missing required input(s) ['features']. Please provide all required input(s)."),
        invalid(
            "extra input",
            raw(1).addInputs(features(1).setName("more")).addRawInputContents(floats(0, 0, 0, 0)),
            r
                + "expected 1 inputs but got 2 inputs for model 'direction'. Got input(s)"
                + " ['features','more'], but missing required input(s) ]. Please provide all"
                + " required input(s)."),
        invalid(
            "unknown input",
            raw(1).setInputs(0, features(1).setName("feature")),
            "unexpected inference input 'feature' for model 'direction'"),
        invalid(
            "input twice",
            raw(1).addInputs(features(1)).addRawInputContents(floats(0, 0, 0, 0)),
            r + "input 'features' already exists in request"),
        invalid(
            "no id",
            raw(1).clearId().setInputs(0, features(2)),
            "[request id: <id_unknown>] input byte size mismatch for input 'features' for model"
                + " 'direction'. Expected 32, got 16"),
        invalid(
            "unknown output",
            raw(1).addOutputs(asked("nope")),
            "unexpected inference output 'nope' for model 'direction'"),
        invalid(
            "one byte short",
            raw(1).setRawInputContents(0, ByteString.copyFrom(new byte[15])),
            r
                + "input byte size mismatch for input 'features' for model 'direction'. Expected 16,"
                + " got 15"),
        invalid(
            "typed, one short",
            raw(1)
                .clearRawInputContents()
                .setInputs(0, features(1).setContents(contents().addFp32Contents(1))),
            r
                + "input byte size mismatch for input 'features' for model 'direction'. Expected 16,"
                + " got 4"),
        invalid(
            "neither raw nor typed",
            raw(1).clearRawInputContents(),
            "unable to find data for input tensor 'features' for model 'direction' in request."),
        invalid(
            "raw and typed",
            raw(1).setInputs(0, features(1).setContents(contents().addFp32Contents(1))),
            "contents field must not be specified when using raw_input_contents for 'features' for"
                + " model 'direction'"),
        invalid(
            "typed in another field",
            raw(1)
                .clearRawInputContents()
                .setInputs(0, features(1).setContents(contents().addIntContents(1))),
            "unexpected explicit tensor data for input tensor 'features' for model 'direction' of"
                + " type 'INT32', expected datatype 'FP32'"),
        invalid(
            "reserved parameter",
            raw(1).putParameters("triton_x", flag()),
            "parameter keys starting with 'triton_' are reserved for Triton usage. Only the"
                + " following keys starting with 'triton_' are allowed:"
                + " triton_enable_empty_final_response"),
        invalid(
            "parameter of a wrong type",
            raw(1).putParameters("timeout", flag()),
            "invalid value type for 'timeout' parameter, expected int64_param."),
        invalid(
            "negative priority",
            raw(1).putParameters("priority", number(-1)),
            "invalid value for 'priority', expected value >= 0."),
        invalid(
            "parameter without value",
            raw(1).putParameters("x", InferParameter.getDefaultInstance()),
            "invalid value type for 'x' parameter, expected int64_param, bool_param, or"
                + " string_param."),
        invalid(
            "shared memory without size",
            raw(1).setInputs(0, features(1).putParameters("shared_memory_region", text("r"))),
            "'shared_memory_byte_size' must be specified along with 'shared_memory_region'"
                + " parameter for tensor 'features'"),
        refused(
            "unknown shared memory",
            raw(1)
                .setInputs(
                    0,
                    features(1)
                        .putParameters("shared_memory_region", text("r"))
                        .putParameters("shared_memory_byte_size", number(16))),
            Status.Code.NOT_FOUND,
            "Unable to find shared memory region: 'r'"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrong")
  void aWrongRequestIsRefusedInTheProtocolsWords(
      String name, ModelInferRequest request, Status.Code code, String text) {
    assertThatThrownBy(() -> fixture.stub().modelInfer(request))
        .as(name)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getDescription()).isEqualTo(text);
              assertThat(e.getStatus().getCode()).isEqualTo(code);
            });
  }

  @Test
  void parametersThatStockClientsSendAreAccepted() {
    ModelInferRequest request =
        raw(1)
            .putParameters("triton_enable_empty_final_response", flag())
            .putParameters("sequence_id", number(7))
            .putParameters("sequence_start", flag())
            .putParameters("priority", InferParameter.newBuilder().setUint64Param(3).build())
            .putParameters("timeout", number(-1))
            .putParameters("custom", InferParameter.newBuilder().setDoubleParam(0.5).build())
            .build();
    assertThat(fixture.stub().modelInfer(request).getModelVersion()).isEqualTo("1");
  }

  private static Arguments invalid(String name, ModelInferRequest.Builder request, String text) {
    return refused(name, request, Status.Code.INVALID_ARGUMENT, text);
  }

  private static Arguments refused(
      String name, ModelInferRequest.Builder request, Status.Code code, String text) {
    return Arguments.of(name, request.build(), code, text);
  }

  private static InferRequestedOutputTensor asked(String name) {
    return InferRequestedOutputTensor.newBuilder().setName(name).build();
  }

  private static InferTensorContents.Builder contents() {
    return InferTensorContents.newBuilder();
  }

  private static Iterable<Float> list(float[] values) {
    return java.util.stream.IntStream.range(0, values.length).mapToObj(i -> values[i]).toList();
  }

  private static InferParameter flag() {
    return InferParameter.newBuilder().setBoolParam(true).build();
  }

  private static InferParameter number(long value) {
    return InferParameter.newBuilder().setInt64Param(value).build();
  }

  private static InferParameter text(String value) {
    return InferParameter.newBuilder().setStringParam(value).build();
  }
}
