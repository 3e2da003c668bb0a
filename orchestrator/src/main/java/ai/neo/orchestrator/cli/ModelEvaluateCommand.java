package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.TrainingData;
import ai.neo.orchestrator.gateway.EvaluatedRows;
import ai.neo.orchestrator.gateway.EvaluationText;
import ai.neo.orchestrator.gateway.OfflineEvaluation;
import ai.neo.orchestrator.gateway.OfflineScore;
import ai.neo.orchestrator.gateway.PairedDifference;
import ai.neo.orchestrator.gateway.RegistryDesk;
import ai.neo.orchestrator.gateway.TrainedOn;
import ai.neo.orchestrator.marketdata.recorded.Recording;
import ai.neo.proto.learning.v1.TrainedSeries;
import ai.neo.proto.registry.v1.Evaluation;
import ai.neo.proto.signing.SigningKey;
import ai.neo.proto.signing.Statements;
import com.google.protobuf.ByteString;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** {@code ./neo model evaluate}. */
@CommandLine.Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description = {
      "Scores a version on recorded data that it was not trained on, beside serving.",
      "With --against, both on the same rows, and how sure the difference is.",
      "Rows of times at which it was trained are left out, also those of instruments that it was not"
          + " trained on: instruments move together."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./neo model evaluate direction@3 --against 2",
      "  ./neo model evaluate direction --symbols ETHUSDT --from 2024-06-01 --json",
      "  ./neo model evaluate direction@3 --data SOLUSDT.csv --other-instruments",
      "  ./neo model evaluate direction@3 --against 2 --sign anna.key"
    })
final class ModelEvaluateCommand implements Callable<Integer> {
  @CommandLine.Mixin private RegistryDoor door;
  @CommandLine.Mixin private ModelOption model;
  @CommandLine.Mixin private EvaluatedData data;

  @CommandLine.Parameters(
      paramLabel = "NAME[@VERSION]",
      description = "The model, or a bare VERSION; without a version, its champion.")
  private String name;

  @CommandLine.Option(
      names = "--against",
      paramLabel = "VERSION",
      description = "Compare with this version.")
  private Optional<String> against = Optional.empty();

  @CommandLine.Option(
      names = "--cost",
      defaultValue = "0.0005",
      description = "One-way cost, a fraction (default: ${DEFAULT-VALUE}).")
  private double cost;

  @CommandLine.Option(
      names = "--other-instruments",
      description = {
        "Also on rows of instruments that it was not trained on, of times at which it was trained on"
            + " others. That says how it carries over to another instrument, and nothing about"
            + " another time; it is never signed."
      })
  private boolean otherInstruments;

  @CommandLine.Option(
      names = "--in-sample",
      description = "Also on rows that it was trained on; the figures then say little.")
  private boolean inSample;

  @CommandLine.Option(
      names = "--sign",
      paramLabel = "KEY",
      description = "Sign the evaluation with this key and hand it to the registry's gates.")
  private Optional<Path> key = Optional.empty();

  @CommandLine.Option(names = "--json", description = "All as one JSON object.")
  private boolean json;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() {
    if (!(cost >= 0 && cost < 1)) {
      throw new IllegalArgumentException("--cost must be a fraction from 0 to below 1, is " + cost);
    }
    EvaluatedRows.Scope scope = scope();
    if (scope != EvaluatedRows.Scope.OUT_OF_TIME && key.isPresent()) {
      throw new IllegalArgumentException(
          "an evaluation on rows of the training, or of its times, is not signed: gates take what is"
              + " of another time; leave out --sign, or "
              + (inSample ? "--in-sample" : "--other-instruments"));
    }
    ModelName wanted = ModelName.of(name, model.given());
    OfflineEvaluation.Data rows = rows(data.read());
    return door.withGateway(
        channel -> {
          OfflineEvaluation.Result result =
              new OfflineEvaluation(channel, wanted.name(), rows, cost, scope)
                  .of(wanted.version(), against);
          JsonObject answer = result.json();
          key.ifPresent(
              file ->
                  answer.put(
                      "submitted",
                      new RegistryDesk(channel, wanted.name())
                          .submit(signed(wanted.name(), result, file))));
          PrintWriter out = spec.commandLine().getOut();
          if (json) {
            out.println(answer.encode());
          } else {
            print(out, result, answer);
          }
          return 0;
        });
  }

