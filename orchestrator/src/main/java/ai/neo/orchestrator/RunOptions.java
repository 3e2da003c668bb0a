package ai.neo.orchestrator;

import ai.neo.orchestrator.configuration.Configuration;
import ai.neo.orchestrator.marketdata.recorded.Recording;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What somebody asked of a run.
 *
 * @param home of the installation, with the bundled data
 * @param modelTier the folder of the model tier's jar, with its libraries in {@code lib}
 * @param data candle files of one's own; empty for the bundled sample
 * @param live the venue whose live data are traded in place of recorded ones
 */
public record RunOptions(
    Path home,
    Path modelTier,
    Path dataDirectory,
    Configuration configuration,
    boolean untilEnd,
    Recording.Selection selection,
    List<Path> data,
    Optional<String> live) {
  public RunOptions {
    data = List.copyOf(data);
  }

  long seed() {
    return configuration.run().seed();
  }
}
