package ai.neo.modelgateway.network;

import ai.neo.modelgateway.engine.Answer;
import java.util.Map;

/**
 * Writes a {@link DirectionNetwork} as an ONNX file of the model contract: standardisation,
 * calibration and all outputs are inside, so that whoever runs it needs nothing else.
 */
final class OnnxNetwork {
  private final OnnxGraph graph;
  private final DirectionNetwork network;
  private final NetworkShape shape;

  private OnnxNetwork(DirectionNetwork network, Precision precision) {
    this.network = network;
    this.shape = network.shape();
    this.graph = new OnnxGraph(precision);
  }

  static byte[] write(DirectionNetwork network, Precision precision, Map<String, String> metadata) {
    return new OnnxNetwork(network, precision).bytes(metadata);
  }

  private byte[] bytes(Map<String, String> metadata) {
    graph.input("features", shape.features());
    String x = standardised();
    OnnxEncoder encoder = new OnnxEncoder(graph, network);
    String representation = encoder.represent(x);
    OnnxEncoder.Layer head = encoder.layer(NetworkShape.OUTPUTS, shape.representation());
    String output = encoder.linear(representation, head);
    String probabilities = calibrated(columns(output, 0, NetworkShape.ACTIONS));
    graph.output(probabilities, "action_probabilities", NetworkShape.ACTIONS);
    String told = columns(output, NetworkShape.ACTIONS, NetworkShape.OUTPUTS);
    graph.output(
        graph.node("Mul", told, graph.scalar(network.objective().returnScale())),
        "expected_return",
        1);
    if (network.uncertainty().isTold()) {
      graph.output(spread(encoder, representation, head, probabilities), Answer.UNCERTAINTY, 1);
    }
    if (shape instanceof AutoencoderShape auto) {
      String hidden =
          encoder.relu(encoder.linear(representation, encoder.layer(auto.hidden(), auto.code())));
      String rebuilt = encoder.linear(hidden, encoder.layer(auto.vector(), auto.hidden()));
      String miss = graph.node("Sub", rebuilt, x);
      graph.output(mean(graph.node("Mul", miss, miss), 1, 1), Answer.RECONSTRUCTION_ERROR, 1);
    }
    return graph.bytes(metadata);
  }

  private String standardised() {
    float[] mean = new float[shape.features()];
    float[] deviation = new float[shape.features()];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = network.standardisation().mean(i);
      deviation[i] = network.standardisation().deviation(i);
    }
    String centred = graph.node("Sub", "features", graph.constant(mean, mean.length));
    String scaled = graph.node("Div", centred, graph.constant(deviation, mean.length));
    return graph.node(
        "Clip", scaled, graph.scalar(-Standardisation.CLIP), graph.scalar(Standardisation.CLIP));
  }

  /** Along the last axis. */
  private String columns(String x, int from, int to) {
    return graph.node("Slice", x, graph.integers(from), graph.integers(to), graph.integers(-1));
  }

  /** Logits [… , 3] to probabilities. */
  private String calibrated(String logits) {
    return switch (network.calibration()) {
      case Calibration.Identity none -> softmax(logits);
      case Calibration.Temperature by ->
          softmax(graph.node("Div", logits, graph.scalar(by.temperature())));
      case Calibration.Isotonic isotonic -> {
        String plain = softmax(logits);
        String[] bent = new String[NetworkShape.ACTIONS];
        for (int action = 0; action < bent.length; action++) {
          bent[action] = bent(columns(plain, action, action + 1), isotonic.curves().get(action));
        }
        String all = graph.node("Concat", bent, OnnxGraph.number("axis", -1));
        String sum =
            graph.node(
                "ReduceSum",
                new String[] {all, graph.integers(-1)},
                OnnxGraph.number("keepdims", 1));
        String some = graph.node("Greater", sum, graph.scalar(0f));
        String divisor = graph.node("Max", sum, graph.scalar(Float.MIN_NORMAL));
        yield graph.node("Where", some, graph.node("Div", all, divisor), plain);
      }
    };
  }

  /** The curve as a sum of slopes, each over its own stretch. */
  private String bent(String probability, Calibration.Curve curve) {
    float[] from = curve.from();
    float[] to = curve.to();
    if (from.length == 1) {
      String nothing = graph.node("Mul", probability, graph.scalar(0f));
      return graph.node("Add", nothing, graph.scalar(to[0]));
    }
    int pieces = from.length - 1;
    float[] starts = new float[pieces];
    float[] widths = new float[pieces];
    float[] slopes = new float[pieces];
    for (int i = 0; i < pieces; i++) {
      starts[i] = from[i];
      widths[i] = from[i + 1] - from[i];
      slopes[i] = (to[i + 1] - to[i]) / widths[i];
    }
    String behind = graph.node("Sub", probability, graph.constant(starts, pieces));
    String inside =
        graph.node(
            "Min", graph.node("Max", behind, graph.scalar(0f)), graph.constant(widths, pieces));
    String risen = graph.node("MatMul", inside, graph.constant(slopes, pieces, 1));
    return graph.node("Add", risen, graph.scalar(to[0]));
  }

  private String spread(
      OnnxEncoder encoder, String representation, OnnxEncoder.Layer head, String probabilities) {
    var masks = ForwardPass.masks(network);
    float[] flat = new float[masks.size() * shape.representation()];
    for (int i = 0; i < masks.size(); i++) {
      System.arraycopy(masks.get(i), 0, flat, i * shape.representation(), shape.representation());
    }
    String each = graph.node("Unsqueeze", representation, graph.integers(1));
    String masked =
        graph.node("Mul", each, graph.constant(flat, masks.size(), shape.representation()));
    String logits = columns(encoder.linear(masked, head), 0, NetworkShape.ACTIONS);
    String again = calibrated(logits);
    String centre = mean(again, 1, 1);
    String miss = graph.node("Sub", again, centre);
    String deviations = graph.node("Sqrt", mean(graph.node("Mul", miss, miss), 1, 0));
    String likeliest =
        graph.node("ArgMax", new String[] {probabilities}, OnnxGraph.number("axis", 1));
    return graph.node(
        "GatherElements", new String[] {deviations, likeliest}, OnnxGraph.number("axis", 1));
  }

  private String mean(String x, long axis, long keep) {
    return graph.node(
        "ReduceMean",
        new String[] {x},
        OnnxGraph.numbers("axes", axis),
        OnnxGraph.number("keepdims", keep));
  }

  private String softmax(String x) {
    return graph.node("Softmax", new String[] {x}, OnnxGraph.number("axis", -1));
  }
}
