package ai.neo.featurestore.indicator;

/**
 * Simple moving average: the mean of the last {@code period} values, in their unit.
 *
 * <p>The running sum is compensated (Neumaier), so that it does not drift however long it runs.
 */
public final class Sma {
  private final double[] window;
  private int next;
  private int count;
  private double sum;
  private double compensation;

  /**
   * @param period number of values, 1 or more
   */
  public Sma(int period) {
    window = new double[Periods.atLeast(1, period, "period")];
  }

  /** Takes the next value; {@code false} if it is not finite, and then nothing changed. */
  public boolean update(double value) {
    if (!Double.isFinite(value)) {
      return false;
    }
    if (count == window.length) {
      add(-window[next]);
    } else {
      count++;
    }
    add(value);
    window[next] = value;
    if (++next == window.length) {
      next = 0;
    }
    return true;
  }

  private void add(double value) {
    double total = sum + value;
    compensation +=
        Math.abs(sum) >= Math.abs(value) ? (sum - total) + value : (value - total) + sum;
    sum = total;
  }

  /** Whether {@code period} values have come. */
  public boolean ready() {
    return count == window.length;
  }

  /** The mean, or {@code NaN} until ready. */
  public double value() {
    return ready() ? (sum + compensation) / window.length : Double.NaN;
  }
}
