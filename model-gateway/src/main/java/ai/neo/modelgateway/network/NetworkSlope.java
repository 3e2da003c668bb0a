package ai.neo.modelgateway.network;

import ai.neo.modelgateway.network.Tape.Node;
import ai.neo.modelgateway.network.Tape.Stride;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * A network's answers in double precision, and how they move with each number of the row. It
 * computes in plain Java and shares neither lock nor native memory with the learner or with
 * serving, whose float answers it meets to about 1e-6. Immutable; safe for any thread.
 */
public final class NetworkSlope {
  private final DirectionNetwork network;
  private final NetworkShape shape;
  private final List<float[]> tensors = new ArrayList<>();
  private final int head;

  public NetworkSlope(DirectionNetwork network) {
    this.network = network;
    this.shape = network.shape();
    Parameters parameters = new Parameters(network);
    shape.tensors().forEach(tensor -> tensors.add(parameters.next()));
    this.head = shape.tensors().indexOf(NetworkShape.head(shape.representation()).getFirst());
  }

  /** T · F numbers: the means that the network was standardised with. */
  public float[] typicalRow() {
    float[] row = new float[shape.features()];
    for (int f = 0; f < row.length; f++) {
      row[f] = network.standardisation().mean(f);
    }
    return row;
  }

  /**
   * One output for one row.
   *
   * @param row T · F numbers
   * @param output 0 to 2: a calibrated probability; 3: the expected return, a fraction
   */
  public double value(double[] row, int output) {
    Tape tape = new Tape();
    return output(tape, tape.constant(row), output).value[index(output)];
  }

  /**
   * The same with its slopes.
   *
   * @param slopes receives T · F numbers
   */
  public double value(double[] row, int output, double[] slopes) {
    Tape tape = new Tape();
    Node input = tape.constant(row);
    Node answer = output(tape, input, output);
    tape.differentiate(answer, index(output));
    System.arraycopy(input.slope, 0, slopes, 0, slopes.length);
    return answer.value[index(output)];
  }

  private static int index(int output) {
    if (output < 0 || output >= NetworkShape.OUTPUTS) {
      throw new IllegalArgumentException("a network has no slope of output " + output);
    }
    return output < NetworkShape.ACTIONS ? output : 0;
  }

  private Node output(Tape tape, Node row, int output) {
    Node representation = represent(tape, standardised(tape, row));
    Node outputs = tape.linear(representation, tensors.get(head), tensors.get(head + 1));
    if (output == NetworkShape.ACTIONS) {
      Node expected = tape.slice(outputs, NetworkShape.ACTIONS, 1);
      return tape.scaled(expected, network.objective().returnScale());
    }
    return calibrated(tape, tape.slice(outputs, 0, NetworkShape.ACTIONS));
  }

  private Node standardised(Tape tape, Node row) {
    double[] shift = new double[row.size()];
    double[] scale = new double[row.size()];
    for (int f = 0; f < shift.length; f++) {
      scale[f] = 1.0 / network.standardisation().deviation(f);
      shift[f] = -network.standardisation().mean(f) * scale[f];
    }
    Node scaled = tape.add(tape.multiply(row, tape.constant(scale)), tape.constant(shift));
    double clip = Standardisation.CLIP;
    return tape.each(
        scaled, v -> Math.max(-clip, Math.min(clip, v)), v -> Math.abs(v) < clip ? 1 : 0);
  }

  private Node calibrated(Tape tape, Node logits) {
    return switch (network.calibration()) {
      case Calibration.Identity none -> tape.softmax(logits);
      case Calibration.Temperature cooled ->
          tape.softmax(tape.scaled(logits, 1.0 / cooled.temperature()));
      case Calibration.Isotonic isotonic -> {
        Node plain = tape.softmax(logits);
        List<Node> bent = new ArrayList<>();
        double sum = 0;
        for (int i = 0; i < NetworkShape.ACTIONS; i++) {
          Bend bend = new Bend(isotonic.curves().get(i));
          Node one = tape.each(tape.slice(plain, i, 1), bend::at, bend::slope);
          sum += one.value[0];
          bent.add(one);
        }
        yield sum <= 0 ? plain : tape.shares(tape.joined(bent));
      }
    };
  }

  private Node represent(Tape tape, Node x) {
    Iterator<float[]> next = tensors.iterator();
    return switch (shape) {
      case MlpShape mlp ->
          tape.rectified(linear(tape, tape.rectified(linear(tape, x, next)), next));
      case AutoencoderShape autoencoder ->
          linear(tape, tape.rectified(linear(tape, x, next)), next);
      case RecurrentShape recurrent -> recurrent(tape, recurrent, x);
      case TransformerShape transformer -> transformer(tape, transformer, x, next);
    };
  }

  private static Node linear(Tape tape, Node x, Iterator<float[]> next) {
    float[] weight = next.next();
    return tape.linear(x, weight, next.next());
  }

