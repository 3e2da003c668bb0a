package ai.neo.featurestore.indicator;

/** The last numbers of a series, in a ring. */
final class Window {
  private final double[] values;
  private int next;
  private int count;

  Window(int size) {
    if (size <= 0) {
      throw new IllegalArgumentException("period=" + size + ", expected 1 or more");
    }
    values = new double[size];
  }

  /** Adds a number and gives the one that it pushed out; NaN while the window fills. */
  double push(double value) {
    double out = count == values.length ? values[next] : Double.NaN;
    values[next] = value;
    next = next + 1 == values.length ? 0 : next + 1;
    if (count < values.length) {
      count++;
    }
    return out;
  }

  boolean full() {
    return count == values.length;
  }

  int size() {
    return values.length;
  }

  /** The oldest number that is held. */
  double oldest() {
    return count == values.length ? values[next] : values[0];
  }

  double sum() {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += values[i];
    }
    return sum;
  }

  /** Sum of squared distances from the mean; exactly zero when all numbers are equal. */
  double squaresAround(double mean) {
    double squares = 0;
    for (int i = 0; i < count; i++) {
      double distance = values[i] - mean;
      squares += distance * distance;
    }
    return squares;
  }
}
