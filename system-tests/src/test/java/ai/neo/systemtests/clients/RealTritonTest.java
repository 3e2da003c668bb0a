package ai.neo.systemtests.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelStreamInferResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Triton beside the gateway and behind it. Takes a minute and 360 MB, and so runs only when
 * the variable NEO_TEST_TRITON says so: {@code install}, or the address of a Triton that serves the
 * models that the script writes.
 */
class RealTritonTest {
  private static final Path SCRIPT = Path.of("src", "test", "python", "real_triton.py");
  private static final String VARIABLE = "NEO_TEST_TRITON";
  private static final long WAIT_SECONDS = 60;

  /** Of a model of four features. */
  private static final ModelInferRequest DIRECTION =
      ModelInferRequest.newBuilder()
          .addInputs(input("features", "FP32", 1, 4))
          .addRawInputContents(ByteString.copyFrom(new byte[16]))
          .build();

  @TempDir private Path directory;

  @Test
  void theSameRequestsGetTheSameAnswersButForTheTable() throws Exception {
    PythonEnvironment python = pythonWithModels();
    String given = System.getenv(VARIABLE);
    if (!given.equals("install")) {
      assertDifferences(python, given);
      return;
    }
    try (RealTriton triton = triton(python)) {
      assertDifferences(python, triton.address());
    }
  }

  private void assertDifferences(PythonEnvironment python, String triton) throws Exception {
    try (PackagedModelTier tier =
        PackagedModelTier.start(
            directory, "--model-repository", directory.resolve("neo").toString())) {
      JsonObject told = new JsonObject(python.run(SCRIPT, "compare", triton, tier.address()));
      Map<String, String> found = new TreeMap<>();
      JsonObject differences = told.getJsonObject("differences");
      for (String request : differences.fieldNames()) {
        JsonObject both = differences.getJsonObject(request);
        found.put(request, code(both.getString("triton")) + " " + code(both.getString("neo")));
      }
      assertThat(found).as(differences.encodePrettily()).isEqualTo(documented());
      assertThat(told.getInteger("compared")).isEqualTo(87);
    }
  }

  @Test
  void aTritonThatDiesUnderLoadCostsNoRequest() throws Exception {
    PythonEnvironment python = pythonWithModels();
    Assumptions.assumeTrue(
        "install".equals(System.getenv(VARIABLE)), "a Triton that is not ours is not killed");
    try (RealTriton triton = triton(python);
        PackagedModelTier tier =
            PackagedModelTier.start(
                directory,
                "--model-repository",
                directory.resolve("neo").toString(),
                "--forward",
                "triton=" + triton.address() + "/forwarded")) {
      ManagedChannel channel = NettyChannelBuilder.forTarget(tier.address()).usePlaintext().build();
      try {
        var stub = GRPCInferenceServiceGrpc.newBlockingStub(channel);
        ModelInferResponse theirs = until(stub, answer -> text(answer, "engine").equals("triton"));
        triton.die();
        ModelInferResponse ours =
            until(stub, answer -> text(answer, "fallback").equals("circuit_open"));
        assertThat(text(ours, "engine")).isEqualTo("onnxruntime");
        assertThat(ours.getModelVersion()).isEqualTo(theirs.getModelVersion());
        triton.start();
        ModelInferResponse again = until(stub, answer -> text(answer, "engine").equals("triton"));
        assertThat(again.getRawOutputContentsList()).isEqualTo(theirs.getRawOutputContentsList());
      } finally {
        channel.shutdownNow();
      }
    }
  }

