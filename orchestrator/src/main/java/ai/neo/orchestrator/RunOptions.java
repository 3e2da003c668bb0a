package ai.neo.orchestrator;

import ai.neo.orchestrator.configuration.Configuration;
import ai.neo.orchestrator.marketdata.recorded.Recording;
import java.nio.file.Path;
import java.util.List;

/**
 * What somebody asked of a run.
 *
 * @param data candle files of one's own; empty for the bundled sample
 */
public record RunOptions(
    Path home,
    Path dataDirectory,
    Configuration configuration,
    boolean untilEnd,
    Recording.Selection selection,
    List<Path> data) {
  public RunOptions {
    data = List.copyOf(data);
  }

  long seed() {
    return configuration.run().seed();
  }
}
