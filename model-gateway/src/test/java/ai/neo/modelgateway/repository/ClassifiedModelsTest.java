package ai.neo.modelgateway.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelgateway.TensorGateway;
import ai.neo.modelgateway.TensorOnnx;
import ai.neo.modelgateway.engine.ByteStrings;
import ai.neo.modelgateway.engine.ElementType;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import inference.ModelInferRequest.InferRequestedOutputTensor;
import inference.ModelInferResponse;
import inference.RepositoryIndexRequest;
import inference.RepositoryModelLoadRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The classification extension: the largest elements of an output, as Triton writes them. */
class ClassifiedModelsTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TempDir private static Path home;
  private static TensorGateway served;

  @BeforeAll
  static void start() throws Exception {
    for (ElementType type : ElementType.values()) {
      String config = type.inConfig().name();
      model(
          "id_" + type,
          "input { name: \"x\" data_type: %s dims: [-1] } output { name: \"y\" data_type: %s dims: [-1] }"
              .formatted(config, config),
          TensorOnnx.identity(type, TensorOnnx.ANY));
    }
    model("animals", labelled(), TensorOnnx.identity(ElementType.FP32, TensorOnnx.ANY, 3));
    Files.writeString(home.resolve("animals").resolve("labels.txt"), "cat\n\ndog\n");
    model("nameless", labelled(), TensorOnnx.identity(ElementType.FP32, TensorOnnx.ANY, 3));
    model(
        "outward",
        labelled().replace("labels.txt", "../animals/labels.txt"),
        TensorOnnx.identity(ElementType.FP32, TensorOnnx.ANY, 3));
    served = new TensorGateway(home);
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  private static String labelled() {
    return "backend: \"onnxruntime\" max_batch_size: 8"
        + " input { name: \"x\" data_type: TYPE_FP32 dims: [3] }"
        + " output { name: \"y\" data_type: TYPE_FP32 dims: [3] label_filename: \"labels.txt\" }";
  }

  private static void model(String name, String config, byte[] onnx) throws Exception {
    Path version = Files.createDirectories(home.resolve(name).resolve("1"));
    Files.write(version.resolve("model.onnx"), onnx);
    Files.writeString(home.resolve(name).resolve("config.pbtxt"), config);
  }

  @Test
  void eachRowHasItsOwnClassesWithTheirLabels() throws Exception {
    ModelInferResponse answer =
        classify("animals", "FP32", floats(0.1f, 0.7f, 0.2f, 3, 1, 2), 2, 2L, 3L);

    assertThat(answer.getOutputs(0).getDatatype()).isEqualTo("BYTES");
    assertThat(answer.getOutputs(0).getShapeList()).containsExactly(2L, 2L);
    assertThat(strings(answer))
        .containsExactly("0.700000:1", "0.200000:2:dog", "3.000000:0:cat", "2.000000:2:dog");

    Files.writeString(home.resolve("animals").resolve("labels.txt"), "Katze\n");
    served
        .stub()
        .repositoryModelLoad(
            RepositoryModelLoadRequest.newBuilder().setModelName("animals").build());
    assertThat(strings(classify("animals", "FP32", floats(3, 1, 2), 9, 1L, 3L)))
        .containsExactly("3.000000:0:Katze", "2.000000:2", "1.000000:1");
    Files.writeString(home.resolve("animals").resolve("labels.txt"), "cat\n\ndog\n");
    served
        .stub()
        .repositoryModelLoad(
            RepositoryModelLoadRequest.newBuilder().setModelName("animals").build());
  }

  @Test
  void overRestTheyAreStrings() throws Exception {
    String body =
        "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,3],\"data\":[1,2,3]}],"
            + "\"outputs\":[{\"name\":\"y\",\"parameters\":{\"classification\":1}}]}";
    HttpResponse<String> answer =
        CLIENT.send(
            HttpRequest.newBuilder(
                    URI.create(
                        "http://127.0.0.1:"
                            + served.gateway.httpPort()
                            + "/v2/models/animals/infer"))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    JsonObject output =
        JsonParser.parseString(answer.body())
            .getAsJsonObject()
            .getAsJsonArray("outputs")
            .get(0)
            .getAsJsonObject();
    assertThat(output.get("datatype").getAsString()).isEqualTo("BYTES");
    assertThat(output.get("shape").toString()).isEqualTo("[1,1]");
    assertThat(output.get("data").toString()).isEqualTo("[\"3.000000:2:dog\"]");
  }

  static Stream<Arguments> numbers() {
    return Stream.of(
        Arguments.of(
            "FP32",
            floats(Float.NaN, -0f, 0, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, -1e-9f),
            "inf:4 -0.000000:1 0.000000:2 -0.000000:5 -inf:3 nan:0"),
        // The exact halfway case of 6 decimals goes to the even one, as C's printf does.
        Arguments.of(
            "FP64",
            packed(
                Double.BYTES,
                Double.doubleToRawLongBits(1.0 / (1 << 7)),
                Double.doubleToRawLongBits(1e20),
                Double.doubleToRawLongBits(-2.5)),
            "100000000000000000000.000000:1 0.007812:0 -2.500000:2"),
        Arguments.of("INT8", packed(1, -1, 127, -128), "127:1 -1:0 -128:2"),
        Arguments.of("UINT8", packed(1, -1, 127, -128), "255:0 128:2 127:1"),
        Arguments.of("INT16", packed(2, -1, 5), "5:1 -1:0"),
        Arguments.of("UINT16", packed(2, -1, 5), "65535:0 5:1"),
        Arguments.of("INT32", packed(4, -1, 5), "5:1 -1:0"),
        Arguments.of("UINT32", packed(4, -1, 5), "4294967295:0 5:1"),
        Arguments.of("INT64", packed(8, -1, 5, 5), "5:1 5:2 -1:0"),
        Arguments.of("UINT64", packed(8, -1, 5), "18446744073709551615:0 5:1"));
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void theLargestComesFirstAndOfEqualOnesTheFirst(String type, ByteString data, String classes) {
    long elements = data.size() / ElementType.valueOf(type).bytes();
    ModelInferResponse answer = classify("id_" + type, type, data, 1000, elements);
    assertThat(String.join(" ", strings(answer))).isEqualTo(classes);
    assertThat(answer.getOutputs(0).getShapeList()).containsExactly(elements);
  }

  @ParameterizedTest
  @EnumSource(names = {"BOOL", "FP16", "BF16", "BYTES"})
  void whatHasNoClassesIsRefused(ElementType type) {
    ByteString none = ByteString.EMPTY;
    assertThatThrownBy(() -> classify("id_" + type, type.name(), none, 1, 0L))
        .hasMessage(
            "INVALID_ARGUMENT: class result not available for output due to unsupported type '%s'"
                .formatted(type));
  }

  @Test
  void nothingHasNoClasses() {
    ModelInferResponse answer = classify("id_FP32", "FP32", ByteString.EMPTY, 3, 0L);
    assertThat(answer.getOutputs(0).getShapeList()).containsExactly(0L);
    assertThat(strings(answer)).isEmpty();
  }

  @Test
  void aWrongNumberOfClassesIsRefusedInTritonsWords() {
    ModelInferRequest none = request("id_FP32", "FP32", floats(1), number(0), 1L);
    assertThatThrownBy(() -> served.stub().modelInfer(none))
        .hasMessage(
            "INVALID_ARGUMENT: invalid value for 'classification' parameter, expected >= 0");
    InferParameter two = InferParameter.newBuilder().setStringParam("2").build();
    ModelInferRequest text = request("id_FP32", "FP32", floats(1), two, 1L);
    assertThatThrownBy(() -> served.stub().modelInfer(text))
        .hasMessage(
            "INVALID_ARGUMENT: invalid value type for 'classification' parameter, expected"
                + " int64_param");
  }

  @Test
  void anAnswerHasNoMoreStringsThanARequest() {
    int elements = (1 << 20) + 1;
    ByteString zeros = ByteString.copyFrom(new byte[elements]);
    assertThatThrownBy(() -> classify("id_INT8", "INT8", zeros, elements, elements))
        .hasMessage(
            "INVALID_ARGUMENT: output 'y' would have 1048577 classes, and one answer may have"
                + " 1048576; ask for fewer");
    assertThat(strings(classify("id_INT8", "INT8", zeros, 2, elements)))
        .containsExactly("0:0", "0:1");
  }

  @Test
  void labelsThatAreNotBesideTheConfigurationAreTold() {
    var rows =
        served.stub().repositoryIndex(RepositoryIndexRequest.getDefaultInstance()).getModelsList();
    assertThat(rows)
        .filteredOn(row -> row.getState().equals("UNAVAILABLE"))
        .extracting(row -> row.getName() + ": " + row.getReason())
        .containsExactlyInAnyOrder(
            "nameless: there is no nameless/labels.txt",
            "outward: '../animals/labels.txt' is no plain file name; models may not name files"
                + " elsewhere");
  }

  private static ModelInferResponse classify(
      String model, String type, ByteString data, long classes, long... shape) {
    return served.stub().modelInfer(request(model, type, data, number(classes), shape));
  }

  private static ModelInferRequest request(
      String model, String type, ByteString data, InferParameter classes, long... shape) {
    return ModelInferRequest.newBuilder()
        .setModelName(model)
        .addInputs(
            InferInputTensor.newBuilder()
                .setName("x")
                .setDatatype(type)
                .addAllShape(Arrays.stream(shape).boxed().toList()))
        .addRawInputContents(data)
        .addOutputs(
            InferRequestedOutputTensor.newBuilder()
                .setName("y")
                .putParameters("classification", classes))
        .build();
  }

  private static InferParameter number(long value) {
    return InferParameter.newBuilder().setInt64Param(value).build();
  }

  private static List<String> strings(ModelInferResponse answer) {
    return ByteStrings.unpack(answer.getRawOutputContents(0)).stream()
        .map(ByteString::toStringUtf8)
        .toList();
  }

  private static ByteString floats(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return ByteString.copyFrom(bytes);
  }

  /** The low bytes of numbers. */
  private static ByteString packed(int size, long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * size + Long.BYTES);
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < values.length; i++) {
      bytes.putLong(i * size, values[i]);
    }
    return ByteString.copyFrom(bytes.array(), 0, values.length * size);
  }
}
