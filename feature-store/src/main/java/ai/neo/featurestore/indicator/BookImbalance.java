package ai.neo.featurestore.indicator;

import ai.neo.featurestore.book.OrderBook;
import ai.neo.tradingtypes.Side;
import java.util.Objects;

/**
 * How much more rests to buy than to sell in the best levels: {@code (bid - ask) / (bid + ask)}, -1
 * to 1.
 */
public final class BookImbalance {
  private final OrderBook book;
  private final int levels;

  /**
   * @param book the book that is looked at; read, never changed
   * @param levels how many levels of each side count, 1 or more
   */
  public BookImbalance(OrderBook book, int levels) {
    this.book = Objects.requireNonNull(book, "book");
    this.levels = Periods.atLeast(1, levels, "levels");
  }

  /** Whether there are two sides to compare, and they do not cross. */
  public boolean ready() {
    return book.depth(Side.BUY) > 0 && book.depth(Side.SELL) > 0 && !book.crossed();
  }

  /** The imbalance, or {@code NaN} while not {@link #ready()}. */
  public double value() {
    if (!ready()) {
      return Double.NaN;
    }
    return of(book.quantity(Side.BUY, levels), book.quantity(Side.SELL, levels));
  }

  /** The imbalance of two quantities, 0 where both are. */
  public static double of(double bid, double ask) {
    double total = bid + ask;
    return total == 0 ? 0 : (bid - ask) / total;
  }
}
