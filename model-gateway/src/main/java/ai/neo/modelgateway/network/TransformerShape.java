package ai.neo.modelgateway.network;

import java.util.ArrayList;
import java.util.List;

/**
 * An encoder as in Vaswani, 2017, normalised before each part (Xiong, 2020): each vector is
 * embedded and gets a learned position; every layer is self-attention over the window and a
 * rectified layer of twice the width. The newest position, normalised, is the representation.
 *
 * @param vector F
 * @param window T
 * @param width of the embedding; a multiple of {@code heads}
 * @param heads 1 to 16
 * @param layers 1 to 8
 */
public record TransformerShape(int vector, int window, int width, int heads, int layers)
    implements NetworkShape {
  static final int MAX_LAYERS = 8;
  static final int MAX_HEADS = 16;

  /** What keeps a normalisation from dividing by zero; PyTorch's and ONNX's default. */
  static final float EPSILON = 1e-5f;

  /** Tensors of one layer. */
  static final int LAYER_TENSORS = 12;

  public TransformerShape {
    NetworkShape.requireRow(vector, window);
    NetworkShape.requireWidth("width", width);
    if (heads < 1 || heads > MAX_HEADS || width % heads != 0) {
      throw new IllegalArgumentException(
          "heads must be 1 to " + MAX_HEADS + " and divide width=" + width + ", heads=" + heads);
    }
    if (layers < 1 || layers > MAX_LAYERS) {
      throw new IllegalArgumentException(
          "layers must be 1 to " + MAX_LAYERS + ", layers=" + layers);
    }
  }

  @Override
  public Architecture architecture() {
    return Architecture.TRANSFORMER;
  }

  @Override
  public int representation() {
    return width;
  }

  @Override
  public List<Tensor> tensors() {
    List<Tensor> all = new ArrayList<>();
    all.add(Tensor.weight("embed.weight", Tensor.Start.BALANCED, width, vector));
    all.add(Tensor.vector("embed.bias", Tensor.Start.ZERO, width));
    all.add(Tensor.weight("position", Tensor.Start.BALANCED, window, width));
    for (int layer = 0; layer < layers; layer++) {
      String name = "layer" + layer + ".";
      normalisation(all, name + "before_attention");
      linear(all, name + "attend", Tensor.Start.BALANCED, 3 * width, width);
      linear(all, name + "mix", Tensor.Start.BALANCED, width, width);
      normalisation(all, name + "before_wide");
      linear(all, name + "wide", Tensor.Start.RECTIFIED, 2 * width, width);
      linear(all, name + "narrow", Tensor.Start.BALANCED, width, 2 * width);
    }
    normalisation(all, "last");
    all.addAll(NetworkShape.head(width));
    return List.copyOf(all);
  }

  private void normalisation(List<Tensor> all, String name) {
    all.add(Tensor.vector(name + ".gain", Tensor.Start.ONE, width));
    all.add(Tensor.vector(name + ".bias", Tensor.Start.ZERO, width));
  }

  private static void linear(
      List<Tensor> all, String name, Tensor.Start start, int outputs, int inputs) {
    all.add(Tensor.weight(name + ".weight", start, outputs, inputs));
    all.add(Tensor.vector(name + ".bias", Tensor.Start.ZERO, outputs));
  }
}
