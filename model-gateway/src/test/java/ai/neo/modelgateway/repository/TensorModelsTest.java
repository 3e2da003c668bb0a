package ai.neo.modelgateway.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelgateway.TensorGateway;
import ai.neo.modelgateway.TensorOnnx;
import ai.neo.modelgateway.TinyOnnx;
import ai.neo.modelgateway.engine.ByteStrings;
import ai.neo.modelgateway.engine.ElementType;
import ai.neo.modelgateway.engine.TensorValue;
import ai.neo.modelgateway.engine.Tensors;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import inference.InferTensorContents;
import inference.ModelConfig;
import inference.ModelConfigRequest;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import inference.ModelInferResponse;
import inference.ModelMetadataRequest;
import inference.ModelMetadataResponse;
import inference.ModelStatistics;
import inference.ModelStatisticsRequest;
import inference.ModelStreamInferResponse;
import inference.RepositoryIndexRequest;
import inference.RepositoryModelLoadRequest;
import inference.RepositoryModelUnloadRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** ONNX files of any signature in a model repository, served over real gRPC and HTTP. */
class TensorModelsTest {
  private static final long ANY = TensorOnnx.ANY;
  private static final String R = "[request id: r-1] ";

  @TempDir private static Path home;
  private static TensorGateway served;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @BeforeAll
  static void start() throws Exception {
    for (ElementType type : ElementType.values()) {
      model("id_" + type, stated(type), TensorOnnx.identity(type, ANY));
    }
    model("add", "", addition());
    model("scalar", "", TensorOnnx.identity(ElementType.INT64));
    model("column", "", TensorOnnx.identity(ElementType.FP32, ANY));
    model("words", "max_batch_size: 8", TensorOnnx.identity(ElementType.BYTES, ANY, 2));
    model(
        "none",
        stated(ElementType.FP32).replace("[-1]", "[-1, -1]"),
        TensorOnnx.identity(ElementType.FP32, ANY, ANY));
    model(
        "grid",
        "backend: \"onnxruntime\" max_batch_size: 0"
            + " input { name: \"x\" data_type: TYPE_FP32 dims: [-1, 3] }"
            + " output { name: \"y\" data_type: TYPE_FP32 dims: [-1, 3] }",
        TensorOnnx.identity(ElementType.FP32, ANY, 3));
    model("nothing", "", new TensorOnnx().node("Foo", "y", "x").bytes());
    model(
        "custom",
        "",
        new TensorOnnx()
            .input("x", ElementType.FP32, ANY)
            .foreign("evil.ops", "Run", "y", "x")
            .output("y", ElementType.FP32, ANY)
            .bytes());
    model(
        "outside",
        "",
        new TensorOnnx()
            .input("x", ElementType.FP32, 1)
            .external("w", "/etc/passwd")
            .node("Add", "y", "x", "w")
            .output("y", ElementType.FP32, 1)
            .bytes());
    served = new TensorGateway(home);
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  private static String stated(ElementType type) {
    String config = type.inConfig().name();
    return "input { name: \"x\" data_type: %s dims: [-1] } output { name: \"y\" data_type: %s dims: [-1] }"
        .formatted(config, config);
  }

  private static byte[] addition() {
    return new TensorOnnx()
        .input("left", ElementType.FP32, ANY, 3)
        .input("right", ElementType.FP32, ANY, 3)
        .node("Add", "sum", "left", "right")
        .node("Sub", "difference", "left", "right")
        .output("sum", ElementType.FP32, ANY, 3)
        .output("difference", ElementType.FP32, ANY, 3)
        .bytes();
  }

  private static void model(String name, String config, byte[] onnx) throws Exception {
    Path version = Files.createDirectories(home.resolve(name).resolve("1"));
    Files.write(version.resolve("model.onnx"), onnx);
    if (!config.isEmpty()) {
      Files.writeString(home.resolve(name).resolve("config.pbtxt"), config);
    }
  }

  /** Three elements, the last of which has its highest bits set. */
  private static ByteString three(ElementType type) {
    if (type == ElementType.BYTES) {
      return ByteStrings.pack(
          List.of(ByteString.copyFromUtf8("neo"), ByteString.EMPTY, ByteString.copyFromUtf8("Zü")));
    }
    byte[] bytes = new byte[3 * type.bytes()];
    bytes[type.bytes()] = 1;
    if (type == ElementType.BOOL) {
      bytes[2] = 1;
    } else {
      bytes[bytes.length - 1] = (byte) 0xc1; // of a float -8 or so, of an integer a large one
      bytes[bytes.length - type.bytes()] |= 2;
    }
    return ByteString.copyFrom(bytes);
  }

  private static ModelInferRequest.Builder ask(String model) {
    return ModelInferRequest.newBuilder().setModelName(model).setId("r-1");
  }

  private static InferInputTensor.Builder tensor(String name, String type, long... shape) {
    InferInputTensor.Builder input = InferInputTensor.newBuilder().setName(name).setDatatype(type);
    for (long dimension : shape) {
      input.addShape(dimension);
    }
    return input;
  }

  private static ByteString floats(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return ByteString.copyFrom(bytes);
  }

  @ParameterizedTest
  @EnumSource
  void everyTypePassesRawWithItsBits(ElementType type) {
    ModelInferResponse answer =
        served
            .stub()
            .modelInfer(
                ask("id_" + type)
                    .addInputs(tensor("x", type.name(), 3))
                    .addRawInputContents(three(type))
                    .build());
    assertThat(answer.getRawOutputContentsList()).containsExactly(three(type));
    assertThat(answer.getOutputs(0).getName()).isEqualTo("y");
    assertThat(answer.getOutputs(0).getDatatype()).isEqualTo(type.name());
    assertThat(answer.getOutputs(0).getShapeList()).containsExactly(3L);
    assertThat(answer.getOutputs(0).hasContents()).isFalse();
    assertThat(answer.getId()).isEqualTo("r-1");
    assertThat(answer.getModelVersion()).isEqualTo("1");
    assertThat(answer.getParametersOrThrow("batch_shape").getStringParam()).isEqualTo("[3]");
  }

  @ParameterizedTest
  @EnumSource
  void noElementsAreATensorToo(ElementType type) {
    ModelInferResponse answer =
        served
            .stub()
            .modelInfer(
                ask("id_" + type)
                    .addInputs(tensor("x", type.name(), 0))
                    .addRawInputContents(ByteString.EMPTY)
                    .build());
    assertThat(answer.getRawOutputContents(0)).isEmpty();
    assertThat(answer.getOutputs(0).getShapeList()).containsExactly(0L);
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"FP16", "BF16"})
  void everyTypeThatHasAFieldPassesTyped(ElementType type) {
    ModelInferResponse answer =
        served
            .stub()
            .modelInfer(
                ask("id_" + type)
                    .addInputs(tensor("x", type.name(), 3).setContents(typed(type)))
                    .build());
    assertThat(answer.getRawOutputContents(0)).isEqualTo(three(type));
  }

