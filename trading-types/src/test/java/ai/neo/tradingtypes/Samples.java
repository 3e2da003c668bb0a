package ai.neo.tradingtypes;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/** Random words of trading, the same for the same seed. */
public final class Samples {
  private static final List<String> TEXTS =
      List.of("", "a", "neo-1-42", "größer", "₿", "日本", "\uD83D\uDE00 ok", "x".repeat(300));

  private final SplittableRandom random;

  public Samples(long seed) {
    random = new SplittableRandom(seed);
  }

  /** The seeds that a property is tried with; the failing one is in the test's name. */
  public static LongStream seeds() {
    return LongStream.of(1, 2, 3, 20_260_101, Long.MAX_VALUE);
  }

  public SplittableRandom random() {
    return random;
  }

  /** Positive, of every magnitude. */
  public long positive() {
    return (random.nextLong() >>> 1 >>> random.nextInt(63)) | 1;
  }

  /** Any number, of every magnitude, with the extremes and small ones more often. */
  public long any() {
    return switch (random.nextInt(8)) {
      case 0 -> Long.MIN_VALUE + random.nextInt(3);
      case 1 -> Long.MAX_VALUE - random.nextInt(3);
      case 2 -> random.nextInt(-3, 4);
      case 3 -> random.nextInt(-20, 21) * E8.ONE / 2;
      default -> random.nextLong() >> random.nextInt(64);
    };
  }

  public Side side() {
    return random.nextBoolean() ? Side.BUY : Side.SELL;
  }

  public String text() {
    return TEXTS.get(random.nextInt(TEXTS.size()));
  }

  public MarketEvent event() {
    return switch (random.nextInt(4)) {
      case 0 -> bar();
      case 1 -> new Trade(random.nextInt(), any(), any(), positive(), positive(), side());
      case 2 -> quote();
      default ->
          new BookChange(
              random.nextInt(),
              any(),
              side(),
              positive(),
              random.nextBoolean() ? 0 : positive(),
              random.nextBoolean());
    };
  }

  public Bar bar() {
    long low = (positive() >> 1) | 1;
    long high = random.nextLong(low, Long.MAX_VALUE);
    long openTime = random.nextLong() >> 1;
    return new Bar(
        random.nextInt(),
        openTime,
        openTime + positive() / 4 + 1,
        random.nextLong(low, high + 1),
        high,
        low,
        random.nextLong(low, high + 1),
        random.nextBoolean() ? 0 : positive());
  }

  private Quote quote() {
    long bid = positive();
    long ask = bid + random.nextLong(Long.MAX_VALUE - bid + 1);
    return new Quote(random.nextInt(), any(), bid, positive() - 1, ask, positive() - 1);
  }

  public Order order() {
    return new Order(
        text(),
        random.nextInt(),
        text(),
        side(),
        random.nextBoolean() ? OrderType.LIMIT : OrderType.MARKET,
        positive(),
        positive(),
        random.nextBoolean(),
        any(),
        any());
  }

  public Fill fill() {
    return new Fill(
        text(), text(), random.nextInt(), text(), side(), positive(), positive(), any(), any());
  }
}
