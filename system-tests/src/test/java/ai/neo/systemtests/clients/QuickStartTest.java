package ai.neo.systemtests.clients;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.featurestore.FeatureSetDefinition;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelReadyRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Python of docs/QUICKSTART.md, as it stands there, from rows to the champion that answers. */
@Tag("quickstart")
class QuickStartTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "QUICKSTART.md");
  private static final int ROWS = 600;

  @TempDir private Path directory;

  @Test
  void scikitLearnGetsFromRowsToTheChampion() throws Exception {
    PythonEnvironment python =
        PythonEnvironment.named(
            "quickstart",
            "mlflow-skinny==3.17.2",
            "onnx==1.23.2",
            "onnxruntime==1.31.1",
            "numpy==2.4.6",
            "pandas==3.1.1",
            "scikit-learn==1.9.1",
            "skl2onnx==1.20.0");
    becomesChampion(python, "sklearn");
  }

  @Test
  void pyTorchGetsFromRowsToTheChampion() throws Exception {
    String program = Optional.ofNullable(System.getenv("NEO_TEST_PYTHON")).orElse("python3");
    Optional<PythonEnvironment> python =
        PythonEnvironment.found(program, "torch", "mlflow.onnx", "onnx", "onnxruntime", "numpy");
    Assumptions.assumeTrue(
        python.isPresent(),
        () -> program + " has no torch, mlflow and onnx; name one that has in NEO_TEST_PYTHON");
    becomesChampion(python.orElseThrow(), "torch");
  }

  private void becomesChampion(PythonEnvironment python, String trained) throws Exception {
    writeRows();
    try (PackagedModelTier tier = PackagedModelTier.start(directory)) {
      Path script = directory.resolve("quickstart.py");
      Files.writeString(
          script,
          "import os\nos.chdir(r'%s')\nos.environ['MLFLOW_TRACKING_URI'] = '%s'\n%s\n%s"
              .formatted(directory, tier.registry(), block(trained), block("push")));
      String version = python.run(script).lines().toList().getLast().strip();
      ManagedChannel channel = NettyChannelBuilder.forTarget(tier.address()).usePlaintext().build();
      try {
        var ready =
            GRPCInferenceServiceGrpc.newBlockingStub(channel)
                .modelReady(ModelReadyRequest.newBuilder().setName("direction").build());
        assertThat(version).isEqualTo("1");
        assertThat(ready.getReady()).isTrue();
      } finally {
        channel.shutdownNow();
      }
    }
  }

  /** As {@code ./neo model rows} writes them, with labels that can be learned. */
  private void writeRows() throws IOException {
    FeatureSetDefinition features = FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT);
    SplittableRandom random = new SplittableRandom(4);
    StringBuilder csv = new StringBuilder("series,time_ns,");
    csv.append(String.join(",", features.names())).append(",label,forward_return\n");
    for (int row = 0; row < ROWS; row++) {
      csv.append("0,").append(row);
      double first = 0;
      for (int f = 0; f < features.width(); f++) {
        double value = random.nextDouble(-1, 1);
        first = f == 0 ? value : first;
        csv.append(',').append(value);
      }
      csv.append(first > 0.3 ? ",2," : first < -0.3 ? ",0," : ",1,").append(first / 100);
      csv.append('\n');
    }
    Files.writeString(directory.resolve("rows.csv"), csv);
    Files.writeString(directory.resolve("feature_set.txt"), features.id() + "\n");
  }

  private static String block(String name) throws IOException {
    Matcher block =
        Pattern.compile("```python " + name + "\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(DOCUMENT));
    assertThat(block.find()).as("a block '%s' in %s", name, DOCUMENT).isTrue();
    return block.group(1);
  }
}
