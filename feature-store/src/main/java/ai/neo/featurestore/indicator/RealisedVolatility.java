package ai.neo.featurestore.indicator;

/** Population standard deviation of the last {@code period} log returns, per bar. */
public final class RealisedVolatility {
  private final Window returns;
  private double previous = Double.NaN;

  public RealisedVolatility(int period) {
    returns = new Window(period);
  }

  public void update(double price) {
    Inputs.finite(price);
    if (!Double.isNaN(previous)) {
      returns.push(Math.log(price / previous));
    }
    previous = price;
  }

  public boolean ready() {
    return returns.full();
  }

  public double value() {
    if (!ready()) {
      return Double.NaN;
    }
    double mean = returns.sum() / returns.size();
    return Math.sqrt(returns.squaresAround(mean) / returns.size());
  }
}
