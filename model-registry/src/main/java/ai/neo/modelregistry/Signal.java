package ai.neo.modelregistry;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Something happened that somebody may be waiting for. Safe for any thread, virtual ones too. */
final class Signal {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition raised = lock.newCondition();
  private long times;

  /** How often it was raised until now. */
  long times() {
    lock.lock();
    try {
      return times;
    } finally {
      lock.unlock();
    }
  }

  void raise() {
    lock.lock();
    try {
      times++;
      raised.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Returns when it was raised more often than {@code seen}, or when the time is over. */
  void await(long seen, long timeoutMs) throws InterruptedException {
    long leftNs = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    lock.lockInterruptibly();
    try {
      while (times <= seen && leftNs > 0) {
        leftNs = raised.awaitNanos(leftNs);
      }
    } finally {
      lock.unlock();
    }
  }
}
