package ai.neo.riskrules;

import ai.neo.tradingtypes.Order;
import java.util.Arrays;

/**
 * The orders of the last minute: how many, and which were alike. Both questions cost the same
 * however many there were.
 *
 * <p>Grows with the number of orders in a minute, to about a million. Time is told and should not
 * go back; if it does, orders count for longer, never for less. Not thread-safe: whoever asks for
 * the check owns it, and it serves one account.
 */
public final class OrderRate {
  /** More orders in a minute than this no venue takes and no limit allows. */
  static final int MOST_PER_MINUTE = 1_000_000;

  /** How long an order is remembered. */
  static final long MEMORY_NS = 60_000_000_000L;

  private static final int FIRST_CAPACITY = 64;
  private static final int LAST_CAPACITY = 1 << 20; // A power of two of at least the most.
  private static final long NONE = -1;

  // A ring. An order's place is its sequence's low bits; those before `first` are forgotten.
  private long first;
  private long next;
  private Order[] orders = new Order[FIRST_CAPACITY];
  private long[] approvedNs = new long[FIRST_CAPACITY];

  // Chains of orders with equal low bits of their hash, newest first, by sequence.
  private long[] newestOfHash = empty(FIRST_CAPACITY);
  private long[] olderOfHash = new long[FIRST_CAPACITY];

  /** Whether at least so many orders went out in the minute before. */
  boolean reached(long count, long nowNs) {
    if (count <= 0) {
      return true;
    }
    return next - first >= count && within(next - count, nowNs, MEMORY_NS);
  }

  /** How many orders went out in the minute before. */
  long inLastMinute(long nowNs) {
    long forgotten = first;
    long remembered = next;
    while (forgotten < remembered) {
      long middle = (forgotten + remembered) >>> 1;
      if (within(middle, nowNs, MEMORY_NS)) {
        remembered = middle;
      } else {
        forgotten = middle + 1;
      }
    }
    return next - forgotten;
  }

  /** Whether the same strategy sent an order like this less than the window ago. */
  boolean alike(Order order, long nowNs, long windowNs) {
    long sequence = newestOfHash[place(hash(order))];
    while (sequence >= first && within(sequence, nowNs, windowNs)) {
      if (alike(orders[place(sequence)], order)) {
        return true;
      }
      sequence = olderOfHash[place(sequence)];
    }
    return false;
  }

  /** Notes an order that was approved. */
  void approved(Order order, long nowNs) {
    if (next - first == orders.length) {
      if (within(first, nowNs, MEMORY_NS) && orders.length < LAST_CAPACITY) {
        grow();
      } else {
        first++;
      }
    }
    int place = place(next);
    int chain = place(hash(order));
    orders[place] = order;
    approvedNs[place] = nowNs;
    olderOfHash[place] = newestOfHash[chain];
    newestOfHash[chain] = next;
    next++;
  }

  private void grow() {
    Order[] oldOrders = orders;
    long[] oldTimes = approvedNs;
    long oldFirst = first;
    long end = next;
    int capacity = oldOrders.length * 2;
    orders = new Order[capacity];
    approvedNs = new long[capacity];
    newestOfHash = empty(capacity);
    olderOfHash = new long[capacity];
    next = first;
    for (long sequence = oldFirst; sequence < end; sequence++) {
      int old = (int) (sequence & (oldOrders.length - 1));
      approved(oldOrders[old], oldTimes[old]);
    }
  }

  private boolean within(long sequence, long nowNs, long windowNs) {
    return nowNs - approvedNs[place(sequence)] < windowNs;
  }

  private int place(long sequenceOrHash) {
    return (int) (sequenceOrHash & (orders.length - 1));
  }

  private static long[] empty(int capacity) {
    long[] chains = new long[capacity];
    Arrays.fill(chains, NONE);
    return chains;
  }

  private static boolean alike(Order one, Order other) {
    return one.quantityE8() == other.quantityE8()
        && one.limitPriceE8() == other.limitPriceE8()
        && one.instrument() == other.instrument()
        && one.side() == other.side()
        && one.type() == other.type()
        && one.strategy().equals(other.strategy());
  }

  /** Of what {@link #alike(Order, Order)} compares, without constants' identity hashes. */
  private static long hash(Order order) {
    long hash = order.quantityE8() * 31 + order.limitPriceE8();
    hash = hash * 31 + order.instrument();
    hash = hash * 31 + order.side().sign();
    hash = (hash * 31 + order.strategy().hashCode()) * 0x9E37_79B9_7F4A_7C15L;
    return hash >>> Integer.SIZE;
  }
}
