package ai.neo.featurestore.book;

import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.Side;
import java.util.Objects;

/**
 * The order book of one instrument, by price level, as its venue reports it.
 *
 * <p>Prices and quantities are in units of 1e-8. Between the changes of one message a book may
 * cross for a moment; it is kept as told, and {@link #crossed()} says so. At most 65 536 levels a
 * side are kept: beyond that the worst is dropped and counted. Allocates only when a side outgrows
 * its arrays. Not safe for use by several threads.
 */
public final class OrderBook {
  private final PriceLevels bids = new PriceLevels(1);
  private final PriceLevels asks = new PriceLevels(-1);

  /** Applies one change. The instrument is not looked at: the caller keeps one book for each. */
  public void apply(BookChange change) {
    set(change.side(), change.priceE8(), change.quantityE8());
  }

  /**
   * Sets what rests at a price.
   *
   * @param priceE8 positive
   * @param quantityE8 zero removes the level, and is no error where there is none
   * @throws IllegalArgumentException if the price is not positive or the quantity is negative
   */
  public void set(Side side, long priceE8, long quantityE8) {
    if (priceE8 <= 0 || quantityE8 < 0) {
      throw new IllegalArgumentException(
          "level price_e8="
              + priceE8
              + " quantity_e8="
              + quantityE8
              + ", expected a positive price and a quantity of zero or more");
    }
    levels(side).set(priceE8, quantityE8);
  }

  /** Forgets all levels, as before a new snapshot. */
  public void clear() {
    bids.clear();
    asks.clear();
  }

  /** The highest price that somebody bids, 0 if nobody does. */
  public long bestBidE8() {
    return bids.best();
  }

  /** The lowest price that somebody asks, 0 if nobody does. */
  public long bestAskE8() {
    return asks.best();
  }

  /** Whether both sides are there and the best bid is at or above the best ask. */
  public boolean crossed() {
    return bids.depth() > 0 && asks.depth() > 0 && bids.best() >= asks.best();
  }

  /** What rests at a price, 0 if nothing does. */
  public long quantityAtE8(Side side, long priceE8) {
    return levels(side).quantityAt(priceE8);
  }

  /** Number of price levels. */
  public int depth(Side side) {
    return levels(side).depth();
  }

  /**
   * Price of a level, 0 for the best.
   *
   * @throws IndexOutOfBoundsException if there is no such level
   */
  public long priceE8(Side side, int level) {
    PriceLevels levels = levels(side);
    return levels.price(Objects.checkIndex(level, levels.depth()));
  }

  /**
   * Quantity of a level, 0 for the best.
   *
   * @throws IndexOutOfBoundsException if there is no such level
   */
  public long quantityE8(Side side, int level) {
    PriceLevels levels = levels(side);
    return levels.quantity(Objects.checkIndex(level, levels.depth()));
  }

  /** Sum of the best levels' quantities in units of 1e-8, or of as many as there are. */
  public double quantity(Side side, int levels) {
    return levels(side).quantityOfBest(levels);
  }

  /**
   * How many levels were dropped because a side was full: above zero the deep end is incomplete.
   */
  public long dropped() {
    return bids.dropped() + asks.dropped();
  }

  private PriceLevels levels(Side side) {
    return side == Side.BUY ? bids : asks;
  }
}
