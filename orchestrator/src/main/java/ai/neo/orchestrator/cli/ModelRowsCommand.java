package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.TrainingData;
import ai.neo.orchestrator.gateway.ModelTraining;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.Writer;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** {@code ./neo model rows}. */
@CommandLine.Command(
    name = "rows",
    mixinStandardHelpOptions = true,
    description = {
      "Writes the rows that a first model is trained on as CSV, to train with other tools.",
      "Columns: series, time_ns, each feature by name, label (0 SELL, 1 HOLD, 2 BUY) and",
      "forward_return. Needs no running Neo. Prints the id of the feature set."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./neo model rows --out rows.csv",
      "  ./neo model rows --data my.csv --out my-rows.csv --overwrite --json"
    })
final class ModelRowsCommand implements Callable<Integer> {
  @CommandLine.Mixin private RecordedDataOption data;

  @CommandLine.Mixin private NewFile out;

  @CommandLine.Option(names = "--json", description = "File, rows and features as one JSON object.")
  private boolean json;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    out.check();
    TrainingData training = data.read();
    out.write(file -> write(file, training));
    String id = training.features().id();
    JsonObject written =
        new JsonObject()
            .put("file", out.path().toString())
            .put("rows", training.rows().count())
            .put("features", training.features().width())
            .put("feature_set_id", id);
    spec.commandLine().getOut().println(json ? written.encode() : id);
    return 0;
  }

  private static void write(Writer file, TrainingData training) throws IOException {
    ModelTraining.Rows rows = training.rows();
    int width = rows.width();
    file.write(
        "series,time_ns,"
            + String.join(",", training.features().names())
            + ",label,forward_return\n");
    for (int row = 0; row < rows.count(); row++) {
      StringBuilder line = new StringBuilder();
      line.append(rows.series()[row]).append(',').append(rows.timesNs()[row]);
      for (int f = row * width; f < (row + 1) * width; f++) {
        line.append(',').append(rows.features()[f]);
      }
      line.append(',').append(rows.labels()[row]);
      line.append(',').append(rows.forwardReturns()[row]).append('\n');
      file.append(line);
    }
  }
}
