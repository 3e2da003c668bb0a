package ai.neo.orchestrator;

import ai.neo.orchestrator.journal.RunJournal;
import ai.neo.orchestrator.marketdata.recorded.Recording;
import ai.neo.orchestrator.operations.Stores;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What somebody asked of a run.
 *
 * @param speed recorded seconds per second; infinite for as fast as it goes
 * @param data candle files of one's own; empty for the bundled sample
 * @param riskFile limits; empty for the bundled ones
 * @param pagePort 0 for a free one
 * @param gatewayPort 0 for a free one
 * @param metricsPort 0 for a free one
 * @param stores servers of the user's own in place of the embedded ones
 */
public record RunOptions(
    Path home,
    Path dataDirectory,
    double speed,
    long seed,
    boolean untilEnd,
    Recording.Selection selection,
    List<Path> data,
    Optional<Path> riskFile,
    RunJournal.Durability durability,
    int pagePort,
    int gatewayPort,
    int metricsPort,
    Stores.Addresses stores) {
  public RunOptions {
    data = List.copyOf(data);
  }
}
