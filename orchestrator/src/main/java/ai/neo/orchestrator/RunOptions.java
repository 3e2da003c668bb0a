package ai.neo.orchestrator;

import ai.neo.orchestrator.journal.RunJournal;
import ai.neo.orchestrator.marketdata.recorded.Recording;
import ai.neo.orchestrator.operations.Stores;
import java.net.URI;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/**
 * What somebody asked of a run.
 *
 * @param speed recorded seconds per second; infinite for as fast as it goes
 * @param data candle files of one's own; empty for the bundled sample
 * @param dataZone of times in them that do not state their own
 * @param live a venue's live data in place of recorded ones
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
    ZoneId dataZone,
    Optional<Live> live,
    Optional<Path> riskFile,
    RunJournal.Durability durability,
    int pagePort,
    int gatewayPort,
    int metricsPort,
    Stores.Addresses stores) {
  /**
   * Live data of a venue.
   *
   * @param venue its name; {@code binance} is there
   * @param rest base of its REST API
   * @param streams base of its streams
   */
  public record Live(String venue, URI rest, URI streams) {}

  public RunOptions {
    data = List.copyOf(data);
  }
}
