package ai.neo.modelgateway.explain;

/**
 * How much each number of a row moves an output.
 *
 * @param values one for each number; they add up to {@code value - base}
 * @param standardErrors of {@code values}; empty where nothing was drawn
 * @param base the output for the baseline
 * @param value the output for the row
 * @param evaluations gradients taken, or rows answered
 */
@SuppressWarnings("ArrayRecordComponent") // written once, then copied to the wire
record Attributions(
    double[] values, double[] standardErrors, double base, double value, long evaluations) {
  /** What completeness asks of a residual, relative to the larger of the two outputs. */
  static final double TOLERANCE = 1e-6;

  /** How far the attributions are from adding up. */
  double residual() {
    double sum = 0;
    for (double one : values) {
      sum += one;
    }
    return Math.abs(sum - (value - base));
  }

  /** The largest residual that still counts as adding up. */
  static double tolerance(double base, double value) {
    return TOLERANCE * Math.max(Math.abs(base), Math.abs(value));
  }

  boolean isComplete() {
    return residual() <= tolerance(base, value);
  }
}
