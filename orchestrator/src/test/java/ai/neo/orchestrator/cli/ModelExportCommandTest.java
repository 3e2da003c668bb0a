package ai.neo.orchestrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.proto.learning.v1.ExportRequest;
import ai.neo.proto.learning.v1.ExportResponse;
import ai.neo.proto.learning.v1.LearningServiceGrpc;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code ./neo model export} asks for, and what it leaves on the disk whatever happens. */
class ModelExportCommandTest {
  private static final ByteString MODEL = ByteString.copyFromUtf8("an ONNX file");

  @TempDir private Path home;

  private final Learning learning = new Learning();
  private Path folder;
  private Path out;
  private Path candles;
  private GatewayOfTests gateway;

  @BeforeEach
  void start() throws Exception {
    gateway = new GatewayOfTests(Files.createDirectory(home.resolve("data")), learning);
    folder = Files.createDirectory(home.resolve("models"));
    out = folder.resolve("champion.onnx");
    candles = RecordedCandles.write(home);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  /** Answers as it is told, and does something else before it does. */
  private static final class Learning extends LearningServiceGrpc.LearningServiceImplBase {
    private final List<ExportRequest> asked = Collections.synchronizedList(new ArrayList<>());
    private volatile Optional<Status> refusal = Optional.empty();
    private volatile Runnable meanwhile = () -> {};

    @Override
    public void export(ExportRequest request, StreamObserver<ExportResponse> caller) {
      asked.add(request);
      meanwhile.run();
      if (refusal.isPresent()) {
        caller.onError(refusal.get().asException());
        return;
      }
      caller.onNext(
          ExportResponse.newBuilder()
              .setContent(MODEL)
              .setSha256("cd".repeat(32))
              .setModelVersion("3")
              .setModelDigest("ab".repeat(32))
              .setPrecision(request.getPrecision())
              .setComparedRows(request.getEvaluation().getLabelsCount())
              .setTolerance(0.02)
              .setLargestDifference(0.004)
              .setLogLossChange(0.0003)
              .build());
      caller.onCompleted();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"fp32", "fp16", "int8"})
  void theFileAndWhatItCostsAreTold(String precision) throws Exception {
    GatewayOfTests.Result result = export("direction@3", "--precision", precision, "--json");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(Files.readAllBytes(out)).isEqualTo(MODEL.toByteArray());
    ExportRequest asked = learning.asked.getFirst();
    assertThat(asked.getModel()).isEqualTo("direction");
    assertThat(asked.getVersion()).isEqualTo("3");
    assertThat(asked.getFormat()).isEqualTo("onnx");
    assertThat(asked.getPrecision()).isEqualTo(precision);
    int rows = asked.getEvaluation().getLabelsCount();
    assertThat(rows).as("rows that are never traded").isPositive();
    JsonObject told = result.json();
    assertThat(told.getString("file")).isEqualTo(out.toString());
    assertThat(told.getInteger("bytes")).isEqualTo(MODEL.size());
    assertThat(told.getString("precision")).isEqualTo(precision);
    assertThat(told.getInteger("compared_rows")).isEqualTo(rows);
    assertThat(told.getDouble("tolerance")).isEqualTo(0.02);
    assertThat(told.getDouble("largest_difference")).isEqualTo(0.004);
    assertThat(told.getDouble("log_loss_change")).isEqualTo(0.0003);
  }

  @Test
  void withoutAVersionTheChampionIsMeant() {
    assertThat(export("direction").code()).isZero();
    assertThat(learning.asked.getFirst().getVersion()).isEmpty();
    assertThat(learning.asked.getFirst().getPrecision()).isEqualTo("fp32");
  }

  @Test
  void whatARefusalSaysIsToldAndNothingIsWritten() throws Exception {
    learning.refusal =
        Optional.of(
            Status.FAILED_PRECONDITION.withDescription(
                "version 3 is onnx; only networks that Neo trained (neo-djl) are exported"));
    GatewayOfTests.Result result = export("direction@3");
    assertThat(result.code()).isEqualTo(Neo.DIFFERENT);
    assertThat(result.err()).contains("only networks that Neo trained");
    assertThat(files()).isEmpty();
  }

  @Test
  void aFileThatIsThereIsLeftAloneUnlessItMayBeReplaced() throws Exception {
    Files.writeString(out, "somebody's work");
    GatewayOfTests.Result refused = export("direction");
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains(out + " is there already", "--overwrite");
    assertThat(learning.asked).as("nobody works for nothing").isEmpty();
    assertThat(out).hasContent("somebody's work");

    assertThat(export("direction", "--overwrite").code()).isZero();
    assertThat(Files.readAllBytes(out)).isEqualTo(MODEL.toByteArray());
    assertThat(files()).containsExactly("champion.onnx");
  }

  @Test
  void aFileThatCameMeanwhileIsLeftAloneToo() throws Exception {
    learning.meanwhile =
        () -> {
          try {
            Files.writeString(out, "somebody was quicker");
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        };
    GatewayOfTests.Result result = export("direction");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("is there already");
    assertThat(out).hasContent("somebody was quicker");
    assertThat(files()).containsExactly("champion.onnx");
  }

  @Test
  void aWriteThatFailsLeavesWhatWasThereAndNoParts() throws Exception {
    Files.writeString(out, "the last good one");
    learning.meanwhile =
        () -> {
          try { // a folder with something inside is replaced by no file
            Files.delete(out);
            Files.writeString(Files.createDirectory(out).resolve("inside"), "");
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        };
    GatewayOfTests.Result result = export("direction", "--overwrite");
    assertThat(result.code()).isNotZero();
    assertThat(files()).containsExactly("champion.onnx");
    assertThat(out.resolve("inside")).exists();
  }

  @Test
  void whatCannotBeIsSaidBeforeTheGatewayIsAsked() {
    usage("no directory", "direction", "--out", folder.resolve("no/such.onnx").toString());
    usage("is a directory", "direction", "--out", folder.toString());
    usage("fp32, fp16 or int8, is 'int4'", "direction", "--precision", "int4");
    usage("must be onnx, is 'pickle'", "direction", "--format", "pickle");
    usage("expected NAME or NAME@VERSION", "direction@");
    usage("expected NAME or NAME@VERSION", "direction@champion");
    assertThat(learning.asked).isEmpty();
  }

  private void usage(String reason, String... words) {
    GatewayOfTests.Result result = export(words);
    assertThat(result.code()).as(reason).isEqualTo(2);
    assertThat(result.err()).contains(reason);
  }

  private GatewayOfTests.Result export(String... words) {
    List<String> all = new ArrayList<>(List.of("model", "export"));
    all.addAll(List.of(words));
    all.addAll(List.of("--data", candles.toString()));
    if (!all.contains("--out")) {
      all.addAll(List.of("--out", out.toString()));
    }
    return gateway.neo(all.toArray(String[]::new));
  }

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(file -> file.getFileName().toString()).toList();
    }
  }
}
