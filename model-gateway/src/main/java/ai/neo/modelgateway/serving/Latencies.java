package ai.neo.modelgateway.serving;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long requests took, in buckets of which each is at most 1/16 wider than its lower end: the
 * scheme of HdrHistogram with four bits. Safe for any thread; counting takes no lock.
 */
final class Latencies {
  private static final int BITS = 4;
  private static final int SUB = 1 << BITS;

  /** Up to 2^40 ns, some 18 minutes; what took longer counts there. */
  private static final int EXPONENT_MAX = 40;

  private static final int BUCKETS = (EXPONENT_MAX - BITS + 1) * SUB;

  private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

  void add(long ns) {
    counts.incrementAndGet(bucket(Math.max(0, ns)));
  }

  /** The counts now. */
  Reading reading() {
    long[] now = new long[BUCKETS];
    for (int i = 0; i < BUCKETS; i++) {
      now[i] = counts.get(i);
    }
    return new Reading(now);
  }

  private static int bucket(long ns) {
    if (ns < SUB) {
      return (int) ns;
    }
    int exponent = 63 - Long.numberOfLeadingZeros(ns);
    if (exponent >= EXPONENT_MAX) {
      return BUCKETS - 1;
    }
    int within = (int) (ns >>> (exponent - BITS)) & (SUB - 1);
    return (exponent - BITS + 1) * SUB + within;
  }

  /** The largest number of nanoseconds that falls into a bucket. */
  private static long upper(int bucket) {
    if (bucket < SUB) {
      return bucket;
    }
    int exponent = bucket / SUB + BITS - 1;
    long within = bucket % SUB;
    return ((SUB + within + 1) << (exponent - BITS)) - 1;
  }

  /** Counts at one instant; nobody writes to them. */
  static final class Reading {
    private final long[] counts;

    private Reading(long[] counts) {
      this.counts = counts;
    }

    /** What came since an earlier reading of the same latencies. */
    Reading since(Reading earlier) {
      long[] difference = new long[BUCKETS];
      for (int i = 0; i < BUCKETS; i++) {
        difference[i] = counts[i] - earlier.counts[i];
      }
      return new Reading(difference);
    }

    long requests() {
      long sum = 0;
      for (long count : counts) {
        sum += count;
      }
      return sum;
    }

    /**
     * So much of the requests took at most so long, in nanoseconds; 0 without requests.
     *
     * @param share above 0 and at most 1
     */
    long quantile(double share) {
      long wanted = (long) Math.ceil(share * requests());
      long seen = 0;
      for (int i = 0; i < BUCKETS; i++) {
        seen += counts[i];
        if (wanted > 0 && seen >= wanted) {
          return upper(i);
        }
      }
      return 0;
    }
  }
}
