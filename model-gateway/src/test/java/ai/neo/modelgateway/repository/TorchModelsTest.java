package ai.neo.modelgateway.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.neo.modelgateway.TensorGateway;
import ai.neo.modelgateway.TinyTorchScript;
import ai.neo.modelgateway.engine.ByteStrings;
import ai.neo.modelgateway.engine.ElementType;
import ai.neo.modelgateway.engine.ModelRefusedException;
import com.google.protobuf.ByteString;
import inference.ModelConfig;
import inference.ModelConfigRequest;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import inference.ModelInferResponse;
import inference.ModelMetadataRequest;
import inference.ModelMetadataResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** TorchScript programs of any tensors in a model repository, served over real gRPC. */
class TorchModelsTest {
  private static final String TORCH = "platform: \"pytorch_libtorch\" ";

  @TempDir private static Path home;
  private static TensorGateway served;

  @BeforeAll
  static void start() throws Exception {
    for (ElementType type : ElementType.values()) {
      String tensor = type == ElementType.BYTES ? "List[str]" : "Tensor";
      String one = "{ name: \"%s\" data_type: %s dims: [-1] }";
      model(
          "id_" + type,
          "input "
              + one.formatted("INPUT__0", type.inConfig())
              + "output "
              + one.formatted("OUTPUT__0", type.inConfig()),
          new TinyTorchScript("forward(self, x: %s) -> %s: return x".formatted(tensor, tensor))
              .bytes());
    }
    // saved while it trained: dropout and statistics of batches would be at work
    model(
        "forecast",
        "max_batch_size: 8 dynamic_batching {}"
            + input("INPUT__0", "5, 4")
            + output("OUTPUT__1", "1")
            + output("OUTPUT__0", "3"),
        resource("forecast.pt"));
    String difference =
        "forward(self, left: Tensor, right: Tensor) -> Tensor: return torch.sub(left, right)";
    byte[] sub = new TinyTorchScript(difference).bytes();
    model("by_name", input("right", "2") + input("left", "2") + output("y", "2"), sub);
    model("by_number", input("B__1", "2") + input("A__0", "2") + output("y", "2"), sub);
    model("by_order", input("b", "2") + input("a__x", "2") + output("y", "2"), sub);
    model(
        "dictionary",
        input("bid", "2") + input("ask", "2") + output("mid", "2"),
        new TinyTorchScript(
                "forward(self, q: Dict[str, Tensor]) -> Tensor: return torch.div(torch.add(q[\"bid\"], q[\"ask\"]), 2)")
            .bytes());
    model(
        "turned",
        input("x", "2, 3") + output("y", "3, 2"),
        new TinyTorchScript("forward(self, x: Tensor) -> Tensor: return torch.t(x)").bytes());
    model(
        "lies",
        input("x", "-1") + output("y", "7"),
        new TinyTorchScript("forward(self, x: Tensor) -> Tensor: return x").bytes());
    model(
        "half",
        input("x", "-1") + output("y", "-1"),
        new TinyTorchScript("forward(self, x: Tensor) -> Tensor: return torch.to(x, 5)").bytes());
    model(
        "fails",
        input("x", "-1") + output("y", "-1"),
        new TinyTorchScript(
                "forward(self, x: Tensor) -> Tensor: return torch.matmul(x, torch.zeros([3, 3]))")
            .bytes());
    served = new TensorGateway(home);
    assertThat(served.repository.unavailable())
        .extracting(ModelRepository.Unavailable::model)
        .containsExactlyInAnyOrder("id_UINT16", "id_UINT32", "id_UINT64", "id_INT16", "id_BF16");
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  private static String input(String name, String dims) {
    return " input { name: \"%s\" data_type: TYPE_FP32 dims: [%s] }".formatted(name, dims);
  }

  private static String output(String name, String dims) {
    return input(name, dims).replace("input", "output");
  }

  private static byte[] resource(String name) throws Exception {
    try (InputStream file = TorchModelsTest.class.getResourceAsStream("/torchscript/" + name)) {
      return Objects.requireNonNull(file, name).readAllBytes();
    }
  }

  private static void model(String name, String config, byte[] program) throws Exception {
    Path version = Files.createDirectories(home.resolve(name).resolve("1"));
    Files.write(version.resolve("model.pt"), program);
    Files.writeString(home.resolve(name).resolve("config.pbtxt"), TORCH + config);
  }

  private static ModelInferRequest.Builder ask(String model) {
    return ModelInferRequest.newBuilder().setModelName(model);
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

  private static float[] floats(ByteString raw) {
    float[] values = new float[raw.size() / Float.BYTES];
    raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  private static ModelInferResponse two(String model, String first, String second) {
    return served
        .stub()
        .modelInfer(
            ask(model)
                .addInputs(tensor(first, "FP32", 2))
                .addInputs(tensor(second, "FP32", 2))
                .addRawInputContents(floats(10, 20))
                .addRawInputContents(floats(1, 2))
                .build());
  }

  @ParameterizedTest
  @EnumSource(names = {"BOOL", "UINT8", "INT8", "INT32", "INT64", "FP16", "FP32", "FP64", "BYTES"})
  void everyTypeThatPyTorchHasPassesWithItsBits(ElementType type) {
    byte[] bits = new byte[3 * Math.max(type.bytes(), 1)];
    if (type == ElementType.BOOL) {
      bits[2] = 1;
    } else {
      bits[bits.length - 1] = (byte) 0xc1;
      bits[0] = 2;
    }
    ByteString sent =
        type == ElementType.BYTES
            ? ByteStrings.pack(
                List.of(
                    ByteString.copyFromUtf8("neo"),
                    ByteString.EMPTY,
                    ByteString.copyFromUtf8("Zü")))
            : ByteString.copyFrom(bits);
    ModelInferResponse answer =
        served
            .stub()
            .modelInfer(
                ask("id_" + type)
                    .addInputs(tensor("INPUT__0", type.name(), 3))
                    .addRawInputContents(sent)
                    .build());
    assertThat(answer.getRawOutputContentsList()).containsExactly(sent);
    assertThat(answer.getOutputs(0).getName()).isEqualTo("OUTPUT__0");
    assertThat(answer.getOutputs(0).getDatatype()).isEqualTo(type.name());
    assertThat(answer.getOutputs(0).getShapeList()).containsExactly(3L);
    assertThat(answer.getParametersOrThrow("engine").getStringParam()).isEqualTo("pytorch");
  }

  /** The numbers are PyTorch 2.15's own, of the module in eval mode. */
  @Test
  void aNetworkWithWeightsAnswersAsPyTorchDoesOutputByOutput() {
    float[] window = new float[40];
    for (int i = 0; i < window.length; i++) {
      window[i] = (i % 7 - 3) / 4f;
    }
    ModelInferRequest request =
        ask("forecast")
            .addInputs(tensor("INPUT__0", "FP32", 2, 5, 4))
            .addRawInputContents(floats(window))
            .build();
    ModelInferResponse answer = served.stub().modelInfer(request);
    assertThat(answer.getOutputs(0).getName()).isEqualTo("OUTPUT__1");
    assertThat(answer.getOutputs(0).getShapeList()).containsExactly(2L, 1L);
    assertThat(floats(answer.getRawOutputContents(0)))
        .containsExactly(new float[] {-0.29814258f, -0.29934087f}, within(1e-5f));
    assertThat(answer.getOutputs(1).getShapeList()).containsExactly(2L, 3L);
    assertThat(floats(answer.getRawOutputContents(1)))
        .containsExactly(
            new float[] {0.4527578f, 0.2794199f, 0.2678223f, 0.4536828f, 0.2773614f, 0.2689558f},
            within(1e-5f));
  }

  @Test
  void manyAtOnceGetTheirOwnRows() throws Exception {
    try (ExecutorService callers = Executors.newFixedThreadPool(8)) {
      List<Callable<float[]>> calls =
          IntStream.range(0, 200).<Callable<float[]>>mapToObj(i -> () -> forecast(i)).toList();
      List<Future<float[]>> answers = callers.invokeAll(calls);
      for (int i = 0; i < answers.size(); i++) {
        assertThat(answers.get(i).get()).containsExactly(forecast(i), within(1e-5f));
      }
      assertThat(forecast(1)).isNotEqualTo(forecast(2));
    }
  }

  private static float[] forecast(int seed) {
    float[] window = new float[20];
    for (int i = 0; i < window.length; i++) {
      window[i] = ((i + seed) % 11 - 5) / 4f;
    }
    return floats(
        served
            .stub()
            .modelInfer(
                ask("forecast")
                    .addInputs(tensor("INPUT__0", "FP32", 1, 5, 4))
                    .addRawInputContents(floats(window))
                    .build())
            .getRawOutputContents(1));
  }

  @Test
  void namesStandForArgumentsByNameByNumberOrInOrder() {
    assertThat(two("by_name", "right", "left").getRawOutputContents(0)).isEqualTo(floats(-9, -18));
    assertThat(two("by_number", "A__0", "B__1").getRawOutputContents(0)).isEqualTo(floats(9, 18));
    assertThat(two("by_order", "a__x", "b").getRawOutputContents(0)).isEqualTo(floats(-9, -18));
    assertThat(two("dictionary", "ask", "bid").getRawOutputContents(0)).isEqualTo(floats(5.5f, 11));
  }

  @Test
  void theConfigurationIsWhatCallersSee() {
    ModelConfig config =
        served
            .stub()
            .modelConfig(ModelConfigRequest.newBuilder().setName("forecast").build())
            .getConfig();
    assertThat(config.getPlatform()).isEqualTo("pytorch_libtorch");
    assertThat(config.getBackend()).isEqualTo("pytorch");
    assertThat(config.getMaxBatchSize()).isEqualTo(8);
    ModelMetadataResponse metadata =
        served.stub().modelMetadata(ModelMetadataRequest.newBuilder().setName("forecast").build());
    assertThat(metadata.getPlatform()).isEqualTo("pytorch_libtorch");
    assertThat(metadata.getInputs(0).getShapeList()).containsExactly(-1L, 5L, 4L);
  }

  @Test
  void elementsLieInTheOrderOfTheShape() {
    ModelInferResponse answer =
        served
            .stub()
            .modelInfer(
                ask("turned")
                    .addInputs(tensor("x", "FP32", 2, 3))
                    .addRawInputContents(floats(1, 2, 3, 4, 5, 6))
                    .build());
    assertThat(answer.getOutputs(0).getShapeList()).containsExactly(3L, 2L);
    assertThat(answer.getRawOutputContents(0)).isEqualTo(floats(1, 4, 2, 5, 3, 6));
  }

  @Test
  void noElementsAreATensorToo() {
    ModelInferResponse answer =
        served
            .stub()
            .modelInfer(
                ask("id_FP32")
                    .addInputs(tensor("INPUT__0", "FP32", 0))
                    .addRawInputContents(ByteString.EMPTY)
                    .build());
    assertThat(answer.getRawOutputContents(0)).isEmpty();
    assertThat(answer.getOutputs(0).getShapeList()).containsExactly(0L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "lies; INTERNAL; configuration expects shape [7] for output 'y', model provides [3]",
        "half; INTERNAL; configuration expects datatype TYPE_FP32 for output 'y', model provides TYPE_FP16",
        "fails; INTERNAL; PyTorch execute failure: ",
      })
  void anAnswerThatIsNotWhatWasStatedIsNone(String model, Status.Code code, String reason) {
    ModelInferRequest request =
        ask(model).addInputs(tensor("x", "FP32", 3)).addRawInputContents(floats(1, 2, 3)).build();
    if (model.equals("fails")) { // of two numbers, where it can take three
      request =
          ask(model).addInputs(tensor("x", "FP32", 2)).addRawInputContents(floats(1, 2)).build();
    }
    ModelInferRequest asked = request;
    assertThatThrownBy(() -> served.stub().modelInfer(asked))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(code);
              assertThat(e.getStatus().getDescription()).contains(reason);
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "x: Tensor) -> Tensor: return x; ; TorchScript does not say what it takes and answers",
        "x: Tensor) -> Tensor: return x; I x; must contain at least one output, none were specified.",
        "x: Tensor) -> Tensor: return x; O y; must contain at least one input, none were specified.",
        "x: Tensor, y: Tensor) -> Tensor: return x; I x O y; configuration expects 1 inputs, model provides 2",
        "x: Tensor, y: Tensor) -> Tensor: return x; I a__0 I b__0 O y; input 'b__0' stands for argument 0 of forward(x, y), which another input stands for already",
        "x: Tensor, y: Tensor) -> Tensor: return x; I a__0 I b__2 O y; input 'b__2' stands for argument 2 of forward(x, y), which has 2, from 0",
        "x: Tensor, n: int=3) -> Tensor: return x; I x I n O y; An input of type 'int' was detected in the model.",
        "x: Optional[Tensor]) -> Tensor: return torch.ones([1]); I x O y; An input of type 'Optional[Tensor]'",
        "x: Tensor) -> Tuple[Tensor, Tensor]: return (x, x); I x O OUTPUT__2; refers to an output index which doesn't exist. This model has 2 outputs",
        "x: Tensor) -> Dict[str, Tensor]: return {\"a\": x}; I x O y; forward answers Dict[str, Tensor]; output must be of type Tensor",
        "x: Tensor) -> List[Tensor]: return [x]; I x O y; It should not be a List / Dictionary of Tensors or a Scalar",
        "x: List[str]) -> Tensor: return torch.ones([1]); I x O y; stands for argument 'x' of forward, which is a List[str]",
        "x: Tensor) -> Tensor: return torch.nothing(x); I x O y; PyTorch cannot load it: ",
      })
  void whatCannotBeServedSaysWhy(String forward, String tensors, String reason) throws Exception {
    StringBuilder config = new StringBuilder(TORCH);
    String[] words = tensors == null ? new String[0] : tensors.split(" ");
    for (int i = 0; i < words.length; i += 2) {
      config.append(words[i].equals("I") ? input(words[i + 1], "-1") : output(words[i + 1], "-1"));
    }
    Path version = Files.createDirectories(home.resolve("wrong").resolve("1"));
    Files.writeString(home.resolve("wrong").resolve("config.pbtxt"), config);
    Files.write(
        version.resolve("model.pt"), new TinyTorchScript("forward(self, " + forward).bytes());
    assertThatThrownBy(() -> served.repository.load("wrong"))
        .isInstanceOf(ModelRefusedException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void aRegisteredProgramSaysItselfWhatItTakes() throws Exception {
    byte[] program =
        new TinyTorchScript("forward(self, x: Tensor) -> Tensor: return torch.mul(x, 2)")
            .extra("config.pbtxt", input("x", "-1, 2") + output("y", "-1, 2"))
            .bytes();
    String version = served.registry.add("doubled", "torchscript", "", program);
    served.catalog.promote("doubled", version, "", "test", "a test");
    ModelInferResponse answer =
        served
            .stub()
            .modelInfer(
                ask("doubled")
                    .addInputs(tensor("x", "FP32", 1, 2))
                    .addRawInputContents(floats(1, 2))
                    .build());
    assertThat(answer.getRawOutputContents(0)).isEqualTo(floats(2, 4));
    ModelMetadataResponse metadata =
        served.stub().modelMetadata(ModelMetadataRequest.newBuilder().setName("doubled").build());
    assertThat(metadata.getPlatform()).isEqualTo("pytorch_libtorch");

    byte[] unknown =
        new TinyTorchScript("forward(self, x: Tensor) -> Tensor: return x")
            .extra("config.pbtxt", input("x", "-1, 2") + "\noutputs { name: \"y\" }")
            .bytes();
    String wrong = served.registry.add("doubled", "torchscript", "", unknown);
    assertThatThrownBy(() -> served.catalog.promote("doubled", wrong, "", "test", "a test"))
        .isInstanceOf(ModelRefusedException.class)
        .hasMessageContaining("extra file config.pbtxt:2:1 ");
  }

  @Test
  void aProgramForTheLoopAnswersProbabilities() throws Exception {
    byte[] program =
        new TinyTorchScript(
                "forward(self, features: Tensor) -> Tuple[Tensor, Tensor]: return (torch.softmax(torch.slice(features, 1, 0, 3), 1), torch.slice(features, 1, 3, 4))")
            .extra("features", "4")
            .bytes();
    String version = served.registry.add("direction", "torchscript", "features-v1", program);
    served.catalog.promote("direction", version, "", "test", "a test");
    ModelInferResponse answer =
        served
            .stub()
            .modelInfer(
                ask("direction")
                    .addInputs(tensor("features", "FP32", 1, 4))
                    .addRawInputContents(floats(0, 0, 0, 0.25f))
                    .build());
    assertThat(floats(answer.getRawOutputContents(0)))
        .containsExactly(new float[] {1 / 3f, 1 / 3f, 1 / 3f}, within(1e-6f));
    assertThat(floats(answer.getRawOutputContents(1))).containsExactly(0.25f);
  }
}