  private static InferTensorContents typed(ElementType type) {
    InferTensorContents.Builder typed = InferTensorContents.newBuilder();
    if (type == ElementType.BYTES) {
      return typed.addAllBytesContents(ByteStrings.unpack(three(type))).build();
    }
    ByteBuffer bytes = three(type).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      switch (type) {
        case BOOL -> typed.addBoolContents(bytes.get() != 0);
        case INT8 -> typed.addIntContents(bytes.get());
        case INT16 -> typed.addIntContents(bytes.getShort());
        case INT32 -> typed.addIntContents(bytes.getInt());
        case INT64 -> typed.addInt64Contents(bytes.getLong());
        case UINT8 -> typed.addUintContents(Byte.toUnsignedInt(bytes.get()));
        case UINT16 -> typed.addUintContents(Short.toUnsignedInt(bytes.getShort()));
        case UINT32 -> typed.addUintContents(bytes.getInt());
        case UINT64 -> typed.addUint64Contents(bytes.getLong());
        case FP32 -> typed.addFp32Contents(bytes.getFloat());
        case FP64 -> typed.addFp64Contents(bytes.getDouble());
        case FP16, BF16, BYTES -> throw new IllegalStateException(type + " has no field");
      }
    }
    return typed.build();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "BOOL; [true,false,true]",
        "UINT8; [0,1,255]",
        "UINT16; [0,1,65535]",
        "UINT32; [0,1,4294967295]",
        "UINT64; [0,1,18446744073709551615]",
        "INT8; [-128,1,127]",
        "INT16; [-32768,1,32767]",
        "INT32; [-2147483648,1,2147483647]",
        "INT64; [-9223372036854775808,1,9223372036854775807]",
        "FP32; [-0.5,1.0,1024.25]",
        "FP64; [-0.1,1.0,1.0E300]",
        "BYTES; [\"neo\",\"\",\"Z\u00fc\"]",
      })
  void everyTypeThatJsonHoldsPassesOverRest(String type, String data) throws Exception {
    JsonObject answer =
        object(
            post(
                "id_" + type,
                "{\"inputs\":[{\"data\":%s,\"name\":\"x\",\"shape\":[3],\"datatype\":\"%s\"}]}"
                    .formatted(data, type)));
    JsonObject output = answer.getAsJsonArray("outputs").get(0).getAsJsonObject();
    assertThat(output.get("datatype").getAsString()).isEqualTo(type);
    assertThat(output.get("data")).isEqualTo(JsonParser.parseString(data));
  }

  @ParameterizedTest
  @EnumSource
  void everyTypePassesAsBytesOverRest(ElementType type) throws Exception {
    byte[] data = three(type).toByteArray();
    String header =
        "{\"inputs\":[{\"name\":\"x\",\"shape\":[3],\"datatype\":\"%s\",\"parameters\":{\"binary_data_size\":%d}}],\"parameters\":{\"binary_data_output\":true}}"
            .formatted(type, data.length);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(header.getBytes(StandardCharsets.UTF_8));
    body.writeBytes(data);
    HttpResponse<byte[]> answer =
        CLIENT.send(
            HttpRequest.newBuilder(uri("/v2/models/id_" + type + "/infer"))
                .header("Inference-Header-Content-Length", Integer.toString(header.length()))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray()))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(answer.statusCode()).isEqualTo(200);
    int length =
        Integer.parseInt(answer.headers().firstValue("Inference-Header-Content-Length").orElse(""));
    assertThat(ByteString.copyFrom(answer.body()).substring(length)).isEqualTo(three(type));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "UINT8; [1,2,256]; '256' is no UINT8 of input 'x'",
        "INT8; [1,2,-129]; '-129' is no INT8",
        "UINT64; [1,2,-1]; '-1' is no UINT64",
        "INT64; [1,2,9223372036854775808]; is no INT64",
        "INT32; [1,2,2.5]; '2.5' is no INT32",
        "BOOL; [1,true,true]; '1' is no BOOL",
        "BYTES; [1,2,3]; '1' is no BYTES",
        "FP64; [\"a\",1,2]; 'a' is no FP64",
        "INT32; [1,2]; Shape does not match true shape of 'data' field",
        "INT32; 3; 'data' must be an array",
        "FP16; [1,2,3]; receiving FP16 data via JSON is not supported",
        "BF16; [1,2,3]; receiving BF16 data via JSON is not supported",
      })
  void whatJsonCannotSayIsRefused(String type, String data, String reason) throws Exception {
    HttpResponse<String> answer =
        post(
            "id_" + type,
            "{\"inputs\":[{\"name\":\"x\",\"shape\":[3],\"datatype\":\"%s\",\"data\":%s}]}"
                .formatted(type, data));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains(reason);
  }

  @Test
  void halvesAreAnsweredAsBytesAlone() throws Exception {
    String header =
        "{\"inputs\":[{\"name\":\"x\",\"shape\":[0],\"datatype\":\"FP16\",\"parameters\":{\"binary_data_size\":0}}]}";
    HttpResponse<String> answer = post("id_FP16", header);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("sending FP16 data via JSON is not supported");
  }

  @Test
  void severalInputsAndOutputsGoByName() {
    ModelInferRequest.Builder request =
        ask("add")
            .addInputs(tensor("right", "FP32", 1, 3))
            .addInputs(tensor("left", "FP32", 1, 3))
            .addRawInputContents(floats(1, 2, 3))
            .addRawInputContents(floats(10, 20, 30));
    ModelInferResponse both = served.stub().modelInfer(request.build());
    assertThat(both.getOutputsList().stream().map(output -> output.getName()))
        .containsExactly("sum", "difference");
    assertThat(both.getRawOutputContents(0)).isEqualTo(floats(11, 22, 33));
    assertThat(both.getRawOutputContents(1)).isEqualTo(floats(9, 18, 27));

    request.addOutputsBuilder().setName("difference");
    ModelInferResponse one = served.stub().modelInfer(request.build());
    assertThat(one.getOutputsCount()).isEqualTo(1);
    assertThat(one.getRawOutputContentsList()).containsExactly(floats(9, 18, 27));
  }

  @Test
  void withoutAConfigurationItIsCompletedAsTritonDoes() {
    ModelConfig config = config("add");
    assertThat(config.getMaxBatchSize()).isEqualTo(4);
    assertThat(config.hasDynamicBatching()).isTrue();
    assertThat(config.getInputList().stream().map(input -> input.getName()))
        .containsExactlyInAnyOrder("left", "right");
    assertThat(config.getInput(0).getDimsList()).containsExactly(3L);
    assertThat(config.getBackend()).isEqualTo("onnxruntime");
    ModelMetadataResponse metadata =
        served.stub().modelMetadata(ModelMetadataRequest.newBuilder().setName("add").build());
    assertThat(metadata.getInputs(0).getShapeList()).containsExactly(-1L, 3L);
    assertThat(metadata.getOutputs(0).getDatatype()).isEqualTo("FP32");
    assertThat(metadata.getVersionsList()).containsExactly("1");

    assertThat(config("scalar").getMaxBatchSize()).as("it has no first dimension").isZero();
    assertThat(config("column").getInput(0).getDimsList()).containsExactly(1L);
    assertThat(config("column").getInput(0).hasReshape()).isTrue();
    assertThat(config("words").getMaxBatchSize()).isEqualTo(8);
  }

  @Test
  void aReshapedColumnKeepsTheCallersShape() {
    ModelInferResponse answer =
        served
            .stub()
            .modelInfer(
                ask("column")
                    .addInputs(tensor("x", "FP32", 2, 1))
                    .addRawInputContents(floats(1, 2))
                    .build());
    assertThat(answer.getOutputs(0).getShapeList()).containsExactly(2L, 1L);
    assertThat(answer.getRawOutputContents(0)).isEqualTo(floats(1, 2));
  }

  private static ModelConfig config(String model) {
    return served
        .stub()
        .modelConfig(ModelConfigRequest.newBuilder().setName(model).build())
        .getConfig();
  }

  @Test
  void aStreamAnswersEachRequestInOrderAndGoesOnAfterAWrongOne() throws Exception {
    List<ModelStreamInferResponse> answers = new ArrayList<>();
    CountDownLatch ended = new CountDownLatch(1);
    StreamObserver<ModelInferRequest> requests =
        served.async().modelStreamInfer(new Collected(answers, ended));
    requests.onNext(strings("a", "b").build());
    requests.onNext(strings("a", "b").setModelName("nope").build());
    requests.onNext(strings("c", "d").build());
    requests.onCompleted();
    assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(answers).hasSize(3);
    assertThat(answers.get(1).getErrorMessage()).contains("unknown model: 'nope'");
    assertThat(ByteStrings.unpack(answers.get(2).getInferResponse().getRawOutputContents(0)))
        .containsExactly(ByteString.copyFromUtf8("c"), ByteString.copyFromUtf8("d"));
  }

  private record Collected(List<ModelStreamInferResponse> answers, CountDownLatch ended)
      implements StreamObserver<ModelStreamInferResponse> {
    @Override
    public void onNext(ModelStreamInferResponse answer) {
      answers.add(answer);
    }

    @Override
    public void onError(Throwable cause) {
      ended.countDown();
    }

    @Override
    public void onCompleted() {
      ended.countDown();
    }
  }

  private static ModelInferRequest.Builder strings(String... values) {
    List<ByteString> bytes = new ArrayList<>();
    for (String value : values) {
      bytes.add(ByteString.copyFromUtf8(value));
    }
    return ask("words")
        .addInputs(tensor("x", "BYTES", values.length / 2, 2))
        .addRawInputContents(ByteStrings.pack(bytes));
  }

  @Test
  void statisticsCountRowsOfABatchAndLoadingIsAsOfAnyModel() throws Exception {
    ModelStatistics before = statistics("words");
    served.stub().modelInfer(strings("a", "b", "c", "d").build());
    ModelStatistics after = statistics("words");
    assertThat(after.getInferenceCount() - before.getInferenceCount()).isEqualTo(2);
    assertThat(after.getInferenceStats().getQueue().getCount())
        .isEqualTo(before.getInferenceStats().getQueue().getCount() + 1);
    URI page = URI.create("http://127.0.0.1:" + served.gateway.httpPort() + "/metrics");
    assertThat(
            CLIENT
                .send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString())
                .body())
        .contains(
            "nv_inference_count{model=\"words\",version=\"1\"} %d\n"
                .formatted(after.getInferenceCount()));

    served
        .stub()
        .repositoryModelUnload(
            RepositoryModelUnloadRequest.newBuilder().setModelName("grid").build());
    assertThatThrownBy(() -> served.stub().modelInfer(ask("grid").build()))
        .hasMessage("NOT_FOUND: Request for unknown model: 'grid' has no available versions");
    served
        .stub()
        .repositoryModelLoad(RepositoryModelLoadRequest.newBuilder().setModelName("grid").build());
    served
        .stub()
        .modelInfer(
            ask("grid")
                .addInputs(tensor("x", "FP32", 1, 3))
                .addRawInputContents(floats(1, 2, 3))
                .build());
  }

  private static ModelStatistics statistics(String model) {
    return served
        .stub()
        .modelStatistics(ModelStatisticsRequest.newBuilder().setName(model).build())
        .getModelStats(0);
  }

  @Test
  void whatCannotBeServedIsInTheIndexWithTheReason() {
    var rows =
        served.stub().repositoryIndex(RepositoryIndexRequest.getDefaultInstance()).getModelsList();
    assertThat(rows)
        .filteredOn(row -> row.getState().equals("UNAVAILABLE"))
        .extracting(row -> row.getName())
        .contains("custom", "nothing", "outside")
        .doesNotContain("none", "words", "add");
    assertThat(rows)
        .filteredOn(row -> row.getName().equals("custom"))
        .first()
        .satisfies(row -> assertThat(row.getReason()).containsIgnoringCase("evil.ops"));
    assertThat(rows)
        .filteredOn(row -> row.getName().equals("outside"))
        .first()
        .satisfies(row -> assertThat(row.getReason()).contains("external data"));
  }

  @Test
  void aRegisteredVersionIsServedUnderANameOfItsOwnAndNeverInALoopsPlace() throws Exception {
    promote("pairs", served.registry.add("pairs", "onnx", "", addition()));
    ModelInferRequest.Builder request =
        raw("pairs", floats(1, 2, 3), tensor("left", "FP32", 1, 3), tensor("right", "FP32", 1, 3));
    ModelInferResponse answer = served.stub().modelInfer(request.build());
    assertThat(answer.getRawOutputContents(0)).isEqualTo(floats(2, 4, 6));
    assertThat(answer.getParametersOrThrow("alias").getStringParam()).isEqualTo("champion");
    assertThat(config("pairs").getMaxBatchSize()).isZero();
    assertThat(config("pairs").getInput(0).getDimsList()).containsExactly(-1L, 3L);
    assertThat(served.catalog.champion("pairs")).as("what the loop may read").isEmpty();

    promote("direction", served.registry.add("direction", "onnx", "", new TinyOnnx().bytes()));
    String intruder = served.registry.add("direction", "onnx", "", addition());
    assertThatThrownBy(() -> promote("direction", intruder))
        .hasMessageContaining("its signature is not the loop's");
    assertThat(served.catalog.champion("direction")).isPresent();
    String late = served.registry.add("pairs", "onnx", "", new TinyOnnx().bytes());
    assertThatThrownBy(() -> promote("pairs", late)).hasMessageContaining("it takes features");
    String named = served.registry.add("named", "onnx", "features-v1", addition());
    assertThatThrownBy(() -> promote("named", named))
        .hasMessageContaining("must have the one input 'features'");
  }

  private static void promote(String model, String version) throws Exception {
    served.catalog.promote(model, version, "", "test", "a test");
  }

  @Test
  void textThatTheEngineWouldSeeOtherwiseIsRefused() {
    for (String text : List.of("\uD83D\uDE00", "a\u0000b")) {
      assertThatThrownBy(() -> served.stub().modelInfer(strings("a", text).build()))
          .hasMessageStartingWith("INVALID_ARGUMENT: ")
          .hasMessageContaining("would reach the engine as other bytes");
    }
    ModelInferRequest.Builder wrong =
        strings("a", "b")
            .setRawInputContents(
                0, ByteStrings.pack(List.of(ByteString.EMPTY, ByteString.fromHex("ff"))));
    assertThatThrownBy(() -> served.stub().modelInfer(wrong.build()))
        .hasMessageStartingWith("INVALID_ARGUMENT: ")
        .hasMessageContaining("no UTF-8");
  }

  @Test
  void whatWaitsIsJoinedToABatchAndPartedAgain() {
    Tensors one = words("a", "bc");
    Tensors two = words("", "d", "efg", "h");
    assertThat(one.joins(two)).isTrue();
    assertThat(one.joins(new Tensors(two.values(), 1, false))).isFalse();
    Tensors both = one.joined(List.of(two));
    assertThat(both.rows()).isEqualTo(3);
    assertThat(both.values().getFirst().shape()).containsExactly(3L, 2L);
    assertThat(both.part(0, 1)).isEqualTo(one);
    assertThat(both.part(1, 2)).isEqualTo(two);
  }

  private static Tensors words(String... values) {
    ByteString data = strings(values).getRawInputContents(0);
    List<Long> shape = List.of(values.length / 2L, 2L);
    return new Tensors(
        List.of(new TensorValue("x", ElementType.BYTES, shape, data)), values.length / 2, true);
  }

  /** A wrong request, with the status and the text that it gets. */
  private record Wrong(ModelInferRequest.Builder request, String text) {}

  @Test
  void aWrongRequestIsRefusedInTritonsWords() {
    for (Wrong wrong : wrongRequests()) {
      assertThatThrownBy(() -> served.stub().modelInfer(wrong.request().build()))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> {
                assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
                assertThat(e.getStatus().getDescription()).startsWith(wrong.text());
              });
    }
  }

  private static List<Wrong> wrongRequests() {
    ByteString six = floats(1, 2, 3, 4, 5, 6);
    InferInputTensor.Builder left = tensor("left", "FP32", 2, 3);
    InferInputTensor.Builder right = tensor("right", "FP32", 2, 3);
    return List.of(
        wrong(
            raw("add", six, left),
            R
                + "expected 2 inputs but got 1 inputs for model 'add'. Got input(s) ['left'], but missing required input(s) ['right']. Please provide all required input(s)."),
        wrong(
            raw("add", six, left, tensor("up", "FP32", 2, 3)),
            "unexpected inference input 'up' for model 'add'"),
        wrong(raw("add", six, left, left), R + "input 'left' already exists in request"),
        wrong(
            raw("add", six, left, tensor("right", "INT32", 2, 3)),
            R + "inference input 'right' data-type is 'INT32', but model 'add' expects 'FP32'"),
        wrong(
            raw("add", six, left, tensor("right", "fp32", 2, 3)),
            R + "inference input 'right' data-type is '<invalid>', but"),
        wrong(
            raw("add", six, left, tensor("right", "FP32", 2, 4)),
            R
                + "unexpected shape for input 'right' for model 'add'. Expected [-1,3], got [2,4]. NOTE: Setting a non-zero max_batch_size"),
        wrong(
            raw("add", six, left, tensor("right", "FP32", 1, 3)),
            R + "input 'right' batch size does not match other inputs for 'add'"),
        wrong(
            raw("add", six, tensor("left", "FP32"), right),
            R + "input 'left' has no shape but model requires batch dimension for 'add'"),
        wrong(
            raw("add", six, tensor("left", "FP32", 5, 3), tensor("right", "FP32", 5, 3)),
            R + "inference request batch-size must be <= 4 for 'add'"),
        wrong(
            raw("column", ByteString.EMPTY, tensor("x", "FP32", 0, 1)),
            R + "input byte size mismatch for input 'x' for model 'column'. Expected 4, got 0"),
        wrong(
            raw("column", ByteString.EMPTY, tensor("x", "FP32", -1, 1)),
            R
                + "input byte size mismatch for input 'x' for model 'column'. Expected 17179869180, got 0"),
        wrong(
            raw("add", floats(1), left, right),
            R + "input byte size mismatch for input 'left' for model 'add'. Expected 24, got 4"),
        wrong(
            raw("grid", six, tensor("x", "FP32", 1L << 62, 3)),
            R + "unexpected shape for input 'x' for model 'grid'. Dimensions of"),
        wrong(
            raw("none", six, tensor("x", "FP32", 0, 1L << 40)),
            R + "unexpected shape for input 'x' for model 'none'."),
        wrong(
            raw("grid", six, tensor("x", "FP32", ANY, 3)),
            R
                + "All input dimensions should be specified for input 'x' for model 'grid', got [-1,3]"),
        wrong(
            raw("grid", six, tensor("x", "FP32", -2, 3)),
            R + "unexpected shape for input 'x' for model 'grid'. Expected [-1,3], got [-2,3]. "),
        wrong(
            raw("grid", six, tensor("x", "FP32", 2_000_000_000, 3)),
            R
                + "input byte size mismatch for input 'x' for model 'grid'. Expected 24000000000, got 24"),
        wrong(
            ask("grid").addInputs(tensor("x", "FP32", 2, 3)),
            "unable to find data for input tensor 'x' for model 'grid' in request."),
        wrong(
            ask("id_FP16")
                .addInputs(
                    tensor("x", "FP16", 1)
                        .setContents(InferTensorContents.newBuilder().addFp32Contents(1))),
            "unexpected explicit tensor data for input tensor 'x' for model 'id_FP16' of type 'FP32', expected datatype 'FP16'"),
        wrong(
            raw("grid", six, tensor("x", "FP32", 2, 3)).addOutputs(output("nope")),
            "unexpected inference output 'nope' for model 'grid'"),
        wrong(
            strings("a", "b").setInputs(0, tensor("x", "BYTES", 2, 2)),
            R + "expected 4 string elements for inference input 'x' for model 'words', got 2"),
        wrong(
            strings("a", "b", "c", "d").setInputs(0, tensor("x", "BYTES", 1, 2)),
            R
                + "unexpected number of string elements 3 for inference input 'x' for model 'words', expecting 2"),
        wrong(
            strings("a", "b").setRawInputContents(0, framed(9, 1)),
            "incomplete string data for inference input 'x', expecting string of length 9 but only 1 bytes available"),
        wrong(
            strings("a", "b").setRawInputContents(0, ByteString.copyFrom(new byte[2])),
            R
                + "incomplete string length indicator for inference input 'x' for model 'words', expecting 4 bytes but only 2 bytes available."));
  }

  private static ModelInferRequest.InferRequestedOutputTensor.Builder output(String name) {
    return ModelInferRequest.InferRequestedOutputTensor.newBuilder().setName(name);
  }

  /** The same bytes for each input. */
  private static ModelInferRequest.Builder raw(
      String model, ByteString bytes, InferInputTensor.Builder... inputs) {
    ModelInferRequest.Builder request = ask(model);
    for (InferInputTensor.Builder input : inputs) {
      request.addInputs(input).addRawInputContents(bytes);
    }
    return request;
  }

  private static ByteString framed(int length, int there) {
    ByteBuffer bytes = ByteBuffer.allocate(4 + there).order(ByteOrder.LITTLE_ENDIAN);
    return ByteString.copyFrom(bytes.putInt(length).rewind());
  }

  private static Wrong wrong(ModelInferRequest.Builder request, String text) {
    return new Wrong(request, text);
  }

  private static HttpResponse<String> post(String model, String body) throws Exception {
    return CLIENT.send(
        HttpRequest.newBuilder(uri("/v2/models/" + model + "/infer"))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static URI uri(String path) {
    return URI.create("http://127.0.0.1:" + served.gateway.httpPort() + path);
  }

  private static JsonObject object(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JsonParser.parseString(answer.body()).getAsJsonObject();
  }
}
