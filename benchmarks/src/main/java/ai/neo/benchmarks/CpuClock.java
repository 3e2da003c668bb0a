package ai.neo.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * How long the calling thread has computed. What it does in a second of its core's time can be
 * measured on a machine that does other things besides.
 */
final class CpuClock {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private CpuClock() {}

  /** Nanoseconds of the calling thread, in user code and in the kernel for it. */
  static long now() {
    return THREADS.getCurrentThreadCpuTime();
  }
}
