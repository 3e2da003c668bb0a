package ai.neo.benchmarks;

import ai.neo.featurestore.book.OrderBook;
import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.Side;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one level update costs: supports sorted arrays instead of a tree. Aim: below 50 ns, which is
 * 20 million a second on one core, and nothing allocated.
 *
 * <p>Like a venue's feed most changes fall near the best price: distances are exponential with a
 * mean of ten ticks, in a book of up to a thousand levels a side; one in four removes its level.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class OrderBookBenchmark {
  private static final int CHANGES = 1 << 16;
  private static final int LEVELS = 1000;
  private static final double MEAN_DISTANCE = 10;
  private static final long MIDDLE = 1_000_000;

  private final BookChange[] changes = new BookChange[CHANGES];
  private final OrderBook book = new OrderBook();
  private final TreeMap<Long, Long> bids = new TreeMap<>();
  private final TreeMap<Long, Long> asks = new TreeMap<>();
  private int next;

  /** Fills both books and makes the changes. */
  @Setup
  public void setUp() {
    for (int i = 1; i <= LEVELS; i++) {
      book.set(Side.BUY, MIDDLE - i, 1);
      book.set(Side.SELL, MIDDLE + i, 1);
      bids.put(MIDDLE - i, 1L);
      asks.put(MIDDLE + i, 1L);
    }
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < CHANGES; i++) {
      Side side = random.nextBoolean() ? Side.BUY : Side.SELL;
      long distance =
          1 + Math.min(LEVELS - 1, (long) (-MEAN_DISTANCE * Math.log(1 - random.nextDouble())));
      long quantity = random.nextInt(4) == 0 ? 0 : random.nextLong(1, 1000);
      changes[i] = new BookChange(0, i, side, MIDDLE - side.sign() * distance, quantity, true);
    }
  }

  /** Our book: the update and the best price after it. */
  @Benchmark
  @OperationsPerInvocation(CHANGES)
  public long sortedArrays() {
    long sum = 0;
    for (BookChange change : changes) {
      book.apply(change);
      sum += change.side() == Side.BUY ? book.bestBidE8() : book.bestAskE8();
    }
    return sum;
  }

  /** Baseline: the same with the platform's sorted map. */
  @Benchmark
  @OperationsPerInvocation(CHANGES)
  public long sortedMap() {
    long sum = 0;
    for (BookChange change : changes) {
      TreeMap<Long, Long> side = change.side() == Side.BUY ? bids : asks;
      if (change.quantityE8() == 0) {
        side.remove(change.priceE8());
      } else {
        side.put(change.priceE8(), change.quantityE8());
      }
      if (!side.isEmpty()) {
        sum += change.side() == Side.BUY ? side.lastKey() : side.firstKey();
      }
    }
    return sum;
  }

  /** One change, timed on its own: for the slowest among them. */
  @Benchmark
  @BenchmarkMode(Mode.SampleTime)
  public long oneChange() {
    BookChange change = changes[next++ & (CHANGES - 1)];
    book.apply(change);
    return book.bestBidE8();
  }

  /** Baseline of the one before: what the timing costs. */
  @Benchmark
  @BenchmarkMode(Mode.SampleTime)
  public long nothing() {
    return changes[next++ & (CHANGES - 1)].timeNs();
  }
}
