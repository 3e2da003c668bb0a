package ai.neo.modelgateway.network;

import java.util.List;

/**
 * F → hidden → hidden → 4 with rectified units.
 *
 * <p>Order of the parameters: weights of layer 1 as {@code [hidden][features]}, its biases, the
 * same for layer 2, then the output layer. That is the orientation of the engine that learns, so
 * copying is one pass without a transpose.
 *
 * @param vector F; 1 to {@link #MAX_FEATURES}
 * @param hidden width of both hidden layers; 1 to {@link #MAX_HIDDEN}
 */
public record MlpShape(int vector, int hidden) implements NetworkShape {
  public MlpShape {
    NetworkShape.requireRow(vector, 1);
    NetworkShape.requireWidth("hidden", hidden);
  }

  @Override
  public Architecture architecture() {
    return Architecture.MLP;
  }

  @Override
  public int window() {
    return 1;
  }

  @Override
  public int representation() {
    return hidden;
  }

  @Override
  public List<Tensor> tensors() {
    List<Tensor> head = NetworkShape.head(hidden);
    return List.of(
        Tensor.weight("first.weight", Tensor.Start.RECTIFIED, hidden, vector),
        Tensor.vector("first.bias", Tensor.Start.ZERO, hidden),
        Tensor.weight("second.weight", Tensor.Start.RECTIFIED, hidden, hidden),
        Tensor.vector("second.bias", Tensor.Start.ZERO, hidden),
        head.getFirst(),
        head.getLast());
  }
}
