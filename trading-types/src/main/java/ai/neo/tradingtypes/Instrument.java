package ai.neo.tradingtypes;

import java.util.Objects;

/**
 * Something that can be traded at one venue.
 *
 * @param id index of the instrument in this run, from 0; used in events in place of the symbol
 * @param symbol the venue's name, e.g. {@code BTCUSDT}
 * @param venue where it trades, e.g. {@code binance}
 * @param tickSizeE8 smallest step of a price
 * @param lotSizeE8 smallest step of a quantity
 * @param minimumNotionalE8 smallest value of an order, in quote currency; zero for none
 */
public record Instrument(
    int id, String symbol, String venue, long tickSizeE8, long lotSizeE8, long minimumNotionalE8) {
  public Instrument {
    Objects.requireNonNull(symbol, "symbol");
    Objects.requireNonNull(venue, "venue");
    if (id < 0) {
      throw new IllegalArgumentException("instrument id=" + id + ", expected 0 or more");
    }
    if (symbol.isBlank()) {
      throw new IllegalArgumentException("instrument symbol is blank");
    }
    if (tickSizeE8 <= 0 || lotSizeE8 <= 0 || minimumNotionalE8 < 0) {
      throw new IllegalArgumentException(
          "instrument="
              + symbol
              + " tick="
              + tickSizeE8
              + " lot="
              + lotSizeE8
              + " minimum_notional="
              + minimumNotionalE8
              + ", expected positive steps");
    }
  }

  /** The quantity, cut down to whole lots. */
  public long wholeLots(long quantityE8) {
    return E8.roundToStep(quantityE8, lotSizeE8);
  }
}
