package ai.neo.riskrules;

/**
 * When orders went out, as far back as the rate limit looks. Time is told; not thread-safe: the
 * caller of the check owns it.
 */
public final class OrderRate {
  /** More orders in a minute than this are refused whatever the limit says. */
  static final int CAPACITY = 4096;

  private static final long WINDOW_NS = 60_000_000_000L;

  private final long[] sentNs = new long[CAPACITY];
  private int first;
  private int count;

  /** How many orders went out in the minute before. */
  int inLastMinute(long nowNs) {
    while (count > 0 && sentNs[first] <= nowNs - WINDOW_NS) {
      first = (first + 1) % CAPACITY;
      count--;
    }
    return count;
  }

  /** Notes an order that was approved. */
  void approved(long nowNs) {
    sentNs[(first + count) % CAPACITY] = nowNs;
    count++;
  }
}
