package ai.neo.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * How long the calling thread has computed, and what it allocated. What it does in a second of its
 * core's time can be measured on a machine that does other things besides.
 */
final class CpuClock {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private CpuClock() {}

  /** Nanoseconds of the calling thread, in user code and in the kernel for it. */
  static long now() {
    return THREADS.getCurrentThreadCpuTime();
  }

  /** Bytes that the calling thread has allocated. */
  static long allocated() {
    return THREADS.getCurrentThreadAllocatedBytes();
  }
}
