package ai.neo.featurestore.indicator;

/** Change over the last {@code bars} bars, as a fraction. */
public final class Return {
  private final Window past;
  private double value = Double.NaN;

  public Return(int bars) {
    past = new Window(bars);
  }

  public void update(double price) {
    Inputs.finite(price);
    double before = past.push(price);
    value = Double.isNaN(before) ? Double.NaN : price / before - 1;
  }

  public boolean ready() {
    return !Double.isNaN(value);
  }

  public double value() {
    return value;
  }
}
