package ai.neo.systemtests.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
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
      assertThat(told.getInteger("compared")).isEqualTo(79);
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

  /** Asks on and on, which must never fail, until an answer is as wanted. */
  private static ModelInferResponse until(
      GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub stub,
      Predicate<ModelInferResponse> wanted) {
    ModelInferRequest request =
        ModelInferRequest.newBuilder()
            .setModelName("forwarded")
            .addInputs(
                ModelInferRequest.InferInputTensor.newBuilder()
                    .setName("features")
                    .setDatatype("FP32")
                    .addShape(1)
                    .addShape(4))
            .addRawInputContents(ByteString.copyFrom(new byte[16]))
            .build();
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
