package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.marketdata.recorded.Recording;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine;

/** Recorded data whose traded part is evaluated on. */
final class EvaluatedData {
  private static final String BUNDLED = "bundled";

  @CommandLine.Option(
      names = "--data",
      paramLabel = "FILE",
      description =
          "Candle files, or 'bundled' (default). Their first quarter, which training uses, is left"
              + " out.")
  private List<String> data = List.of(BUNDLED);

  @CommandLine.Option(names = "--symbols", split = ",", description = "Only these instruments.")
  private Set<String> symbols = Set.of();

  @CommandLine.Option(names = "--from", description = "From this date or time, UTC.")
  private Optional<String> from = Optional.empty();

  @CommandLine.Option(names = "--to", description = "Up to this date or time, UTC.")
  private Optional<String> to = Optional.empty();

  Recording read() {
    Recording.Selection selection =
        new Recording.Selection(symbols, RunCommand.time(from), RunCommand.time(to));
    Path home = Path.of(System.getProperty("neo.home", "."));
    return data.equals(List.of(BUNDLED))
        ? Recording.sample(home.resolve("data").resolve("sample"), selection)
        : Recording.files(data.stream().map(Path::of).toList(), ZoneOffset.UTC, selection);
  }
}
