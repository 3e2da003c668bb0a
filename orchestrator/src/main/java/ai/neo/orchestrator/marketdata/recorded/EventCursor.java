package ai.neo.orchestrator.marketdata.recorded;

import ai.neo.tradingtypes.MarketEvent;

/** Events of one file in time order. Not thread-safe. */
interface EventCursor extends AutoCloseable {
  /** Goes to the next event; false at the end, and from then on. */
  boolean advance();

  /** The event that {@link #advance} went to. */
  MarketEvent event();

  @Override
  void close();
}
