package ai.neo.modelgateway.network;

import java.util.List;

/**
 * One recurrent layer over the window, then attention (Luong, 2015, scaled dot product): the last
 * state asks, all states answer, and a rectified layer joins what was found with the last state.
 *
 * <p>Gates lie in PyTorch's order: input, forget, cell, output for LSTM; reset, update, new for
 * GRU.
 *
 * @param architecture LSTM or GRU
 * @param vector F
 * @param window T
 * @param hidden width of the state; 1 to {@link #MAX_HIDDEN}
 */
public record RecurrentShape(Architecture architecture, int vector, int window, int hidden)
    implements NetworkShape {
  public RecurrentShape {
    if (architecture != Architecture.LSTM && architecture != Architecture.GRU) {
      throw new IllegalArgumentException("no recurrent architecture: " + architecture);
    }
    NetworkShape.requireRow(vector, window);
    NetworkShape.requireWidth("hidden", hidden);
  }

  /** 4 for LSTM, 3 for GRU. */
  int gates() {
    return architecture == Architecture.LSTM ? 4 : 3;
  }

  @Override
  public int representation() {
    return hidden;
  }

  @Override
  public List<Tensor> tensors() {
    int wide = gates() * hidden;
    List<Tensor> head = NetworkShape.head(hidden);
    return List.of(
        Tensor.weight("input.weight", Tensor.Start.BALANCED, wide, vector),
        Tensor.weight("state.weight", Tensor.Start.BALANCED, wide, hidden),
        Tensor.vector("input.bias", Tensor.Start.ZERO, wide),
        Tensor.vector("state.bias", Tensor.Start.ZERO, wide),
        Tensor.weight("query.weight", Tensor.Start.BALANCED, hidden, hidden),
        Tensor.vector("query.bias", Tensor.Start.ZERO, hidden),
        Tensor.weight("joined.weight", Tensor.Start.RECTIFIED, hidden, 2 * hidden),
        Tensor.vector("joined.bias", Tensor.Start.ZERO, hidden),
        head.getFirst(),
        head.getLast());
  }
}
