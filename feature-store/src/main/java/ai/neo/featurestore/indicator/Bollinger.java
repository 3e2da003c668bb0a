package ai.neo.featurestore.indicator;

/** Bollinger bands: mean and population standard deviation of the last {@code period} numbers. */
public final class Bollinger {
  private final Window window;
  private final double width;
  private double last;
  private double mean = Double.NaN;
  private double deviation = Double.NaN;

  /**
   * @param width of the bands on each side, in standard deviations
   */
  public Bollinger(int period, double width) {
    this.window = new Window(period);
    this.width = width;
  }

  public void update(double value) {
    Inputs.finite(value);
    window.push(value);
    last = value;
    if (window.full()) {
      mean = window.sum() / window.size();
      deviation = Math.sqrt(window.squaresAround(mean) / window.size());
    }
  }

  public boolean ready() {
    return window.full();
  }

  public double middle() {
    return mean;
  }

  public double upper() {
    return mean + width * deviation;
  }

  public double lower() {
    return mean - width * deviation;
  }

  /** Where the last number lies: 0 on the lower band, 1 on the upper; one half if they coincide. */
  public double percentB() {
    if (!ready()) {
      return Double.NaN;
    }
    double span = upper() - lower();
    return span == 0 ? 0.5 : (last - lower()) / span;
  }

  /** Distance of the bands as a share of the mean. */
  public double relativeWidth() {
    return (upper() - lower()) / mean;
  }
}
