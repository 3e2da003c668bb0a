package ai.neo.featurestore.indicator;

/** What no indicator takes in: a number that is none would stay in a recursive average for ever. */
final class Inputs {
  private Inputs() {}

  static void finite(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("value=" + value + ", expected a finite number");
    }
  }
}
