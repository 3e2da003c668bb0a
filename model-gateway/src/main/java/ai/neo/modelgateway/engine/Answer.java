package ai.neo.modelgateway.engine;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * What a model answers to a batch.
 *
 * @param actionProbabilities rows × 3, row-major, in the order SELL, HOLD, BUY
 * @param expectedReturn one per row, as a fraction; empty when the model does not estimate it
 * @param columns what else the model tells of each row, in the model's order
 */
@SuppressWarnings("ArrayRecordComponent") // written once by the engine, then copied to the wire
public record Answer(float[] actionProbabilities, float[] expectedReturn, List<Column> columns)
    implements Reply {

  /** SELL, HOLD, BUY. */
  public static final int ACTIONS = 3;

  /** How far the probability of the likeliest action may be off, as the model sees it. */
  public static final String UNCERTAINTY = "uncertainty";

  /** How unlike the training rows an input is: mean squared error in squared deviations. */
  public static final String RECONSTRUCTION_ERROR = "reconstruction_error";

  /** The columns that a model may have. */
  public static final List<String> COLUMNS = List.of(UNCERTAINTY, RECONSTRUCTION_ERROR);

  /**
   * One number per row.
   *
   * @param name as the protocol calls the output
   */
  @SuppressWarnings("ArrayRecordComponent") // as above
  public record Column(String name, float[] values) {}

  /** An answer without further columns. */
  public Answer(float[] actionProbabilities, float[] expectedReturn) {
    this(actionProbabilities, expectedReturn, List.of());
  }

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
    columns = List.copyOf(columns);
    for (Column column : columns) {
      if (column.values().length != actionProbabilities.length / ACTIONS) {
        throw new IllegalArgumentException(
            column.name() + " must hold one per row, got " + column.values().length);
      }
    }
  }

  /**
   * The numbers of a column.
   *
   * @throws IllegalArgumentException when the model does not have it
   */
  public float[] column(String name) {
    return columns.stream()
        .filter(column -> column.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("the model does not answer " + name))
        .values();
  }

  /** The number of rows answered. */
  @Override
  public int rows() {
    return actionProbabilities.length / ACTIONS;
  }

  @Override
  public Answer part(int from, int count) {
    return new Answer(
        Arrays.copyOfRange(actionProbabilities, from * ACTIONS, (from + count) * ACTIONS),
        hasExpectedReturn()
            ? Arrays.copyOfRange(expectedReturn, from, from + count)
            : expectedReturn,
        columns.stream()
            .map(
                column ->
                    new Column(
                        column.name(), Arrays.copyOfRange(column.values(), from, from + count)))
            .toList());
  }

  /** Whether the model estimates returns. */
  public boolean hasExpectedReturn() {
    return expectedReturn.length != 0;
  }

  /** False when any number is NaN or infinite: such an answer must not reach a trader. */
  public boolean isFinite() {
    return allFinite(actionProbabilities)
        && allFinite(expectedReturn)
        && columns.stream().allMatch(column -> allFinite(column.values()));
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
