package ai.neo.modelgateway.learning;

/**
 * The numbers that {@link java.util.SplittableRandom} gives for the same seed, with a state that
 * can be written down (SplitMix64; Steele, Lea and Flood, 2014). One thread.
 */
final class ReplayRandom {
  private static final long STEP = 0x9E3779B97F4A7C15L;

  private long state;

  /**
   * @param state a seed, or what {@link #state} told
   */
  ReplayRandom(long state) {
    this.state = state;
  }

  long state() {
    return state;
  }

  /** Uniform in 0 to {@code bound} − 1; bound at least 1. */
  int nextInt(int bound) {
    int r = nextInt();
    int mask = bound - 1;
    if ((bound & mask) == 0) {
      return r & mask;
    }
    int u = r >>> 1;
    r = u % bound;
    while (u + mask - r < 0) { // the last, incomplete round of bounds would favour small numbers
      u = nextInt() >>> 1;
      r = u % bound;
    }
    return r;
  }

  /** Uniform in 0 to below 1. */
  double nextDouble() {
    long z = next();
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return ((z ^ (z >>> 31)) >>> 11) * 0x1.0p-53;
  }

  private int nextInt() {
    long z = next();
    z = (z ^ (z >>> 33)) * 0x62A9D9ED799705F5L;
    return (int) (((z ^ (z >>> 28)) * 0xCB24D0A5C88C35B3L) >>> 32);
  }

  private long next() {
    state += STEP;
    return state;
  }
}
