package ai.neo.featurestore.indicator;

/**
 * Logarithmic return over the last {@code distance} steps: {@code ln(price / price[distance])}.
 *
 * <p>Uses {@link StrictMath}, whose results are the same on every machine.
 */
public final class Returns {
  private final Lags logarithms;
  private final int distance;

  /**
   * @param distance number of steps, 1 or more
   */
  public Returns(int distance) {
    this.distance = Periods.atLeast(1, distance, "distance");
    this.logarithms = new Lags(distance);
  }

  /** Takes the next price; {@code false} if it is not finite and positive; nothing changed then. */
  public boolean update(double price) {
    return price > 0 && logarithms.update(StrictMath.log(price));
  }

  /** Whether {@code distance + 1} prices have come. */
  public boolean ready() {
    return logarithms.ready();
  }

  /** The return, 0.01 for about one percent, or {@code NaN} until ready. */
  public double value() {
    return logarithms.lag(0) - logarithms.lag(distance);
  }
}
