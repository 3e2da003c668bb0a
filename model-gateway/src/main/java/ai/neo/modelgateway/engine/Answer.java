package ai.neo.modelgateway.engine;

import java.util.Objects;

/**
 * What a model answers to a batch.
 *
 * @param actionProbabilities rows × 3, row-major, in the order SELL, HOLD, BUY
 * @param expectedReturn one per row, as a fraction; empty when the model does not estimate it
 */
@SuppressWarnings("ArrayRecordComponent") // written once by the engine, then copied to the wire
public record Answer(float[] actionProbabilities, float[] expectedReturn) {

  /** SELL, HOLD, BUY. */
  public static final int ACTIONS = 3;

  public Answer {
    Objects.requireNonNull(actionProbabilities, "actionProbabilities");
    Objects.requireNonNull(expectedReturn, "expectedReturn");
    if (actionProbabilities.length % ACTIONS != 0) {
      throw new IllegalArgumentException(
          "actionProbabilities must hold 3 per row, got " + actionProbabilities.length);
    }
    if (expectedReturn.length != 0
        && expectedReturn.length != actionProbabilities.length / ACTIONS) {
      throw new IllegalArgumentException(
          "expectedReturn must hold one per row or none, got "
              + expectedReturn.length
              + " for rows="
              + actionProbabilities.length / ACTIONS);
    }
  }

  /** The number of rows answered. */
  public int rows() {
    return actionProbabilities.length / ACTIONS;
  }

  /** Whether the model estimates returns. */
  public boolean hasExpectedReturn() {
    return expectedReturn.length != 0;
  }

  /** False when any number is NaN or infinite: such an answer must not reach a trader. */
  public boolean isFinite() {
    return allFinite(actionProbabilities) && allFinite(expectedReturn);
  }

  private static boolean allFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }
}
