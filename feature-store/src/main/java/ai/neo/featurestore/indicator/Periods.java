package ai.neo.featurestore.indicator;

/** Checks the lengths of windows. */
final class Periods {
  /** Longest window: a bound on memory, 8 MB of doubles. */
  private static final int LONGEST = 1_000_000;

  private Periods() {}

  static int atLeast(int least, int period, String name) {
    if (period < least || period > LONGEST) {
      throw new IllegalArgumentException(
          name + "=" + period + ", expected " + least + " to " + LONGEST);
    }
    return period;
  }
}
