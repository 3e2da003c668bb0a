package ai.neo.modelgateway.network;

import java.util.stream.IntStream;

/** {@link Encoder}'s networks as ONNX nodes. One use. */
final class OnnxEncoder {
  private final OnnxGraph graph;
  private final Parameters parameters;
  private final NetworkShape shape;

  OnnxEncoder(OnnxGraph graph, DirectionNetwork network) {
    this.graph = graph;
    this.shape = network.shape();
    this.parameters = new Parameters(network);
  }

  /** A layer's weight and bias, added once and used as often as wanted. */
  record Layer(String weight, String bias) {}

  /** [rows, representation] of the standardised [rows, T · F]. */
  String represent(String x) {
    return switch (shape) {
      case MlpShape mlp -> {
        String first = relu(linear(x, layer(mlp.hidden(), mlp.vector())));
        yield relu(linear(first, layer(mlp.hidden(), mlp.hidden())));
      }
      case AutoencoderShape auto -> {
        String hidden = relu(linear(x, layer(auto.hidden(), auto.vector())));
        yield linear(hidden, layer(auto.code(), auto.hidden()));
      }
      case RecurrentShape recurrent -> recurrent(recurrent, x);
      case TransformerShape transformer -> transformer(transformer, x);
    };
  }

  /** The next tensors, a layer's; the output layer behind {@link #represent}. */
  Layer layer(int outputs, int inputs) {
    return layer(parameters.next(), parameters.next(), outputs, inputs);
  }

  String linear(String x, Layer layer) {
    return graph.node("Add", graph.node("MatMul", x, layer.weight()), layer.bias());
  }

  String relu(String x) {
    return graph.node("Relu", x);
  }

  private Layer layer(float[] weight, float[] bias, int outputs, int inputs) {
    float[] byInput = new float[weight.length];
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < inputs; i++) {
        byInput[i * outputs + o] = weight[o * inputs + i];
      }
    }
    return new Layer(graph.weight(byInput, 1, inputs, outputs), graph.constant(bias, outputs));
  }

  private String recurrent(RecurrentShape to, String x) {
    int hidden = to.hidden();
    // PyTorch's gates in ONNX's order: input, output, forget, cell; update, reset, hidden.
    int[] order =
        to.architecture() == Architecture.LSTM ? new int[] {0, 3, 1, 2} : new int[] {1, 0, 2};
    long wide = (long) order.length * hidden;
    float[] fromInput = gates(parameters.next(), order, hidden * to.vector());
    float[] fromState = gates(parameters.next(), order, hidden * hidden);
    float[] biases = new float[2 * order.length * hidden];
    System.arraycopy(gates(parameters.next(), order, hidden), 0, biases, 0, (int) wide);
    System.arraycopy(gates(parameters.next(), order, hidden), 0, biases, (int) wide, (int) wide);
    String steps = transpose(reshape(x, -1, to.window(), to.vector()), 1, 0, 2);
    String[] inputs = {
      steps,
      graph.weight(fromInput, 1, 1, wide, to.vector()),
      graph.weight(fromState, 1, 1, wide, hidden),
      graph.constant(biases, 1, 2 * wide)
    };
    OnnxGraph.Attribute width = OnnxGraph.number("hidden_size", hidden);
    String all =
        to.architecture() == Architecture.LSTM
            ? graph.node("LSTM", inputs, width)
            : graph.node("GRU", inputs, width, OnnxGraph.number("linear_before_reset", 1));
    String states = transpose(squeeze(all, 1), 1, 0, 2);
    String last = newest(states, to.window());
    String asked = unsqueeze(linear(last, layer(hidden, hidden)), 2);
    String scores = squeeze(graph.node("MatMul", states, asked), 2);
    String shares = softmax(scaled(scores, hidden), 1);
    String found = squeeze(graph.node("MatMul", unsqueeze(shares, 1), states), 1);
    String both = graph.node("Concat", new String[] {found, last}, OnnxGraph.number("axis", 1));
    return relu(linear(both, layer(hidden, 2 * hidden)));
  }

  private static float[] gates(float[] values, int[] order, int each) {
    float[] ordered = new float[values.length];
    for (int gate = 0; gate < order.length; gate++) {
      System.arraycopy(values, order[gate] * each, ordered, gate * each, each);
    }
    return ordered;
  }

  private String transformer(TransformerShape to, String x) {
    int width = to.width();
    String stream = linear(reshape(x, -1, to.window(), to.vector()), layer(width, to.vector()));
    stream = graph.node("Add", stream, graph.constant(parameters.next(), to.window(), width));
    for (int at = 0; at < to.layers(); at++) {
      String attended = attended(to, normal(stream, width));
      stream = graph.node("Add", stream, linear(attended, layer(width, width)));
      String wide = relu(linear(normal(stream, width), layer(2 * width, width)));
      stream = graph.node("Add", stream, linear(wide, layer(width, 2 * width)));
    }
    return normal(newest(stream, to.window()), width);
  }

  private String attended(TransformerShape to, String x) {
    int width = to.width();
    float[] weight = parameters.next();
    float[] bias = parameters.next();
    String[] parts =
        IntStream.range(0, 3)
            .mapToObj(
                part ->
                    linear(
                        x,
                        layer(
                            slice(weight, part * width * width, width * width),
                            slice(bias, part * width, width),
                            width,
                            width)))
            .map(part -> reshape(part, 0, to.window(), to.heads(), width / to.heads()))
            .toArray(String[]::new);
    String question = transpose(parts[0], 0, 2, 1, 3);
    String key = transpose(parts[1], 0, 2, 3, 1);
    String value = transpose(parts[2], 0, 2, 1, 3);
    String scores = scaled(graph.node("MatMul", question, key), width / to.heads());
    String mixed = graph.node("MatMul", softmax(scores, 3), value);
    return reshape(transpose(mixed, 0, 2, 1, 3), 0, to.window(), width);
  }

  private static float[] slice(float[] values, int from, int length) {
    float[] part = new float[length];
    System.arraycopy(values, from, part, 0, length);
    return part;
  }

  private String normal(String x, int width) {
    String gain = graph.constant(parameters.next(), width);
    String bias = graph.constant(parameters.next(), width);
    return graph.node(
        "LayerNormalization",
        new String[] {x, gain, bias},
        OnnxGraph.number("axis", -1),
        OnnxGraph.decimal("epsilon", TransformerShape.EPSILON));
  }

  private String newest(String x, int window) {
    return graph.node(
        "Gather", new String[] {x, graph.index(window - 1)}, OnnxGraph.number("axis", 1));
  }

  private String scaled(String x, int width) {
    return graph.node("Mul", x, graph.scalar((float) (1 / Math.sqrt(width))));
  }

  private String softmax(String x, int axis) {
    return graph.node("Softmax", new String[] {x}, OnnxGraph.number("axis", axis));
  }

  private String reshape(String x, long... dims) {
    return graph.node("Reshape", x, graph.integers(dims));
  }

  private String transpose(String x, long... order) {
    return graph.node("Transpose", new String[] {x}, OnnxGraph.numbers("perm", order));
  }

  private String squeeze(String x, long axis) {
    return graph.node("Squeeze", x, graph.integers(axis));
  }

  private String unsqueeze(String x, long axis) {
    return graph.node("Unsqueeze", x, graph.integers(axis));
  }
}
