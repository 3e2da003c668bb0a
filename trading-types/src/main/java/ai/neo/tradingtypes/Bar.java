package ai.neo.tradingtypes;

/**
 * Open, high, low and close of one interval. Known only at its close, which is its {@link
 * #timeNs()}.
 *
 * <p>A bar with zero volume is normal: nothing traded, and all four prices are the last one.
 */
public record Bar(
    int instrument,
    long openTimeNs,
    long closeTimeNs,
    long openE8,
    long highE8,
    long lowE8,
    long closeE8,
    long volumeE8)
    implements MarketEvent {
  public Bar {
    if (closeTimeNs <= openTimeNs) {
      throw new IllegalArgumentException(
          "bar close_time_ns=" + closeTimeNs + " is not after open_time_ns=" + openTimeNs);
    }
    if (lowE8 <= 0
        || volumeE8 < 0
        || highE8 < Math.max(openE8, closeE8)
        || lowE8 > Math.min(openE8, closeE8)) {
      throw new IllegalArgumentException(
          "bar open="
              + E8.format(openE8)
              + " high="
              + E8.format(highE8)
              + " low="
              + E8.format(lowE8)
              + " close="
              + E8.format(closeE8)
              + " volume="
              + E8.format(volumeE8)
              + ", expected 0 < low <= open, close <= high and volume >= 0");
    }
  }

  @Override
  public long timeNs() {
    return closeTimeNs;
  }
}