  private Node recurrent(Tape tape, RecurrentShape kind, Node x) {
    int hidden = kind.hidden();
    Node gates = tape.linear(x, tensors.get(0), tensors.get(2));
    Node state = tape.constant(new double[hidden]);
    Node cell = tape.constant(new double[hidden]);
    List<Node> states = new ArrayList<>();
    for (int t = 0; t < kind.window(); t++) {
      Node seen = tape.slice(gates, t * kind.gates() * hidden, kind.gates() * hidden);
      Node kept = tape.linear(state, tensors.get(1), tensors.get(3));
      if (kind.architecture() == Architecture.LSTM) {
        Node all = tape.add(seen, kept);
        Node in = tape.logistic(tape.slice(all, 0, hidden));
        Node forget = tape.logistic(tape.slice(all, hidden, hidden));
        Node candidate = tape.tanh(tape.slice(all, 2 * hidden, hidden));
        Node out = tape.logistic(tape.slice(all, 3 * hidden, hidden));
        cell = tape.add(tape.multiply(forget, cell), tape.multiply(in, candidate));
        state = tape.multiply(out, tape.tanh(cell));
      } else {
        state = gru(tape, seen, kept, state);
      }
      states.add(state);
    }
    Node all = tape.joined(states);
    Node asked = tape.linear(state, tensors.get(4), tensors.get(5));
    Stride stride = new Stride(0, hidden, hidden, kind.window());
    Node shares = tape.softmax(tape.scaled(tape.dots(asked, all, stride), 1 / Math.sqrt(hidden)));
    Node found = tape.mixed(shares, all, stride);
    Node joined = tape.joined(List.of(found, state));
    return tape.rectified(tape.linear(joined, tensors.get(6), tensors.get(7)));
  }

  private static Node gru(Tape tape, Node seen, Node kept, Node before) {
    int hidden = before.size();
    Node open = tape.add(tape.slice(seen, 0, 2 * hidden), tape.slice(kept, 0, 2 * hidden));
    Node reset = tape.logistic(tape.slice(open, 0, hidden));
    Node update = tape.logistic(tape.slice(open, hidden, hidden));
    Node recalled = tape.multiply(reset, tape.slice(kept, 2 * hidden, hidden));
    Node candidate = tape.tanh(tape.add(tape.slice(seen, 2 * hidden, hidden), recalled));
    Node rest = tape.each(update, v -> 1 - v, v -> -1);
    return tape.add(tape.multiply(rest, candidate), tape.multiply(update, before));
  }

  private static Node transformer(
      Tape tape, TransformerShape kind, Node x, Iterator<float[]> next) {
    int width = kind.width();
    Node stream = tape.add(linear(tape, x, next), constant(tape, next.next()));
    for (int layer = 0; layer < kind.layers(); layer++) {
      Node all = linear(tape, normal(tape, stream, next), next);
      List<Node> positions = new ArrayList<>();
      for (int t = 0; t < kind.window(); t++) {
        positions.add(attended(tape, kind, all, t));
      }
      stream = tape.add(stream, linear(tape, tape.joined(positions), next));
      Node wide = tape.rectified(linear(tape, normal(tape, stream, next), next));
      stream = tape.add(stream, linear(tape, wide, next));
    }
    return normal(tape, tape.slice(stream, (kind.window() - 1) * width, width), next);
  }

  private static Node constant(Tape tape, float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return tape.constant(wide);
  }

  private static Node normal(Tape tape, Node x, Iterator<float[]> next) {
    float[] gain = next.next();
    return tape.normal(x, gain, next.next(), TransformerShape.EPSILON);
  }

  private static Node attended(Tape tape, TransformerShape kind, Node all, int asking) {
    int width = kind.width();
    int each = width / kind.heads();
    List<Node> heads = new ArrayList<>();
    for (int head = 0; head < kind.heads(); head++) {
      int at = head * each;
      Node question = tape.slice(all, asking * 3 * width + at, each);
      Stride keys = new Stride(width + at, 3 * width, each, kind.window());
      Stride values = new Stride(2 * width + at, 3 * width, each, kind.window());
      Node scores = tape.scaled(tape.dots(question, all, keys), 1 / Math.sqrt(each));
      heads.add(tape.mixed(tape.softmax(scores), all, values));
    }
    return tape.joined(heads);
  }

  /** A calibration curve with its slope. */
  private static final class Bend {
    private final float[] from;
    private final float[] to;

    Bend(Calibration.Curve curve) {
      from = curve.from();
      to = curve.to();
    }

    double at(double x) {
      int right = right(x);
      if (right == 0 || right == from.length) {
        return to[right == 0 ? 0 : right - 1];
      }
      return to[right - 1] + slope(x) * (x - from[right - 1]);
    }

    double slope(double x) {
      int right = right(x);
      return right == 0 || right == from.length
          ? 0
          : ((double) to[right] - to[right - 1]) / ((double) from[right] - from[right - 1]);
    }

    /** The first point behind x; a curve has at most 256. */
    private int right(double x) {
      int right = 0;
      while (right < from.length && from[right] <= x) {
        right++;
      }
      return right;
    }
  }
}
