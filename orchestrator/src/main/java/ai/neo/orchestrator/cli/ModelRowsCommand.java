package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.TrainingData;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
      "  ./neo model rows --data my.csv --out my-rows.csv"
    })
final class ModelRowsCommand implements Callable<Integer> {
  @CommandLine.Mixin private RecordedDataOption data;

  @CommandLine.Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "Where they are written; a file that is there is replaced.")
  private Path out;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    TrainingData training = data.read();
    var rows = training.rows();
    int width = rows.width();
    try (BufferedWriter file = Files.newBufferedWriter(out)) {
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
    spec.commandLine().getOut().println(training.features().id());
    return 0;
  }
}
