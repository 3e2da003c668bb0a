package ai.neo.orchestrator.marketdata.binance;

import ai.neo.tradingtypes.Side;

/** One message of Binance's public market data. Prices and quantities in units of 1e-8. */
public sealed interface BinanceMessage {

  /**
   * Changes of an order book since the update before.
   *
   * @param firstId id of the first change in it ({@code U})
   * @param lastId id of the last change in it ({@code u})
   */
  record DepthUpdate(String symbol, long eventTimeNs, long firstId, long lastId, DepthLevels levels)
      implements BinanceMessage {}

  /** The best levels of an order book at one moment; over REST, without a symbol or a time. */
  record DepthSnapshot(long lastUpdateId, DepthLevels levels) implements BinanceMessage {
    /** The same moment with at most so many levels of each side, the best. */
    public DepthSnapshot best(int most) {
      return new DepthSnapshot(lastUpdateId, levels.first(most));
    }
  }

  /** One trade. */
  record TradeSeen(
      String symbol, long eventTimeNs, long tradeId, long priceE8, long quantityE8, Side aggressor)
      implements BinanceMessage {}

  /** Best bid and ask; carries no time of its own. */
  record BestQuote(
      String symbol, long updateId, long bidE8, long bidQuantityE8, long askE8, long askQuantityE8)
      implements BinanceMessage {}

  /** A candle, still growing or closed. Times in nanoseconds; the close time is exclusive. */
  record Candle(
      String symbol, long openTimeNs, long closeTimeNs, boolean closed, CandleValues values)
      implements BinanceMessage {}

  /** Prices and volume of a candle. */
  record CandleValues(long openE8, long highE8, long lowE8, long closeE8, long volumeE8) {}

  /** The venue is about to close the connection. */
  record ShutdownNotice() implements BinanceMessage {}

  /** A message that says nothing of the market: the answer to a subscription, another stream. */
  record Unrelated() implements BinanceMessage {}
}
