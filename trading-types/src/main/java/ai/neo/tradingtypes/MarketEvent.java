package ai.neo.tradingtypes;

/** Something that happened in the market. Times are nanoseconds since 1970 UTC. */
public sealed interface MarketEvent permits Bar, Trade, Quote, BookChange {
  /** {@link Instrument#id()} of the instrument. */
  int instrument();

  /** When it was known: the close of a bar, the venue's event time of the rest. */
  long timeNs();
}
