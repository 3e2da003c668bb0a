package ai.neo.orchestrator.marketdata.binance;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next try: twice as long each time, and of that a random part between
 * a half and the whole, so that many clients do not come back at once. Not thread-safe.
 */
final class RetryPause {
  private final Duration first;
  private final Duration longest;
  private final RandomGenerator random;
  private Duration next;

  RetryPause(Duration first, Duration longest, RandomGenerator random) {
    this.first = first;
    this.longest = longest;
    this.random = random;
    this.next = first;
  }

  /** The pause in milliseconds, at least one. */
  long nextMs() {
    long whole = next.toMillis();
    Duration doubled = next.multipliedBy(2);
    next = doubled.compareTo(longest) > 0 ? longest : doubled;
    return Math.max(1, whole / 2 + random.nextLong(whole / 2 + 1));
  }

  /** It works again. */
  void reset() {
    next = first;
  }
}
