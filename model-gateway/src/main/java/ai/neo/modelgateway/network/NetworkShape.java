package ai.neo.modelgateway.network;

import java.util.List;

/**
 * The sizes of a network, and the order of its flat parameters. Each kind of network turns a window
 * of T feature vectors of width F into a representation; a linear layer turns that into three
 * logits (SELL, HOLD, BUY) and one expected return.
 *
 * <p>A row, as callers send it, is T · F numbers: the oldest vector first, the newest last.
 */
public sealed interface NetworkShape
    permits MlpShape, RecurrentShape, TransformerShape, AutoencoderShape {
  /** Three logits in the order SELL, HOLD, BUY. */
  int ACTIONS = 3;

  /** The three logits and the expected return. */
  int OUTPUTS = ACTIONS + 1;

  /** Bounds what a header may make the reader allocate; a feature set has tens of features. */
  int MAX_FEATURES = 4096;

  /** With {@link #MAX_FEATURES} bounds an artifact to about 22 MB for each layer. */
  int MAX_HIDDEN = 1024;

  /** Vectors in a window: a bound on what a loop keeps for each instrument. */
  int MAX_WINDOW = 128;

  /** The hidden width that is trained: 6.5 k parameters at 32 features, an update in < 0.3 ms. */
  int DEFAULT_HIDDEN = 64;

  Architecture architecture();

  /** F, the width of one feature vector. */
  int vector();

  /** T, how many vectors a row holds; 1 for networks that look at the newest alone. */
  int window();

  /** Width of what the output layer sees. */
  int representation();

  /** All parameters in their order: the encoder's, the output layer's, then a decoder's. */
  List<Tensor> tensors();

  /** T · F, the width of a row. */
  default int features() {
    return window() * vector();
  }

  /** Length of the flat parameter array. */
  default int parameters() {
    return tensors().stream().mapToInt(Tensor::size).reduce(0, Math::addExact);
  }

  /** Multiplications in one answer, roughly: what decides where it is computed. */
  default long work() {
    return (long) window() * parameters();
  }

  /** The output layer's weight and bias. */
  static List<Tensor> head(int representation) {
    return List.of(
        Tensor.weight("output.weight", Tensor.Start.OUTPUT, OUTPUTS, representation),
        Tensor.vector("output.bias", Tensor.Start.ZERO, OUTPUTS));
  }

  /** Checks the sizes that all kinds have. */
  static void requireRow(int vector, int window) {
    if (vector < 1 || vector > MAX_FEATURES) {
      throw new IllegalArgumentException(
          "features must be 1 to " + MAX_FEATURES + ", features=" + vector);
    }
    if (window < 1 || window > MAX_WINDOW || (long) vector * window > MAX_FEATURES) {
      throw new IllegalArgumentException(
          "window must be 1 to "
              + Math.min(MAX_WINDOW, MAX_FEATURES / vector)
              + " for "
              + vector
              + " features, window="
              + window);
    }
  }

  /** Checks a width. */
  static void requireWidth(String name, int width) {
    if (width < 1 || width > MAX_HIDDEN) {
      throw new IllegalArgumentException(
          name + " must be 1 to " + MAX_HIDDEN + ", " + name + "=" + width);
    }
  }
}
