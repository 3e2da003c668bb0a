package ai.neo.featurestore.indicator;

/**
 * Wilder's relative strength index, 0 to 100.
 *
 * <p>First known after {@code period + 1} values. As in TA-Lib a price that never moved gives 0; a
 * caller who wants to tell that from a fall asks {@link #moved()}.
 */
public final class Rsi {
  private final int period;
  private int changes = -1;
  private double previous;
  private double gain;
  private double loss;

  /**
   * @param period number of changes averaged, 2 or more
   */
  public Rsi(int period) {
    this.period = Periods.atLeast(2, period, "period");
  }

  /** Takes the next value; {@code false} if it is not finite, and then nothing changed. */
  public boolean update(double value) {
    if (!Double.isFinite(value)) {
      return false;
    }
    double change = value - previous;
    previous = value;
    if (changes < 0) {
      changes = 0;
      return true;
    }
    boolean wilder = changes == period;
    double kept = wilder ? period - 1 : 1;
    gain = gain * kept + Math.max(change, 0);
    loss = loss * kept + Math.max(-change, 0);
    if (wilder || ++changes == period) {
      gain /= period;
      loss /= period;
    }
    return true;
  }

  /** Whether {@code period} changes have come. */
  public boolean ready() {
    return changes == period;
  }

  /**
   * Whether the price has moved at all since the start: where not, there is no strength to tell.
   */
  public boolean moved() {
    return gain + loss != 0;
  }

  /** The index, 0 to 100, or {@code NaN} until ready. */
  public double value() {
    if (!ready()) {
      return Double.NaN;
    }
    return moved() ? 100 * (gain / (gain + loss)) : 0;
  }
}
