package ai.neo.orchestrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.featurestore.FeatureSetDefinition;
import ai.neo.proto.learning.v1.ExplanationServiceGrpc;
import ai.neo.proto.learning.v1.ScoreRequest;
import ai.neo.proto.learning.v1.ScoreResponse;
import ai.neo.proto.lineage.TrainedSpan;
import ai.neo.proto.registry.v1.Evaluation;
import ai.neo.proto.registry.v1.LedgerEntry;
import ai.neo.proto.registry.v1.ListVersionsRequest;
import ai.neo.proto.registry.v1.ListVersionsResponse;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import io.grpc.stub.StreamObserver;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On which rows {@code ./neo model evaluate} judges, by what the registry says of a training. */
class ModelEvaluateCommandTest {
  private static final int WIDTH =
      FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT).width();
  private static final long SECOND = 1_000_000_000L;
  private static final long DAY = 86_400 * SECOND;

  /** Before and after all of {@link RecordedCandles}. */
  private static final long FROM = 1_618_900_000L * SECOND;

  private static final long TO = FROM + 2 * DAY;

  @TempDir private Path home;

  private final Registry registry = new Registry();
  private final Scores scores = new Scores();
  private GatewayOfTests gateway;
  private Path candles;
  private Path key;

  @BeforeEach
  void start() throws Exception {
    gateway = new GatewayOfTests(Files.createDirectory(home.resolve("data")), registry, scores);
    candles = RecordedCandles.write(home);
    key = home.resolve("anna.key");
    assertThat(GatewayOfTests.alone("registry", "keygen", key.toString()).code()).isZero();
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  /** Versions: what they were trained on is what their numbers stand for. */
  private static final class Registry extends RegistryServiceGrpc.RegistryServiceImplBase {
    private final List<Evaluation> submitted = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void listVersions(
        ListVersionsRequest request, StreamObserver<ListVersionsResponse> caller) {
      caller.onNext(
          ListVersionsResponse.newBuilder()
              .addVersions(version("1", "OTHER", FROM - 9 * DAY, TO - 9 * DAY))
              .addVersions(version("2", "OTHER", FROM, TO))
              .addVersions(version("3", "TEST", FROM, TO))
              .addVersions(version("4", "", FROM, TO))
              .build());
      caller.onCompleted();
    }

    private static ModelVersion version(String number, String instrument, long from, long to) {
      String named =
          instrument.isEmpty()
              ? ""
              : new TrainedSpan(instrument, 500, 60 * SECOND, from, to, 900 * SECOND).text();
      return ModelVersion.newBuilder()
          .setVersion(number)
          .setDataDescription(
              "a file [500 rows, 400 trained, times %d to %d ns, sha256 ab%s]"
                  .formatted(from, to, named))
          .build();
    }

    @Override
    public void submitEvaluation(Evaluation request, StreamObserver<LedgerEntry> caller) {
      submitted.add(request);
      caller.onNext(LedgerEntry.newBuilder().setSequence(9).setAction("evaluation").build());
      caller.onCompleted();
    }
  }

  /** Answers every row alike. */
  private static final class Scores extends ExplanationServiceGrpc.ExplanationServiceImplBase {
    private final AtomicInteger rows = new AtomicInteger();

    @Override
    public void score(ScoreRequest request, StreamObserver<ScoreResponse> caller) {
      rows.addAndGet(request.getRows());
      ScoreResponse.Builder answer =
          ScoreResponse.newBuilder()
              .setModelVersion(request.getVersion())
              .setModelDigest("ab".repeat(32))
              .setWindow(1)
              .setWidth(WIDTH);
      for (int i = 0; i < request.getRows(); i++) {
        answer.addAllActionProbabilities(List.of(0.25f, 0.25f, 0.5f));
      }
      caller.onNext(answer.build());
      caller.onCompleted();
    }
  }

  @Test
  void whatIsOfAnotherTimeIsScoredAndMayBeSigned() {
    GatewayOfTests.Result result = evaluate("direction@1", "--json", "--sign", key.toString());

    assertThat(result.code()).as(result.err()).isZero();
    JsonObject told = result.json();
    assertThat(told.getInteger("samples")).isPositive().isEqualTo(scores.rows.get());
    assertThat(told.getInteger("left_out")).isZero();
    assertThat(told.getBoolean("out_of_time")).isTrue();
    JsonObject trained = told.getJsonArray("trained_on").getJsonObject(0);
    assertThat(trained.getString("instrument")).isEqualTo("OTHER");
    assertThat(trained.getString("from")).isEqualTo("2021-04-11T06:26:40Z");
    assertThat(registry.submitted).hasSize(1);
  }

  @Test
  void rowsOfTheTimesOfAnotherInstrumentsTrainingAreScoredOnlyWhenAskedFor() {
    GatewayOfTests.Result refused = evaluate("direction@2");
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err())
        .contains(
            "no row is left: of ",
            "Trained on: OTHER 2021-04-20T06:26:40Z to 2021-04-22T06:26:40Z (version 2)",
            "Choose --from and --to outside of that, or other --data",
            "--other-instruments scores those");
    assertThat(scores.rows).hasValue(0);

    JsonObject told = evaluate("direction@2", "--other-instruments", "--json").json();
    int samples = told.getInteger("samples");
    assertThat(samples).isPositive();
    assertThat(told.getInteger("rows_of_other_instruments_trained_on")).isEqualTo(samples);
    assertThat(told.getInteger("rows_trained_on")).isZero();
    assertThat(told.getBoolean("out_of_time")).isFalse();
    assertThat(evaluate("direction@2", "--other-instruments").out())
        .contains(samples + " of the scored rows are of times of the training");
  }

  @Test
  void noGateIsHandedWhatIsNotOfAnotherTime() {
    GatewayOfTests.Result signed =
        evaluate("direction@2", "--other-instruments", "--sign", key.toString());

    assertThat(signed.code()).isEqualTo(2);
    assertThat(signed.err()).contains("is not signed", "leave out --sign, or --other-instruments");
    assertThat(registry.submitted).isEmpty();
    assertThat(evaluate("direction@2", "--other-instruments", "--in-sample").code()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"3", "4"}) // its own instrument; a training that names none
  void whatWasOrMayHaveBeenTrainedOnIsNotScoredAsAnotherInstrument(String version) {
    GatewayOfTests.Result refused = evaluate("direction@" + version, "--other-instruments");

    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err())
        .contains(
            version.equals("3")
                ? "Trained on: TEST "
                : "by an earlier build names no instruments, one that is repeated does")
        .doesNotContain("--other-instruments scores");
    JsonObject told = evaluate("direction@" + version, "--in-sample", "--json").json();
    assertThat(told.getInteger("rows_trained_on")).isEqualTo(told.getInteger("samples"));
    assertThat(told.getBoolean("out_of_time")).isFalse();
  }

  @Test
  void whatTheOtherVersionWasTrainedOnIsLeftOutToo() {
    assertThat(evaluate("direction@1", "--against", "3").code()).isEqualTo(2);
    assertThat(evaluate("direction@1", "--against", "2").err()).contains("(version 2)");
  }

  private GatewayOfTests.Result evaluate(String version, String... more) {
    List<String> words =
        new ArrayList<>(List.of("model", "evaluate", version, "--data", candles.toString()));
    words.addAll(List.of(more));
    return gateway.neo(words.toArray(String[]::new));
  }
}
