package ai.neo.featurestore.indicator;

/** The number of {@code bars} updates ago. */
public final class Lag {
  private final Window past;
  private double value = Double.NaN;

  public Lag(int bars) {
    past = new Window(bars);
  }

  /** A number that is not ready yet (NaN) is passed over. */
  public void update(double number) {
    if (!Double.isNaN(number)) {
      value = past.push(number);
    }
  }

  public boolean ready() {
    return !Double.isNaN(value);
  }

  public double value() {
    return value;
  }
}