  private EvaluatedRows.Scope scope() {
    if (inSample && otherInstruments) {
      throw new IllegalArgumentException(
          "--in-sample scores all rows: give it or --other-instruments, not both");
    }
    if (inSample) {
      return EvaluatedRows.Scope.IN_SAMPLE;
    }
    return otherInstruments
        ? EvaluatedRows.Scope.OTHER_INSTRUMENTS
        : EvaluatedRows.Scope.OUT_OF_TIME;
  }

  private static OfflineEvaluation.Data rows(Recording recording) {
    TrainingData traded = TrainingData.ofTraded(recording);
    long[] untraded = TrainingData.of(recording).rows().timesNs();
    Optional<TrainedOn.Extent> extent =
        untraded.length == 0
            ? Optional.empty()
            : Optional.of(
                new TrainedOn.Extent(
                    untraded.length,
                    Arrays.stream(untraded).min().getAsLong(),
                    Arrays.stream(untraded).max().getAsLong()));
    return new OfflineEvaluation.Data(
        traded.rows(),
        traded.series().stream().map(TrainedSeries::getInstrument).toList(),
        extent,
        traded.horizonBars(),
        traded.horizonNs());
  }

  private Evaluation signed(String model, OfflineEvaluation.Result result, Path file) {
    SigningKey signing = SigningKey.parse(RegistryDoor.read(file));
    Evaluation.Builder evaluation =
        EvaluationText.parse(result.statement(model).encode()).toBuilder()
            .setActor(door.actor())
            .setEvaluatedAt(Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
            .setKeyId(signing.verifyingKey().id());
    evaluation.setSignature(ByteString.copyFrom(signing.sign(Statements.of(evaluation.build()))));
    return evaluation.build();
  }

  private static void print(PrintWriter out, OfflineEvaluation.Result result, JsonObject answer) {
    out.printf(
        Locale.ROOT,
        "%-10s %9s %9s %9s %9s %9s %12s %12s%n",
        "version",
        "rows",
        "log loss",
        "accuracy",
        "Brier",
        "ECE",
        "net return",
        "drawdown");
    line(out, "v" + result.version().number(), result.version().score());
    result.other().ifPresent(other -> line(out, "v" + other.number(), other.score()));
    result.lossDifference().ifPresent(d -> line(out, "log loss", d));
    result.netDifference().ifPresent(d -> line(out, "net return", d));
    EvaluatedRows rows = result.rows();
    out.printf("%d rows left out%n", result.leftOut());
    if (rows.trainedOn() > 0) {
      out.printf("%d rows were, or may have been, trained on%n", rows.trainedOn());
    }
    if (rows.otherInstruments() > 0) {
      out.printf(
          "%d rows are of times at which other instruments were trained on%n",
          rows.otherInstruments());
    }
    if (rows.overlapping() > 0) {
      out.printf(
          "%d of the scored rows are of times of the training: this is no evidence about another"
              + " time%n",
          rows.overlapping());
    }
    if (!rows.known()) {
      out.println(
          "what it was trained on is not known: it came from elsewhere; choose the data so");
    }
    if (answer.containsKey("submitted")) {
      out.println("signed and handed in: " + answer.getJsonObject("submitted").encode());
    }
  }

  private static void line(PrintWriter out, String version, OfflineScore score) {
    out.printf(
        Locale.ROOT,
        "%-10s %9d %9.5f %9.4f %9.5f %9.5f %+12.3e %12.3e%n",
        version,
        score.samples(),
        score.logLoss(),
        score.accuracy(),
        score.brier(),
        score.ece(),
        score.netReturn(),
        score.maxDrawdown());
  }

  private static void line(PrintWriter out, String what, PairedDifference difference) {
    out.printf(
        Locale.ROOT,
        "%-10s %+.3e, 95%% from %+.3e to %+.3e: %s%n",
        what,
        difference.mean(),
        difference.low(),
        difference.high(),
        difference.isClear() ? "a clear difference" : "may be chance");
  }
}
