package ai.neo.orchestrator.marketdata.recorded;

import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.MarketEvent;
import ai.neo.tradingtypes.Trade;
import java.util.function.Consumer;

/**
 * Makes bars of trades. A bar is said when its interval is over, before anything that happened
 * later; the interval in which the recording begins is left out unless it begins on its boundary,
 * and so is the one in which it ends: neither was seen whole. An interval without a trade gives a
 * bar without volume at the last price.
 *
 * <p>Not thread-safe.
 */
final class TradeBars {
  private final int instrument;
  private final long intervalNs;
  private boolean begun;
  private boolean whole;
  private boolean priced;
  private long openTimeNs;
  private long openE8;
  private long highE8;
  private long lowE8;
  private long closeE8;
  private long volumeE8;

  TradeBars(int instrument, long intervalNs) {
    this.instrument = instrument;
    this.intervalNs = intervalNs;
  }

  /** Time moves on to {@code timeNs}: says each bar that is over by then. */
  void reach(long timeNs, Consumer<MarketEvent> bars) {
    if (!begun) {
      begun = true;
      openTimeNs = timeNs - Math.floorMod(timeNs, intervalNs);
      whole = openTimeNs == timeNs;
      return;
    }
    while (timeNs >= openTimeNs + intervalNs) {
      if (whole && priced) {
        bars.accept(
            new Bar(
                instrument, openTimeNs, openTimeNs + intervalNs, openE8, highE8, lowE8, closeE8,
                volumeE8));
      }
      whole = true;
      openTimeNs += intervalNs;
      openE8 = closeE8;
      highE8 = closeE8;
      lowE8 = closeE8;
      volumeE8 = 0;
    }
  }

  /** A trade of the interval that {@link #reach} has come to. */
  void trade(Trade trade) {
    long price = trade.priceE8();
    if (!priced || volumeE8 == 0) {
      openE8 = price;
      highE8 = price;
      lowE8 = price;
      priced = true;
    }
    highE8 = Math.max(highE8, price);
    lowE8 = Math.min(lowE8, price);
    closeE8 = price;
    volumeE8 = Math.addExact(volumeE8, trade.quantityE8());
  }
}
