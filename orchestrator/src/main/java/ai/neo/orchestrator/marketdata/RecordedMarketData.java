package ai.neo.orchestrator.marketdata;

import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.MarketEvent;
import java.util.List;
import java.util.Optional;

/**
 * Recorded events of one or more instruments in one total order: by time, then by instrument id,
 * then as they were recorded. The same files always give the same sequence.
 *
 * <p>Not thread-safe: one reader pulls.
 */
public interface RecordedMarketData extends AutoCloseable {
  /** The instruments, by {@link Instrument#id()}. */
  List<Instrument> instruments();

  /** What is known of one instrument's recording before it is read. */
  RecordingInfo info(int instrument);

  /** The next event; empty when the recording has ended, and from then on. */
  Optional<MarketEvent> next();

  @Override
  void close();
}
