package ai.neo.modelgateway.network;

import java.util.List;

/**
 * F → hidden → code → hidden → F; direction is told from the code, so that one artifact answers
 * both how unusual an input is and where it points (a supervised autoencoder, Le, 2018).
 *
 * @param vector F
 * @param hidden width around the code; 1 to {@link #MAX_HIDDEN}
 * @param code width of the code; 1 to {@link #MAX_HIDDEN}
 */
public record AutoencoderShape(int vector, int hidden, int code) implements NetworkShape {
  public AutoencoderShape {
    NetworkShape.requireRow(vector, 1);
    NetworkShape.requireWidth("hidden", hidden);
    NetworkShape.requireWidth("code", code);
  }

  @Override
  public Architecture architecture() {
    return Architecture.AUTOENCODER;
  }

  @Override
  public int window() {
    return 1;
  }

  @Override
  public int representation() {
    return code;
  }

  @Override
  public List<Tensor> tensors() {
    List<Tensor> head = NetworkShape.head(code);
    return List.of(
        Tensor.weight("encode.weight", Tensor.Start.RECTIFIED, hidden, vector),
        Tensor.vector("encode.bias", Tensor.Start.ZERO, hidden),
        Tensor.weight("code.weight", Tensor.Start.BALANCED, code, hidden),
        Tensor.vector("code.bias", Tensor.Start.ZERO, code),
        head.getFirst(),
        head.getLast(),
        Tensor.weight("decode.weight", Tensor.Start.RECTIFIED, hidden, code),
        Tensor.vector("decode.bias", Tensor.Start.ZERO, hidden),
        Tensor.weight("rebuild.weight", Tensor.Start.BALANCED, vector, hidden),
        Tensor.vector("rebuild.bias", Tensor.Start.ZERO, vector));
  }
}
