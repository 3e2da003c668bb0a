package ai.neo.featurestore.indicator;

/**
 * Moving average convergence divergence, TA-Lib's: both averages are seeded so that their seeds end
 * on the same bar, the signal with the mean of the first values of the line.
 */
public final class Macd {
  private final Ema fast;
  private final Ema slow;
  private final Ema signal;

  public Macd(int fastPeriod, int slowPeriod, int signalPeriod) {
    if (fastPeriod >= slowPeriod) {
      throw new IllegalArgumentException(
          "fast=" + fastPeriod + " slow=" + slowPeriod + ", expected fast < slow");
    }
    fast = new Ema(fastPeriod, slowPeriod - fastPeriod);
    slow = new Ema(slowPeriod);
    signal = new Ema(signalPeriod);
  }

  public void update(double value) {
    fast.update(value);
    slow.update(value);
    if (slow.ready()) {
      signal.update(fast.value() - slow.value());
    }
  }

  public boolean ready() {
    return signal.ready();
  }

  /** Fast average less slow average. */
  public double line() {
    return ready() ? fast.value() - slow.value() : Double.NaN;
  }

  public double signal() {
    return signal.value();
  }

  public double histogram() {
    return line() - signal();
  }
}
