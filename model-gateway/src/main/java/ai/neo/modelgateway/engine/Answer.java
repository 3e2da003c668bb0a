package ai.neo.modelgateway.engine;

/**
 * What a model said of some rows.
 *
 * @param actionProbabilities rows × 3, row-major: SELL, HOLD, BUY
 * @param expectedReturn one per row; empty when the model has no such output
 */
public record Answer(float[] actionProbabilities, float[] expectedReturn) {}
