package ai.neo.featurestore;

import ai.neo.tradingtypes.Bar;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Seeded market data for tests. */
public final class RandomWalk {
  private static final long MINUTE_NS = 60_000_000_000L;

  private RandomWalk() {}

  /** One-minute bars from a price of about 100, prices in cents. */
  public static List<Bar> bars(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Bar> bars = new ArrayList<>();
    long price = 10_000;
    for (int i = 0; i < count; i++) {
      long open = price;
      long close = Math.max(100, open + random.nextLong(-40, 41));
      long high = Math.max(open, close) + random.nextLong(20);
      long low = Math.max(50, Math.min(open, close) - random.nextLong(20));
      long volume = random.nextInt(10) == 0 ? 0 : random.nextLong(1, 5_000_000_000L);
      bars.add(bar(i, new long[] {open, high, low, close}, 1_000_000, volume));
      price = close;
    }
    return bars;
  }

  static Bar bar(int minute, long[] prices, long unitE8, long volumeE8) {
    return new Bar(
        0,
        minute * MINUTE_NS,
        (minute + 1) * MINUTE_NS,
        prices[0] * unitE8,
        prices[1] * unitE8,
        prices[2] * unitE8,
        prices[3] * unitE8,
        volumeE8);
  }

  /** Closes of a walk whose returns do not depend on where it starts. */
  public static double[] closes(long seed, int count, double start, double step) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] closes = new double[count];
    double price = start;
    for (int i = 0; i < count; i++) {
      closes[i] = price;
      price *= 1 + step * random.nextDouble(-1, 1);
    }
    return closes;
  }
}
