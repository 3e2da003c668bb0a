package ai.neo.modelgateway.network;

import java.util.Arrays;
import java.util.List;

/** Makes probabilities mean what they say. Fitted on rows that were not trained on. Immutable. */
public sealed interface Calibration {
  /** Probabilities as the network gives them. */
  Calibration NONE = new Identity();

  /** Turns the three logits into probabilities, at {@code at} in {@code out}. */
  void apply(float[] logits, float[] out, int at);

  /** No calibration. */
  record Identity() implements Calibration {
    @Override
    public void apply(float[] logits, float[] out, int at) {
      softmax(logits, 1f, out, at);
    }
  }

  /**
   * Divides the logits (Guo, 2017): the likeliest action stays the likeliest.
   *
   * @param temperature above 1 when the network is too sure of itself; 0.01 to 100
   */
  record Temperature(float temperature) implements Calibration {
    static final float LEAST = 0.01f;
    static final float MOST = 100f;

    public Temperature {
      if (!(temperature >= LEAST) || temperature > MOST) {
        throw new IllegalArgumentException(
            "temperature must be 0.01 to 100, temperature=" + temperature);
      }
    }

    @Override
    public void apply(float[] logits, float[] out, int at) {
      softmax(logits, temperature, out, at);
    }
  }

  /**
   * A rising curve for each action, then all three scaled to one (Zadrozny and Elkan, 2002).
   *
   * @param curves of SELL, HOLD and BUY
   */
  record Isotonic(List<Curve> curves) implements Calibration {
    public Isotonic {
      curves = List.copyOf(curves);
      if (curves.size() != NetworkShape.ACTIONS) {
        throw new IllegalArgumentException("one curve for each action, got " + curves.size());
      }
    }

    @Override
    public void apply(float[] logits, float[] out, int at) {
      softmax(logits, 1f, out, at);
      float sum = 0;
      for (int i = 0; i < NetworkShape.ACTIONS; i++) {
        out[at + i] = curves.get(i).at(out[at + i]);
        sum += out[at + i];
      }
      if (sum <= 0f) { // each curve says never; then the network alone is better than nothing
        softmax(logits, 1f, out, at);
        return;
      }
      for (int i = 0; i < NetworkShape.ACTIONS; i++) {
        out[at + i] /= sum;
      }
    }
  }

  /** Straight lines between points; flat before the first and behind the last. */
  final class Curve {
    /** Points of a curve; a fit with more steps joins neighbours. */
    public static final int MAX_POINTS = 256;

    private final float[] from;
    private final float[] to;

    /**
     * @param from rising, 0 to 1
     * @param to not falling, 0 to 1
     */
    public Curve(float[] from, float[] to) {
      if (from.length != to.length || from.length < 1 || from.length > MAX_POINTS) {
        throw new IllegalArgumentException(
            "a curve has 1 to " + MAX_POINTS + " points, got " + from.length + "," + to.length);
      }
      for (int i = 0; i < from.length; i++) {
        boolean inside = from[i] >= 0 && from[i] <= 1 && to[i] >= 0 && to[i] <= 1;
        if (!inside || (i > 0 && !(from[i] > from[i - 1] && to[i] >= to[i - 1]))) {
          throw new IllegalArgumentException(
              "point " + i + " of a calibration curve is out of order: " + from[i] + "," + to[i]);
        }
      }
      this.from = from.clone();
      this.to = to.clone();
    }

    float at(float probability) {
      if (Float.isNaN(probability) || probability <= from[0]) {
        return Float.isNaN(probability) ? probability : to[0];
      }
      int last = from.length - 1;
      if (probability >= from[last]) {
        return to[last];
      }
      int high = Arrays.binarySearch(from, probability);
      if (high >= 0) {
        return to[high];
      }
      int right = -high - 1;
      float share = (probability - from[right - 1]) / (from[right] - from[right - 1]);
      return to[right - 1] + share * (to[right] - to[right - 1]);
    }

    float[] from() {
      return from.clone();
    }

    float[] to() {
      return to.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Curve that
          && Arrays.equals(from, that.from)
          && Arrays.equals(to, that.to);
    }

    @Override
    public int hashCode() {
      return 31 * Arrays.hashCode(from) + Arrays.hashCode(to);
    }
  }

  /** {@code StrictMath}, because {@code Math.exp} may differ in the last bit between platforms. */
  private static void softmax(float[] logits, float temperature, float[] out, int at) {
    float max = Math.max(logits[0], Math.max(logits[1], logits[2]));
    double sell = StrictMath.exp(((double) logits[0] - max) / temperature);
    double hold = StrictMath.exp(((double) logits[1] - max) / temperature);
    double buy = StrictMath.exp(((double) logits[2] - max) / temperature);
    double sum = sell + hold + buy;
    out[at] = (float) (sell / sum);
    out[at + 1] = (float) (hold / sum);
    out[at + 2] = (float) (buy / sum);
  }
}
