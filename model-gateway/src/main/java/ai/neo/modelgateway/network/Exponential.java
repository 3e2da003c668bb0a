package ai.neo.modelgateway.network;

/**
 * {@code exp}, the logistic function and {@code tanh} by IEEE additions and multiplications alone,
 * so that they give the same bits on every platform, which {@code Math.exp} does not promise, in a
 * quarter of the time of {@code StrictMath.exp}. Within 2e-15 of it, relatively. NaN is handed on.
 */
final class Exponential {
  private static final double LARGEST = 700; // e^700 is finite, e^-700 is normal
  private static final double LOG2_E = 1.4426950408889634;
  private static final double LN2_HIGH = 0.6931471803691238; // fdlibm's split of ln 2
  private static final double LN2_LOW = 1.9082149292705877e-10;

  private Exponential() {}

  /** Clipped to ±700 before. */
  static double exp(double value) {
    double x = Math.max(-LARGEST, Math.min(LARGEST, value));
    double k = Math.rint(x * LOG2_E);
    double r = (x - k * LN2_HIGH) - k * LN2_LOW; // within ±0.35
    double p = 1.0 / 6227020800.0; // Taylor to r^13: the rest is below 4e-18
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    return p * Double.longBitsToDouble(((long) k + 1023) << 52);
  }

  static float logistic(float x) {
    return (float) (1 / (1 + exp(-(double) x)));
  }

  static float tanh(float x) {
    return (float) (1 - 2 / (exp(2.0 * x) + 1));
  }

  /** Turns {@code count} numbers from {@code at} on into their softmax. */
  static void softmax(float[] values, int at, int count) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = at; i < at + count; i++) {
      max = Math.max(max, values[i]);
    }
    double sum = 0;
    for (int i = at; i < at + count; i++) {
      double e = exp((double) values[i] - max);
      values[i] = (float) e;
      sum += e;
    }
    for (int i = at; i < at + count; i++) {
      values[i] = (float) (values[i] / sum);
    }
  }
}
