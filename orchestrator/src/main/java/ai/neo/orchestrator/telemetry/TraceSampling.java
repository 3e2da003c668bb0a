package ai.neo.orchestrator.telemetry;

/**
 * Which ticks are traced: a part of them, chosen by their sequence so that every process of a run
 * chooses the same, and no more than so many a second. Not thread-safe.
 */
final class TraceSampling {
  private static final long NS_PER_S = 1_000_000_000L;

  private final double ratio;
  private final int mostPerSecond;
  private long secondFromNs;
  private int inSecond;

  TraceSampling(double ratio, int mostPerSecond) {
    this.ratio = ratio;
    this.mostPerSecond = mostPerSecond;
  }

  /** Whether the ratio chooses the tick. */
  boolean chooses(long sequence) {
    return (mixed(sequence) >>> 11) * 0x1.0p-53 < ratio;
  }

  /** Whether one more may begin now. */
  boolean mayBegin(long nowNs) {
    if (inSecond == 0 || nowNs - secondFromNs >= NS_PER_S) {
      secondFromNs = nowNs;
      inSecond = 0;
    }
    return inSecond++ < mostPerSecond;
  }

  /** Murmur3's finaliser: neighbours come out far apart. */
  private static long mixed(long value) {
    long x = value;
    x = (x ^ (x >>> 33)) * 0xff51afd7ed558ccdL;
    x = (x ^ (x >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return x ^ (x >>> 33);
  }
}
