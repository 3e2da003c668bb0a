package ai.neo.benchmarks;

import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** Latencies in nanoseconds, from when something was due, not from when it was got round to. */
final class Latency {
  private static final long LONGEST_NS = 60_000_000_000L;
  private static final int DIGITS = 3;
  private static final long SPIN_NS = 100_000;

  private final Histogram histogram = new Histogram(LONGEST_NS, DIGITS);

  void add(long ns) {
    histogram.recordValue(Math.clamp(ns, 0, LONGEST_NS));
  }

  void add(Latency other) {
    histogram.add(other.histogram);
  }

  double at(double percentile) {
    return histogram.getValueAtPercentile(percentile);
  }

  long count() {
    return histogram.getTotalCount();
  }

  /** p50, p99, p99.9 and the longest, in words. */
  String words() {
    Figure.Unit ns = Figure.Unit.NANOSECONDS;
    return "p50 "
        + ns.say(at(50))
        + ", p99 "
        + ns.say(at(99))
        + ", p99.9 "
        + ns.say(at(99.9))
        + ", longest "
        + ns.say((double) histogram.getMaxValue());
  }

  /**
   * Waits until {@link System#nanoTime} has come so far: spinning at last, but not for long, for a
   * thread that spins has a processor that others need.
   */
  static void until(long dueNs) {
    long leftNs = dueNs - System.nanoTime();
    if (leftNs > 2 * SPIN_NS) {
      LockSupport.parkNanos(leftNs - SPIN_NS);
    }
    while (System.nanoTime() - dueNs < 0) {
      Thread.onSpinWait();
    }
  }
}
