package ai.neo.modelgateway.network;

/**
 * The widths of a direction network, and where each layer lies in its flat parameter array.
 *
 * <p>Order of the parameters: weights of layer 1 as {@code [hidden][features]}, its biases, the
 * same for layer 2, then the output layer as {@code [4][hidden]} and its biases. That is the order
 * and the orientation of the linear blocks that learn, so copying is one pass without a transpose.
 *
 * @param features F, the width of a row; 1 to {@link #MAX_FEATURES}
 * @param hidden width of both hidden layers; 1 to {@link #MAX_HIDDEN}
 */
public record NetworkShape(int features, int hidden) {
  /** Three logits in the order SELL, HOLD, BUY. */
  public static final int ACTIONS = 3;

  /** The three logits and the expected return. */
  public static final int OUTPUTS = ACTIONS + 1;

  /** Bounds what a header may make the reader allocate; a feature set has tens of features. */
  public static final int MAX_FEATURES = 4096;

  /** With {@link #MAX_FEATURES} bounds an artifact to about 22 MB. */
  public static final int MAX_HIDDEN = 1024;

  /** The hidden width that is trained: 6.5 k parameters at 32 features, an update in < 0.3 ms. */
  public static final int DEFAULT_HIDDEN = 64;

  public NetworkShape {
    if (features < 1 || features > MAX_FEATURES) {
      throw new IllegalArgumentException(
          "features must be 1 to " + MAX_FEATURES + ", features=" + features);
    }
    if (hidden < 1 || hidden > MAX_HIDDEN) {
      throw new IllegalArgumentException(
          "hidden must be 1 to " + MAX_HIDDEN + ", hidden=" + hidden);
    }
  }

  /** Length of the flat parameter array. */
  public int parameters() {
    return outputBiasAt() + OUTPUTS;
  }

  int firstBiasAt() {
    return hidden * features;
  }

  int secondWeightAt() {
    return firstBiasAt() + hidden;
  }

  int secondBiasAt() {
    return secondWeightAt() + hidden * hidden;
  }

  int outputWeightAt() {
    return secondBiasAt() + hidden;
  }

  int outputBiasAt() {
    return outputWeightAt() + OUTPUTS * hidden;
  }
}
