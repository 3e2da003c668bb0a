package ai.neo.tradingtypes;

/** Best bid and ask with the quantities that rest there. */
public record Quote(
    int instrument,
    long timeNs,
    long bidPriceE8,
    long bidQuantityE8,
    long askPriceE8,
    long askQuantityE8)
    implements MarketEvent {
  public Quote {
    if (bidPriceE8 <= 0 || askPriceE8 < bidPriceE8 || bidQuantityE8 < 0 || askQuantityE8 < 0) {
      throw new IllegalArgumentException(
          "quote bid="
              + E8.format(bidPriceE8)
              + " ask="
              + E8.format(askPriceE8)
              + ", expected 0 < bid <= ask and quantities of zero or more");
    }
  }

  /** Halfway between bid and ask, rounded down to a unit of 1e-8. */
  public long midE8() {
    return bidPriceE8 + (askPriceE8 - bidPriceE8) / 2;
  }
}
