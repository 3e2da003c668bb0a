package ai.neo.tradingtypes;

/** How an order meets the market. */
public enum OrderType {
  /** Takes what is there. */
  MARKET,
  /** Trades at its limit or better, else rests. */
  LIMIT
}
