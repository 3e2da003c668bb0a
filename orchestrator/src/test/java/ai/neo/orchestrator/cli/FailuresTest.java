package ai.neo.orchestrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.proto.learning.v1.LearningServiceGrpc;
import ai.neo.proto.learning.v1.PromoteRequest;
import ai.neo.proto.learning.v1.SwapReceipt;
import ai.neo.proto.learning.v1.TrainProgress;
import ai.neo.proto.learning.v1.TrainRequest;
import ai.neo.proto.registry.v1.ListVersionsRequest;
import ai.neo.proto.registry.v1.ListVersionsResponse;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import ai.neo.proto.registry.v1.VersionName;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever fails, a person reads a sentence, and a script a code and one JSON object. */
class FailuresTest {
  private static final String BEHIND = "the registry behind this gateway does not answer (refused)";

  @TempDir Path home;

  private GatewayOfTests gateway;

  @BeforeEach
  void start() throws Exception {
    gateway =
        new GatewayOfTests(
            Files.createDirectory(home.resolve("data")), new Refusing(), new Training());
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  /** Refuses with the status that the model is called by. */
  private static final class Refusing extends RegistryServiceGrpc.RegistryServiceImplBase {
    @Override
    public void listVersions(
        ListVersionsRequest asked, StreamObserver<ListVersionsResponse> caller) {
      if (asked.getModel().equals("behind")) {
        caller.onError(Status.UNAVAILABLE.withDescription(BEHIND).asException());
        return;
      }
      String code = asked.getModel().toUpperCase(Locale.ROOT).replace('-', '_');
      caller.onError(
          Status.fromCode(Status.Code.valueOf(code)).withDescription("it says why").asException());
    }

    @Override
    public void getVersion(VersionName asked, StreamObserver<ModelVersion> caller) {
      if (asked.getVersion().equals("99")) {
        caller.onError(Status.NOT_FOUND.withDescription("no version 99").asException());
        return;
      }
      caller.onNext(ModelVersion.newBuilder().setVersion(asked.getVersion()).build());
      caller.onCompleted();
    }
  }

  /** Refuses whatever it shall train or promote. */
  private static final class Training extends LearningServiceGrpc.LearningServiceImplBase {
    @Override
    public void promote(PromoteRequest asked, StreamObserver<SwapReceipt> caller) {
      caller.onError(Status.FAILED_PRECONDITION.withDescription("refused").asException());
    }

    @Override
    public StreamObserver<TrainRequest> train(StreamObserver<TrainProgress> caller) {
      return new StreamObserver<>() {
        private boolean refused;

        @Override
        public void onNext(TrainRequest value) {
          if (!refused) {
            refused = true;
            String architecture = value.getHeader().getNetwork().getArchitecture();
            Status status =
                architecture.equals("lstm") ? Status.UNAVAILABLE : Status.INVALID_ARGUMENT;
            caller.onError(
                status.withDescription("architecture " + architecture + "?").asException());
          }
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {}
      };
    }
  }

  private static GatewayOfTests.Result neo(String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Neo.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(words);
    return new GatewayOfTests.Result(code, out.toString(), err.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "not-found,2",
    "invalid-argument,2",
    "out-of-range,2",
    "failed-precondition,3",
    "aborted,3",
    "already-exists,3",
    "permission-denied,3",
    "data-loss,4",
    "unavailable,5",
    "resource-exhausted,5",
    "deadline-exceeded,5",
    "internal,1",
  })
  void whatAServiceAnswersHasOneCodeInAllCommands(String status, int code) {
    GatewayOfTests.Result result = gateway.neo("model", "list", status, "--json");
    assertThat(result.code()).isEqualTo(code);
    assertThat(result.err()).startsWith("neo: ").hasLineCount(1).doesNotContain("Exception");
    JsonObject told = new JsonObject(result.out());
    assertThat(told.getInteger("exit_code")).isEqualTo(code);
    assertThat("neo: " + told.getString("error")).isEqualTo(result.err().strip());
    boolean ofGrpc = status.equals("deadline-exceeded");
    assertThat(result.err()).contains(ofGrpc ? "did not answer in time" : "it says why");
  }

  @Test
  void whereNobodyAnswersTheAddressAndAWayOutAreSaid() {
    GatewayOfTests.Result elsewhere =
        gateway.neo("model", "history", "--registry", "127.0.0.1:1", "--json");
    assertThat(elsewhere.code()).isEqualTo(Neo.AWAY);
    assertThat(elsewhere.err())
        .contains("nothing answers at 127.0.0.1:1 (Connection refused")
        .contains("--registry names another address");
    GatewayOfTests.Result unresolvable =
        gateway.neo("model", "route", "--registry", "nosuch.invalid:8001");
    assertThat(unresolvable.code()).isEqualTo(Neo.AWAY);
    assertThat(unresolvable.err()).contains("nosuch.invalid").hasLineCount(1);
    int port = gateway.port();
    gateway.close();
    GatewayOfTests.Result gone = gateway.neo("model", "history");
    assertThat(gone.code()).isEqualTo(Neo.AWAY);
    assertThat(gone.err())
        .contains("the gateway of the run on " + home.resolve("data") + " at 127.0.0.1:" + port)
        .contains("Connection refused")
        .contains("./neo doctor");
  }

  @Test
  void aGatewayIsNotBlamedForTheRegistryBehindIt() {
    GatewayOfTests.Result named =
        gateway.neo("model", "list", "behind", "--gateway", gateway.address());
    assertThat(named.code()).isEqualTo(Neo.AWAY);
    assertThat(named.err())
        .startsWith(
            "neo: the registry behind the gateway %s does not answer (refused); is it running?"
                .formatted(gateway.address()));
    GatewayOfTests.Result ofRun = gateway.neo("model", "list", "behind");
    assertThat(ofRun.err())
        .startsWith("neo: the registry behind the gateway of the run on " + home.resolve("data"))
        .contains("does not answer (refused)");
  }

  @Test
  void aVersionThatIsNotThereIsUsageWhereAGatewayCallsItARefusal() {
    GatewayOfTests.Result missing = gateway.neo("model", "promote", "99");
    assertThat(missing.code()).isEqualTo(2);
    assertThat(missing.err().strip()).isEqualTo("neo: no version 99");
    GatewayOfTests.Result refused = gateway.neo("model", "promote", "1");
    assertThat(refused.code()).isEqualTo(Neo.DIFFERENT);
    assertThat(refused.err().strip()).isEqualTo("neo: refused");
  }

  @Test
  void anotherServiceIsNotAnsweredWithGrpcsWordsAlone() {
    GatewayOfTests.Result result = gateway.neo("model", "quality");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("127.0.0.1:" + gateway.port()).contains("gateway?");
  }

  @Test
  void aFileThatIsNotAsExpectedIsUsageAndNamed() throws Exception {
    Path file = Files.writeString(home.resolve("model.onnx"), "x");
    Path missing = home.resolve("none.json");
    file(home.resolve("no.onnx") + " is not there", "push", home.resolve("no.onnx"));
    file(home + " is a directory; expected a file", "push", home);
    file(missing + " is not there", "push", file, "--golden", missing);
    file(home + " is a directory; expected a file", "push", file, "--golden", home);
    file("there is no directory", "rows", "--out", home.resolve("nodir/x.csv"));
    file("is there already; name another file, or add --overwrite", "rows", "--out", file);
    Path golden = Files.writeString(home.resolve("golden.json"), "[{\"features\": [1, NaN]}]");
    file(golden + " is no JSON array (line 1, column ", "push", file, "--golden", golden);
    file(missing + " is not there", "explain", "direction", "--row", missing);
    file(home + " is a directory; expected a file", "explain", "direction", "--row", home);
  }

  private void file(String message, Object... words) {
    String[] all = new String[words.length + 1];
    all[0] = "model";
    for (int i = 0; i < words.length; i++) {
      all[i + 1] = words[i].toString();
    }
    // Not all of them know a data directory, which comes last.
    GatewayOfTests.Result result = words[0].equals("rows") ? neo(all) : gateway.neo(all);
    assertThat(result.code()).as(result.err()).isEqualTo(2);
    assertThat(result.err()).contains(message).doesNotContain("Exception").hasLineCount(1);
    assertThat(result.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"model bench direction --nope --json", "model lsit --json", "run --json=3"})
  void aMistypedCommandIsJsonToo(String line) {
    GatewayOfTests.Result result = neo(line.split(" ", -1));
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("--help");
    assertThat(result.out()).hasLineCount(1);
    assertThat(new JsonObject(result.out()).getString("error")).contains("--help");
  }

  @Test
  void aRefusedTrainingIsTheGatewaysSentence() throws Exception {
    Path candles = RecordedCandles.write(home);
    GatewayOfTests.Result wrong = train(candles, "foo");
    assertThat(wrong.code()).as(wrong.err()).isEqualTo(2);
    assertThat(wrong.err()).isEqualTo("neo: architecture foo?" + System.lineSeparator());
    assertThat(train(candles, "lstm").code()).isEqualTo(Neo.AWAY);
    gateway.close();
    GatewayOfTests.Result away = train(candles, "mlp");
    assertThat(away.code()).isEqualTo(Neo.AWAY);
    assertThat(away.err()).contains("does not answer").hasLineCount(1);
  }

  private GatewayOfTests.Result train(Path candles, String architecture) {
    return gateway.neo(
        "model", "train", "--data", candles.toString(), "--architecture", architecture);
  }

  @Test
  void rowsAreToldAsJsonAndKeptUnlessToldOtherwise() throws Exception {
    Path candles = RecordedCandles.write(home);
    String out = home.resolve("rows.csv").toString();
    GatewayOfTests.Result result =
        neo("model", "rows", "--data", candles.toString(), "--out", out, "--json");
    assertThat(result.code()).as(result.err()).isZero();
    long lines = Files.readAllLines(Path.of(out)).size();
    assertThat(result.json().getLong("rows")).isEqualTo(lines - 1);
    assertThat(result.json().getString("file")).isEqualTo(out);
    assertThat(neo("model", "rows", "--data", candles.toString(), "--out", out).code())
        .isEqualTo(2);
    assertThat(
            neo("model", "rows", "--data", candles.toString(), "--out", out, "--overwrite").code())
        .isZero();
  }
}