  @Test
  void decoupledModelsAndSequencesPassAndADeathInMidStreamIsTold() throws Exception {
    PythonEnvironment python = pythonWithModels();
    Assumptions.assumeTrue(
        "install".equals(System.getenv(VARIABLE)), "a Triton that is not ours is not killed");
    try (RealTriton triton = triton(python);
        PackagedModelTier tier =
            PackagedModelTier.start(
                directory,
                "--model-repository",
                directory.resolve("neo").toString(),
                "--forward",
                "triton=" + triton.address() + "/repeat/running_sum")) {
      ManagedChannel channel = NettyChannelBuilder.forTarget(tier.address()).usePlaintext().build();
      try {
        assertSequence(GRPCInferenceServiceGrpc.newBlockingStub(channel));
        Stream stream = Stream.open(channel);
        assertRepeated(stream);
        stream.send(repeat("long", 1000, 50));
        stream.send(repeat("longer", 1000, 50));
        stream.take();
        stream.take();
        triton.die();
        List<String> lost = new ArrayList<>();
        while (lost.size() < 2) {
          ModelStreamInferResponse part = stream.take();
          if (!part.getErrorMessage().isEmpty()) {
            assertThat(part.getErrorMessage()).contains("is unavailable", "that had come");
            lost.add(part.getInferResponse().getId());
          }
        }
        assertThat(lost).containsExactlyInAnyOrder("long", "longer");
        stream.send(DIRECTION.toBuilder().setModelName("direction").build());
        assertThat(stream.take().getErrorMessage()).isEmpty();
        triton.start();
        ModelStreamInferResponse again;
        do {
          stream.send(repeat("again", 1, 0));
          again = stream.take();
        } while (!again.getErrorMessage().isEmpty());
        assertThat(text(again.getInferResponse(), "engine")).isEqualTo("triton");
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static void assertSequence(
      GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub stub) {
    for (int i = 1; i <= 3; i++) {
      ModelInferRequest.Builder request =
          ModelInferRequest.newBuilder()
              .setModelName("running_sum")
              .putParameters("sequence_id", InferParameter.newBuilder().setInt64Param(7).build())
              .addInputs(input("value", "FP32", 1, 1))
              .addRawInputContents(
                  ByteString.copyFrom(
                      ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(i).flip()));
      if (i == 1) {
        request.putParameters(
            "sequence_start", InferParameter.newBuilder().setBoolParam(true).build());
      }
      assertThat(
              stub.modelInfer(request.build())
                  .getRawOutputContents(0)
                  .asReadOnlyByteBuffer()
                  .order(ByteOrder.LITTLE_ENDIAN)
                  .getFloat())
          .isEqualTo(i * (i + 1) / 2f);
    }
  }

  private static void assertRepeated(Stream stream) throws InterruptedException {
    stream.send(
        repeat("three", 3, 1).toBuilder()
            .putParameters(
                "triton_enable_empty_final_response",
                InferParameter.newBuilder().setBoolParam(true).build())
            .build());
    for (int i = 0; i < 4; i++) {
      ModelInferResponse part = stream.take().getInferResponse();
      assertThat(part.getId()).isEqualTo("three");
      assertThat(text(part, "engine")).isEqualTo("triton");
      assertThat(part.getParametersOrThrow("triton_final_response").getBoolParam())
          .isEqualTo(i == 3);
      assertThat(part.getOutputsCount()).isEqualTo(i == 3 ? 0 : 1);
      if (i < 3) {
        assertThat(part.getRawOutputContents(0).byteAt(0)).isEqualTo((byte) i);
      }
    }
    stream.send(repeat("none", 0, 0));
    stream.send(repeat("wrong", -1, 0));
    ModelStreamInferResponse wrong = stream.take();
    assertThat(wrong.getErrorMessage()).isEqualTo("count must not be negative, got -1");
    assertThat(wrong.getInferResponse().getId()).isEqualTo("wrong");
  }

  private static ModelInferRequest repeat(String id, int count, int intervalMs) {
    ModelInferRequest.Builder request =
        ModelInferRequest.newBuilder()
            .setModelName("repeat")
            .setId(id)
            .addInputs(input("count", "INT32", 1))
            .addInputs(input("interval_ms", "INT32", 1));
    for (int value : new int[] {count, intervalMs}) {
      request.addRawInputContents(
          ByteString.copyFrom(
              ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).flip()));
    }
    return request.build();
  }

  private static ModelInferRequest.InferInputTensor input(
      String name, String datatype, long... shape) {
    var input = ModelInferRequest.InferInputTensor.newBuilder().setName(name).setDatatype(datatype);
    for (long dimension : shape) {
      input.addShape(dimension);
    }
    return input.build();
  }

  /** A stream of requests through the gateway. */
  private record Stream(
      StreamObserver<ModelInferRequest> requests, BlockingQueue<ModelStreamInferResponse> answers) {
    static Stream open(ManagedChannel channel) {
      BlockingQueue<ModelStreamInferResponse> answers = new LinkedBlockingQueue<>();
      return new Stream(
          GRPCInferenceServiceGrpc.newStub(channel)
              .modelStreamInfer(
                  new StreamObserver<>() {
                    @Override
                    public void onNext(ModelStreamInferResponse answer) {
                      answers.add(answer);
                    }

                    @Override
                    public void onError(Throwable cause) {
                      answers.add(
                          ModelStreamInferResponse.newBuilder()
                              .setErrorMessage("the stream ended: " + cause)
                              .build());
                    }

                    @Override
                    public void onCompleted() {
                      // it does, when the test is done
                    }
                  }),
          answers);
    }

    void send(ModelInferRequest request) {
      requests.onNext(request);
    }

    ModelStreamInferResponse take() throws InterruptedException {
      ModelStreamInferResponse answer = answers.poll(WAIT_SECONDS, TimeUnit.SECONDS);
      assertThat(answer).as("no answer came").isNotNull();
      return answer;
    }
  }

  /** Asks on and on, which must never fail, until an answer is as wanted. */
  private static ModelInferResponse until(
      GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub stub,
      Predicate<ModelInferResponse> wanted) {
    ModelInferRequest request = DIRECTION.toBuilder().setModelName("forwarded").build();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    ModelInferResponse answer = stub.modelInfer(request);
    while (!wanted.test(answer)) {
      assertThat(System.nanoTime()).as("the last answer was %s", answer).isLessThan(end);
      answer = stub.modelInfer(request);
    }
    return answer;
  }

  private PythonEnvironment pythonWithModels() throws IOException, InterruptedException {
    Assumptions.assumeTrue(
        System.getenv(VARIABLE) != null,
        VARIABLE + " is not set; 'install' compares with a Triton from the package index");
    PythonEnvironment python =
        PythonEnvironment.named(
            "real-triton",
            "nvidia-pytriton==0.7.0",
            "tritonclient[grpc]==2.73.0",
            "numpy==1.26.4",
            "onnx==1.20.1");
    python.run(SCRIPT, "models", directory.toString());
    return python;
  }

  private RealTriton triton(PythonEnvironment python) throws IOException, InterruptedException {
    return new RealTriton(python, directory.resolve("triton"), directory.resolve("triton.log"));
  }

  private static String code(String answer) {
    return answer.split(":", 2)[0];
  }

  /** The rows of the documentation's table: request, and both status codes. */
  private static Map<String, String> documented() throws IOException {
    Map<String, String> rows = new TreeMap<>();
    for (String line : Files.readAllLines(Path.of("..", "docs", "OPEN_INFERENCE.md"))) {
      String[] cells = line.split("\\|", -1);
      if (cells.length == 6 && cells[2].strip().matches("[A-Z_]+")) {
        rows.put(cells[1].strip(), cells[2].strip() + " " + cells[3].strip());
      }
    }
    return rows;
  }

  private static String text(ModelInferResponse answer, String name) {
    return answer
        .getParametersOrDefault(name, InferParameter.getDefaultInstance())
        .getStringParam();
  }
}
