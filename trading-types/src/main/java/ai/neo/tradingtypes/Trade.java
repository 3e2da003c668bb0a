package ai.neo.tradingtypes;

import java.util.Objects;

/**
 * One trade at the venue.
 *
 * @param aggressor the side that took liquidity
 */
public record Trade(
    int instrument, long timeNs, long tradeId, long priceE8, long quantityE8, Side aggressor)
    implements MarketEvent {
  public Trade {
    Objects.requireNonNull(aggressor, "aggressor");
    if (priceE8 <= 0 || quantityE8 <= 0) {
      throw new IllegalArgumentException(
          "trade price="
              + E8.format(priceE8)
              + " quantity="
              + E8.format(quantityE8)
              + ", expected both positive");
    }
  }
}
