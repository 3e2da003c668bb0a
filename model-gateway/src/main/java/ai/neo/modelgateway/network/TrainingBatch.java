package ai.neo.modelgateway.network;

/**
 * Rows for one gradient. Filled by the caller and reused from step to step; one thread.
 *
 * <p>{@code inputs} rows × F, standardised; {@code labelWeights} rows × 3, the loss weight of the
 * row at its label and zero elsewhere; {@code returns} rows, in units of the return scale.
 */
public final class TrainingBatch {
  /**
   * A return beyond ten scales teaches no more than one of ten: it bounds what one broken outcome
   * can do to the weights.
   */
  private static final float MAX_SCALED_RETURN = 10f;

  private final int rows;
  private final float[] inputs;
  private final float[] labelWeights;
  private final float[] returns;

  public TrainingBatch(int rows, int features) {
    if (rows < 1) {
      throw new IllegalArgumentException("a batch has at least one row, rows=" + rows);
    }
    this.rows = rows;
    this.inputs = new float[rows * features];
    this.labelWeights = new float[rows * NetworkShape.ACTIONS];
    this.returns = new float[rows];
  }

  public int rows() {
    return rows;
  }

  /** Copies row {@code from} of {@code standardised} and its outcome to row {@code row}. */
  public void fill(int row, float[] standardised, int from, Objective objective, Outcome outcome) {
    int features = inputs.length / rows;
    System.arraycopy(standardised, from * features, inputs, row * features, features);
    int at = row * NetworkShape.ACTIONS;
    for (int action = 0; action < NetworkShape.ACTIONS; action++) {
      labelWeights[at + action] = action == outcome.label() ? objective.weight(action) : 0f;
    }
    float scaled = outcome.forwardReturn() / objective.returnScale();
    returns[row] = Math.max(-MAX_SCALED_RETURN, Math.min(MAX_SCALED_RETURN, scaled));
  }

  float[] inputs() {
    return inputs;
  }

  float[] labelWeights() {
    return labelWeights;
  }

  float[] returns() {
    return returns;
  }
}
