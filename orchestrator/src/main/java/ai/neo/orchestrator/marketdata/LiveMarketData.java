package ai.neo.orchestrator.marketdata;

import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.MarketEvent;
import java.util.List;
import java.util.function.Consumer;

/** Events of a venue as they happen. Reconnects by itself until closed. */
public interface LiveMarketData extends AutoCloseable {
  /** The instruments, by {@link Instrument#id()}. */
  List<Instrument> instruments();

  /**
   * Starts the feed. Both consumers are called on one thread of the feed and must not block.
   *
   * @param events closed bars, trades, quotes and book changes in the venue's order
   * @param states each change of the connection
   */
  void start(Consumer<MarketEvent> events, Consumer<FeedState> states);

  @Override
  void close();

  /**
   * How the connection is.
   *
   * @param connected whether events may be expected
   * @param detail what happened, for a person
   */
  record FeedState(boolean connected, String detail) {}
}
