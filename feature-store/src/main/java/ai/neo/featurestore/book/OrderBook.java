package ai.neo.featurestore.book;

import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.Side;

/**
 * An order book by price level. Levels lie in sorted arrays, the best last, because changes happen
 * near the best: nothing is allocated once the arrays have their size. Not thread-safe.
 */
public final class OrderBook {
  private final Ladder bids = new Ladder(true);
  private final Ladder asks = new Ladder(false);

  /** Sets, changes or removes one level. */
  public void apply(BookChange change) {
    ladder(change.side()).set(change.priceE8(), change.quantityE8());
  }

  public void clear() {
    bids.size = 0;
    asks.size = 0;
  }

  /** Best bid; zero when there is none. */
  public long bestBidE8() {
    return bids.size == 0 ? 0 : bids.prices[bids.size - 1];
  }

  /** Best ask; zero when there is none. */
  public long bestAskE8() {
    return asks.size == 0 ? 0 : asks.prices[asks.size - 1];
  }

  /** How many levels a side has. */
  public int depth(Side side) {
    return ladder(side).size;
  }

  /**
   * @param level from 0, the best
   */
  public long priceE8(Side side, int level) {
    Ladder ladder = ladder(side);
    return ladder.prices[ladder.index(level)];
  }

  /**
   * @param level from 0, the best
   */
  public long quantityE8(Side side, int level) {
    Ladder ladder = ladder(side);
    return ladder.quantities[ladder.index(level)];
  }

  /**
   * (bids − asks) / (bids + asks) of the quantities of the best levels, −1..1; zero when both sides
   * are empty.
   */
  public double imbalance(int levels) {
    double bid = bids.top(levels);
    double ask = asks.top(levels);
    return bid + ask == 0 ? 0 : (bid - ask) / (bid + ask);
  }

  private Ladder ladder(Side side) {
    return side == Side.BUY ? bids : asks;
  }

  private static final class Ladder {
    private final boolean rising;
    private long[] prices = new long[1024];
    private long[] quantities = new long[1024];
    private int size;

    /**
     * @param rising whether prices rise towards the best
     */
    Ladder(boolean rising) {
      this.rising = rising;
    }

    int index(int level) {
      if (level < 0 || level >= size) {
        throw new IndexOutOfBoundsException("level=" + level + " of " + size);
      }
      return size - 1 - level;
    }

    double top(int levels) {
      double sum = 0;
      for (int i = size - 1; i >= Math.max(0, size - levels); i--) {
        sum += quantities[i];
      }
      return sum;
    }

    void set(long price, long quantity) {
      int at = find(price);
      boolean found = at < size && prices[at] == price;
      if (quantity == 0) {
        if (found) {
          System.arraycopy(prices, at + 1, prices, at, size - at - 1);
          System.arraycopy(quantities, at + 1, quantities, at, size - at - 1);
          size--;
        }
        return;
      }
      if (!found) {
        insert(at, price);
      }
      quantities[at] = quantity;
    }

    private void insert(int at, long price) {
      if (size == prices.length) {
        prices = java.util.Arrays.copyOf(prices, size * 2);
        quantities = java.util.Arrays.copyOf(quantities, size * 2);
      }
      System.arraycopy(prices, at, prices, at + 1, size - at);
      System.arraycopy(quantities, at, quantities, at + 1, size - at);
      prices[at] = price;
      size++;
    }

    /** The first index whose price is not before the given one, seen from the far end. */
    private int find(long price) {
      int low = 0;
      int high = size;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (before(prices[middle], price)) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }

    private boolean before(long one, long other) {
      return rising ? one < other : one > other;
    }
  }
}
