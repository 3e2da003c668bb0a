package ai.neo.modelgateway.network;

/**
 * What came of one prediction.
 *
 * @param label what would have been right: 0 SELL, 1 HOLD, 2 BUY
 * @param forwardReturn realised over the horizon, a fraction, finite
 */
public record Outcome(int label, float forwardReturn) {
  public Outcome {
    if (label < 0 || label >= NetworkShape.ACTIONS) {
      throw new IllegalArgumentException("label must be 0, 1 or 2, label=" + label);
    }
    if (!Float.isFinite(forwardReturn)) {
      throw new IllegalArgumentException("forward return is " + forwardReturn);
    }
  }
}
