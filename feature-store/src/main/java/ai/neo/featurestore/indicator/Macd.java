package ai.neo.featurestore.indicator;

/**
 * Moving average convergence and divergence, in the unit of its input.
 *
 * <p>As in TA-Lib both averages are seeded so that their seeds end on the same value, the {@code
 * slow}-th: the fast one by the mean of the {@code fast} values up to there and not of the first
 * ones. The signal is seeded by the mean of the first {@code signal} differences.
 */
public final class Macd {
  private final int fastPeriod;
  private final int slowPeriod;
  private final double fastK;
  private final double slowK;
  private final Ema signal;
  private int count;
  private double fast;
  private double slow;

  /**
   * @param fast period of the fast average, 2 or more
   * @param slow period of the slow average, greater than {@code fast}
   * @param signal period of the average over the difference, 1 or more
   */
  public Macd(int fast, int slow, int signal) {
    this.fastPeriod = Periods.atLeast(2, fast, "fast");
    this.slowPeriod = Periods.atLeast(fast + 1, slow, "slow");
    this.fastK = 2.0 / (fast + 1);
    this.slowK = 2.0 / (slow + 1);
    this.signal = new Ema(signal);
  }

  /** Takes the next value; {@code false} if it is not finite, and then nothing changed. */
  public boolean update(double value) {
    if (!Double.isFinite(value)) {
      return false;
    }
    if (count == slowPeriod) {
      fast = (value - fast) * fastK + fast;
      slow = (value - slow) * slowK + slow;
      signal.update(fast - slow);
      return true;
    }
    slow += value;
    if (count >= slowPeriod - fastPeriod) {
      fast += value;
    }
    if (++count == slowPeriod) {
      slow /= slowPeriod;
      fast /= fastPeriod;
      signal.update(fast - slow);
    }
    return true;
  }

  /** Whether line, signal and histogram are known: after {@code slow + signal - 1} values. */
  public boolean ready() {
    return signal.ready();
  }

  /** Fast minus slow average, or {@code NaN} until ready. */
  public double line() {
    return ready() ? fast - slow : Double.NaN;
  }

  /** Average of the line, or {@code NaN} until ready. */
  public double signal() {
    return signal.value();
  }

  /** Line minus signal, or {@code NaN} until ready. */
  public double histogram() {
    return line() - signal();
  }
}
