package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.TrainingData;
import ai.neo.orchestrator.marketdata.recorded.Recording;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import picocli.CommandLine;

/** Recorded data whose untraded part is trained or compared on. */
final class RecordedDataOption {
  private static final String BUNDLED = "bundled";

  @CommandLine.Option(
      names = "--data",
      paramLabel = "FILE",
      description =
          "Candle files, or 'bundled' (default). Only the first quarter, which a run never trades,"
              + " is used.")
  private List<String> data = List.of(BUNDLED);

  @CommandLine.Option(names = "--symbols", split = ",", description = "Only these instruments.")
  private Set<String> symbols = Set.of();

  TrainingData read() {
    Recording.Selection selection =
        new Recording.Selection(symbols, OptionalLong.empty(), OptionalLong.empty());
    Path home = Path.of(System.getProperty("neo.home", "."));
    Recording recording =
        data.equals(List.of(BUNDLED))
            ? Recording.sample(home.resolve("data").resolve("sample"), selection)
            : Recording.files(data.stream().map(Path::of).toList(), ZoneOffset.UTC, selection);
    return TrainingData.of(recording);
  }
}
