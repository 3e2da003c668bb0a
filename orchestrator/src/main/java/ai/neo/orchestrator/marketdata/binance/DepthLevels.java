package ai.neo.orchestrator.marketdata.binance;

import java.util.Arrays;

/** Levels of an order book, bids then asks, as prices and quantities in units of 1e-8. */
public final class DepthLevels {
  private long[] bids = new long[16];
  private long[] asks = new long[16];
  private int bidCount;
  private int askCount;

  DepthLevels() {}

  /** A copy with the first of each side. */
  DepthLevels first(int most) {
    DepthLevels copy = new DepthLevels();
    for (int level = 0; level < Math.min(most, bidCount); level++) {
      copy.addBid(bidPriceE8(level), bidQuantityE8(level));
    }
    for (int level = 0; level < Math.min(most, askCount); level++) {
      copy.addAsk(askPriceE8(level), askQuantityE8(level));
    }
    return copy;
  }

  void addBid(long priceE8, long quantityE8) {
    if (bidCount * 2 == bids.length) {
      bids = Arrays.copyOf(bids, bids.length * 2);
    }
    bids[bidCount * 2] = priceE8;
    bids[bidCount++ * 2 + 1] = quantityE8;
  }

  void addAsk(long priceE8, long quantityE8) {
    if (askCount * 2 == asks.length) {
      asks = Arrays.copyOf(asks, asks.length * 2);
    }
    asks[askCount * 2] = priceE8;
    asks[askCount++ * 2 + 1] = quantityE8;
  }

  /** How many bids there are. */
  public int bids() {
    return bidCount;
  }

  /** How many asks there are. */
  public int asks() {
    return askCount;
  }

  /** Price of the bid, counted from 0. */
  public long bidPriceE8(int level) {
    return bids[level * 2];
  }

  /** What rests at the bid; zero if nothing any more. */
  public long bidQuantityE8(int level) {
    return bids[level * 2 + 1];
  }

  /** Price of the ask, counted from 0. */
  public long askPriceE8(int level) {
    return asks[level * 2];
  }

  /** What rests at the ask; zero if nothing any more. */
  public long askQuantityE8(int level) {
    return asks[level * 2 + 1];
  }
}
