package ai.neo.featurestore;

import ai.neo.featurestore.book.OrderBook;
import ai.neo.featurestore.indicator.BookImbalance;
import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.Quote;
import ai.neo.tradingtypes.Side;

/**
 * What is known of an instrument's book at a bar's close: its levels where they are published, else
 * the last quote.
 *
 * <p>A book that has not changed for so long that the feed must have failed counts as none.
 */
final class LatestBook {
  /** A live book of any traded instrument changes within a minute. */
  private static final long STALE_AFTER_NS = 60_000_000_000L;

  private static final long NEVER = Long.MIN_VALUE;

  private final OrderBook book = new OrderBook();
  private long bookTimeNs = NEVER;
  private long quoteTimeNs = NEVER;
  private long bid;
  private long ask;
  private double bidQuantity;
  private double askQuantity;

  void apply(BookChange change) {
    book.apply(change);
    bookTimeNs = change.timeNs();
  }

  void apply(Quote quote) {
    quoteTimeNs = quote.timeNs();
    bid = quote.bidPriceE8();
    ask = quote.askPriceE8();
    bidQuantity = quote.bidQuantityE8();
    askQuantity = quote.askQuantityE8();
  }

  OrderBook book() {
    return book;
  }

  double imbalance(BookImbalance ofBook, BarValues bar) {
    if (fresh(bookTimeNs, bar) && ofBook.ready()) {
      return ofBook.value();
    }
    return fresh(quoteTimeNs, bar) ? BookImbalance.of(bidQuantity, askQuantity) : 0;
  }

  double spread(BarValues bar) {
    if (fresh(bookTimeNs, bar) && twoSided()) {
      return spread((double) book.bestBidE8(), (double) book.bestAskE8());
    }
    return fresh(quoteTimeNs, bar) ? spread((double) bid, (double) ask) : 0;
  }

  private boolean twoSided() {
    return book.depth(Side.BUY) > 0 && book.depth(Side.SELL) > 0 && !book.crossed();
  }

  private static double spread(double bid, double ask) {
    return 2 * (ask - bid) / (ask + bid);
  }

  private static boolean fresh(long timeNs, BarValues bar) {
    return timeNs != NEVER
        && bar.closeTimeNs() - timeNs <= Math.max(STALE_AFTER_NS, bar.durationNs());
  }
}
