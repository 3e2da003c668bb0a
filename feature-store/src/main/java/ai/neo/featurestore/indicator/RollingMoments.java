package ai.neo.featurestore.indicator;

/**
 * Mean and spread of the last {@code period} values.
 *
 * <p>Welford's update with the leaving value taken out, on values relative to one of their own
 * kind, so that a small spread on a high price keeps its digits. Rounding cannot build up:
 * everything is computed anew from the window whenever the ring wraps, and also when the spread
 * falls far below what went through the window, as after a single wild value. A window of equal
 * values has a spread of exactly zero.
 */
public final class RollingMoments {
  /**
   * Recompute when the sum of squares is below this part of the largest since the last time: what
   * rounding left behind is then still 10 000 times smaller than 1e-9 of the result.
   */
  private static final double RECOMPUTE_BELOW = 1e-3;

  private final double[] window;
  private int next;
  private int count;
  private int equalRun;
  private double newest = Double.NaN;
  private double reference;
  private double mean;
  private double squares;
  private double squaresMax;

  /**
   * @param period number of values, 2 or more
   */
  public RollingMoments(int period) {
    window = new double[Periods.atLeast(2, period, "period")];
  }

  /** Takes the next value; {@code false} if it is not finite, and then nothing changed. */
  public boolean update(double value) {
    if (!Double.isFinite(value)) {
      return false;
    }
    equalRun = value == newest ? equalRun + 1 : 1;
    newest = value;
    double leaving = window[next];
    window[next] = value;
    if (++next == window.length) {
      next = 0;
    }
    if (count < window.length) {
      if (++count == window.length) {
        recompute();
      }
      return true;
    }
    slide(value - reference, leaving - reference);
    if (next == 0 || squares < squaresMax * RECOMPUTE_BELOW) {
      recompute();
    }
    return true;
  }

  private void slide(double entering, double leaving) {
    double change = entering - leaving;
    double before = mean;
    mean += change / window.length;
    squares += change * ((entering - mean) + (leaving - before));
    squaresMax = Math.max(squaresMax, squares);
  }

  private void recompute() {
    reference = newest;
    double sum = 0;
    for (double value : window) {
      sum += value - reference;
    }
    mean = sum / window.length;
    squares = 0;
    for (double value : window) {
      double distance = (value - reference) - mean;
      squares += distance * distance;
    }
    squaresMax = squares;
  }

  /** Whether {@code period} values have come. */
  public boolean ready() {
    return count == window.length;
  }

  /** Whether all values in the window are equal. */
  public boolean flat() {
    return equalRun >= window.length;
  }

  /** The newest value, {@code NaN} before the first. */
  public double newest() {
    return newest;
  }

  /** The mean, or {@code NaN} until ready. */
  public double mean() {
    return ready() ? reference + mean : Double.NaN;
  }

  /** How far the newest value lies above the mean, or {@code NaN} until ready. */
  public double distance() {
    if (!ready()) {
      return Double.NaN;
    }
    return flat() ? 0 : (newest - reference) - mean;
  }

  /** Standard deviation of the window as a whole population, or {@code NaN} until ready. */
  public double populationDeviation() {
    return deviation(window.length);
  }

  /** Standard deviation with the window as a sample (n - 1), or {@code NaN} until ready. */
  public double sampleDeviation() {
    return deviation(window.length - 1);
  }

  private double deviation(int divisor) {
    if (!ready()) {
      return Double.NaN;
    }
    return flat() ? 0 : Math.sqrt(Math.max(squares, 0) / divisor);
  }
}
