package ai.neo.orchestrator.portfolio;

/**
 * The trades that were taken in, for as long as the run lasts. Of each id 128 bits are kept: some
 * 30 bytes in place of more than a hundred, in one array that the collector need not walk. Two ids
 * that share them are not to be met: among ten million trades with a chance below 10⁻²⁴.
 *
 * <p>An open hash table with linear probing. Not thread-safe.
 */
final class SeenTrades {
  private static final int FIRST_SLOTS = 1 << 10;

  private static final long FIRST_FACTOR = 0x9E37_79B9_7F4A_7C15L;
  private static final long SECOND_FACTOR = 0xC2B2_AE3D_27D4_EB4FL;

  /** Two numbers a slot; both are zero where it is free. */
  private long[] slots = new long[2 * FIRST_SLOTS];

  private int size;

  /** Returns whether the id was not there before. */
  boolean add(String tradeId) {
    long first = FIRST_FACTOR;
    long second = SECOND_FACTOR ^ tradeId.length();
    for (int i = 0; i < tradeId.length(); i++) {
      first = mixed((first ^ tradeId.charAt(i)) * FIRST_FACTOR);
      second = mixed((second + tradeId.charAt(i)) * SECOND_FACTOR);
    }
    first |= 1; // Never free.
    if (!put(slots, first, second)) {
      return false;
    }
    size++;
    if (3 * size > slots.length) { // Two thirds of the slots.
      grow();
    }
    return true;
  }

  private void grow() {
    long[] larger = new long[Math.multiplyExact(2, slots.length)];
    for (int at = 0; at < slots.length; at += 2) {
      if (slots[at] != 0) {
        put(larger, slots[at], slots[at + 1]);
      }
    }
    slots = larger;
  }

  private static boolean put(long[] slots, long first, long second) {
    int mask = slots.length - 1;
    int at = (int) (first >>> 1 << 1) & mask;
    while (slots[at] != 0) {
      if (slots[at] == first && slots[at + 1] == second) {
        return false;
      }
      at = (at + 2) & mask;
    }
    slots[at] = first;
    slots[at + 1] = second;
    return true;
  }

  private static long mixed(long value) {
    return value ^ value >>> 32 ^ value >>> 17;
  }
}
