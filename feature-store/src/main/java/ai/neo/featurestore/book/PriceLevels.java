package ai.neo.featurestore.book;

import java.util.Arrays;

/**
 * One side of a book: prices from the worst to the best, with their quantities.
 *
 * <p>The best stands last, because most changes happen near it: an insertion then moves few
 * neighbours, and the search begins there.
 */
final class PriceLevels {
  /** More levels than any venue publishes; the worst go when a feed exceeds it. */
  static final int DEPTH_MAX = 1 << 16;

  private static final int INITIAL_CAPACITY = 1024;

  /** Levels looked at one by one from the best before the search halves the rest. */
  private static final int LINEAR = 8;

  /** +1 where a higher price is better (bids), -1 where a lower one is (asks). */
  private final int sign;

  /** {@code sign × price}, ascending: so one code serves both sides. */
  private long[] ranks = new long[INITIAL_CAPACITY];

  private long[] quantities = new long[INITIAL_CAPACITY];
  private int depth;
  private long dropped;

  PriceLevels(int sign) {
    this.sign = sign;
  }

  void set(long price, long quantity) {
    long rank = sign * price;
    int index = find(rank);
    if (index >= 0) {
      if (quantity > 0) {
        quantities[index] = quantity;
      } else {
        remove(index);
      }
    } else if (quantity > 0) {
      insert(-index - 1, rank, quantity);
    }
  }

  /** Index of the rank, or {@code -(where it belongs) - 1}. */
  private int find(long rank) {
    int index = depth - 1;
    int last = Math.max(0, depth - LINEAR);
    while (index >= last) {
      long found = ranks[index];
      if (found <= rank) {
        return found == rank ? index : -index - 2;
      }
      index--;
    }
    return Arrays.binarySearch(ranks, 0, last, rank);
  }

  private void remove(int index) {
    int moved = depth - index - 1;
    if (moved > 0) {
      System.arraycopy(ranks, index + 1, ranks, index, moved);
      System.arraycopy(quantities, index + 1, quantities, index, moved);
    }
    depth--;
  }

  private void insert(int index, long rank, long quantity) {
    if (depth == DEPTH_MAX) {
      dropped++;
      if (index == 0) {
        return;
      }
      remove(0);
      index--;
    } else if (depth == ranks.length) {
      ranks = Arrays.copyOf(ranks, 2 * depth);
      quantities = Arrays.copyOf(quantities, 2 * depth);
    }
    int moved = depth - index;
    if (moved > 0) {
      System.arraycopy(ranks, index, ranks, index + 1, moved);
      System.arraycopy(quantities, index, quantities, index + 1, moved);
    }
    ranks[index] = rank;
    quantities[index] = quantity;
    depth++;
  }

  void clear() {
    depth = 0;
  }

  int depth() {
    return depth;
  }

  long dropped() {
    return dropped;
  }

  long best() {
    return depth == 0 ? 0 : sign * ranks[depth - 1];
  }

  long price(int level) {
    return sign * ranks[depth - 1 - level];
  }

  long quantity(int level) {
    return quantities[depth - 1 - level];
  }

  long quantityAt(long price) {
    int index = find(sign * price);
    return index < 0 ? 0 : quantities[index];
  }

  /** Sum over the best levels, in units of 1e-8: as a double, for a long could overflow. */
  double quantityOfBest(int levels) {
    double sum = 0;
    for (int index = Math.max(0, depth - levels); index < depth; index++) {
      sum += quantities[index];
    }
    return sum;
  }
}
