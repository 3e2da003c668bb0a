package ai.neo.orchestrator.marketdata;

import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.Instrument;
import ai.neo.tradingtypes.MarketEvent;
import java.util.List;
import java.util.function.Consumer;

/** Events of a venue as they happen. Reconnects by itself until closed. */
public interface LiveMarketData extends AutoCloseable {
  /** The instruments, by {@link Instrument#id()}. */
  List<Instrument> instruments();

  /**
   * The newest closed bars of an instrument, oldest first; fewer where the venue has no more.
   * Blocks.
   *
   * @throws FeedAwayException if the venue does not answer
   */
  List<Bar> history(int instrument, int bars);

  /**
   * Starts the feed. Both consumers are called on one thread of the feed and must not block.
   *
   * @param barsAfterNs by instrument: bars that opened later are fetched if they closed before the
   *     feed began
   * @param events closed bars, trades, quotes and book changes in the venue's order
   * @param states each change of the connection
   */
  void start(long[] barsAfterNs, Consumer<MarketEvent> events, Consumer<FeedState> states);

  @Override
  void close();

  /**
   * How the feed is.
   *
   * @param detail what happened, for a person
   */
  record FeedState(Phase phase, String detail) {
    /** From lost to live. */
    public enum Phase {
      /** There is no connection. */
      LOST,
      /** Connected, while missed bars or books are still being fetched. */
      CATCHING_UP,
      /** What is said is the market's present state. */
      LIVE
    }
  }
}
