package ai.neo.modelgateway.network;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * Operations on vectors in double precision that remember how to be differentiated backwards, from
 * one number to the input. Weights are constants to it. For one evaluation and one thread.
 */
final class Tape {
  private final List<Node> nodes = new ArrayList<>();

  /** A vector, and how much the result moves with each of its numbers. */
  static final class Node {
    final double[] value;
    final double[] slope;
    private Runnable backwards = () -> {};

    private Node(int size) {
      value = new double[size];
      slope = new double[size];
    }

    int size() {
      return value.length;
    }
  }

  /** Which parts of a matrix an operation looks at: {@code count} vectors of one width. */
  record Stride(int offset, int step, int width, int count) {
    int at(int vector) {
      return offset + vector * step;
    }
  }

  private Node node(int size) {
    Node node = new Node(size);
    nodes.add(node);
    return node;
  }

  Node constant(double[] values) {
    Node out = node(values.length);
    System.arraycopy(values, 0, out.value, 0, values.length);
    return out;
  }

  /** Fills the slopes of one number of {@code of} in everything that it was computed from. */
  void differentiate(Node of, int at) {
    of.slope[at] = 1;
    for (Node node : nodes.reversed()) {
      node.backwards.run();
    }
  }

  /** {@code weight · x + bias} for each vector in x; weight lies as [outputs][inputs]. */
  Node linear(Node x, float[] weight, float[] bias) {
    int outputs = bias.length;
    int inputs = weight.length / outputs;
    int rows = x.size() / inputs;
    Node out = node(rows * outputs);
    for (int row = 0; row < rows; row++) {
      for (int o = 0; o < outputs; o++) {
        double sum = bias[o];
        for (int i = 0; i < inputs; i++) {
          sum += weight[o * inputs + i] * x.value[row * inputs + i];
        }
        out.value[row * outputs + o] = sum;
      }
    }
    out.backwards =
        () -> {
          for (int row = 0; row < rows; row++) {
            for (int o = 0; o < outputs; o++) {
              double slope = out.slope[row * outputs + o];
              if (slope != 0) {
                for (int i = 0; i < inputs; i++) {
                  x.slope[row * inputs + i] += weight[o * inputs + i] * slope;
                }
              }
            }
          }
        };
    return out;
  }

  Node add(Node a, Node b) {
    Node out = node(a.size());
    for (int i = 0; i < out.size(); i++) {
      out.value[i] = a.value[i] + b.value[i];
    }
    out.backwards =
        () -> {
          for (int i = 0; i < out.size(); i++) {
            a.slope[i] += out.slope[i];
            b.slope[i] += out.slope[i];
          }
        };
    return out;
  }

  Node multiply(Node a, Node b) {
    Node out = node(a.size());
    for (int i = 0; i < out.size(); i++) {
      out.value[i] = a.value[i] * b.value[i];
    }
    out.backwards =
        () -> {
          for (int i = 0; i < out.size(); i++) {
            a.slope[i] += out.slope[i] * b.value[i];
            b.slope[i] += out.slope[i] * a.value[i];
          }
        };
    return out;
  }

  /**
   * Each number by itself.
   *
   * @param slope of {@code function}, at what went in
   */
  Node each(Node x, DoubleUnaryOperator function, DoubleUnaryOperator slope) {
    Node out = node(x.size());
    for (int i = 0; i < out.size(); i++) {
      out.value[i] = function.applyAsDouble(x.value[i]);
    }
    out.backwards =
        () -> {
          for (int i = 0; i < out.size(); i++) {
            x.slope[i] += out.slope[i] * slope.applyAsDouble(x.value[i]);
          }
        };
    return out;
  }

  Node rectified(Node x) {
    return each(x, v -> Math.max(0, v), v -> v > 0 ? 1 : 0);
  }

  Node scaled(Node x, double factor) {
    return each(x, v -> v * factor, v -> factor);
  }

  Node logistic(Node x) {
    return each(x, Tape::logistic, v -> logistic(v) * (1 - logistic(v)));
  }

  Node tanh(Node x) {
    return each(x, Tape::tanh, v -> 1 - tanh(v) * tanh(v));
  }

  private static double logistic(double x) {
    return 1 / (1 + Exponential.exp(-x));
  }

  private static double tanh(double x) {
    return 1 - 2 / (Exponential.exp(2 * x) + 1);
  }

  Node slice(Node x, int from, int size) {
    Node out = node(size);
    System.arraycopy(x.value, from, out.value, 0, size);
    out.backwards =
        () -> {
          for (int i = 0; i < size; i++) {
            x.slope[from + i] += out.slope[i];
          }
        };
    return out;
  }

  /** One behind the other. */
  Node joined(List<Node> parts) {
    Node out = node(parts.stream().mapToInt(Node::size).sum());
    int at = 0;
    for (Node part : parts) {
      System.arraycopy(part.value, 0, out.value, at, part.size());
      at += part.size();
    }
    out.backwards =
        () -> {
          int from = 0;
          for (Node part : parts) {
            for (int i = 0; i < part.size(); i++) {
              part.slope[i] += out.slope[from + i];
            }
            from += part.size();
          }
        };
    return out;
  }

  Node softmax(Node x) {
    Node out = node(x.size());
    double max = Double.NEGATIVE_INFINITY;
    for (double v : x.value) {
      max = Math.max(max, v);
    }
    double sum = 0;
    for (int i = 0; i < out.size(); i++) {
      out.value[i] = Exponential.exp(x.value[i] - max);
      sum += out.value[i];
    }
    for (int i = 0; i < out.size(); i++) {
      out.value[i] /= sum;
    }
    out.backwards =
        () -> {
          double mean = 0;
          for (int i = 0; i < out.size(); i++) {
            mean += out.slope[i] * out.value[i];
          }
          for (int i = 0; i < out.size(); i++) {
            x.slope[i] += out.value[i] * (out.slope[i] - mean);
          }
        };
    return out;
  }

  /** Divided by their sum. */
  Node shares(Node x) {
    Node out = node(x.size());
    double sum = 0;
    for (double v : x.value) {
      sum += v;
    }
    double total = sum;
    for (int i = 0; i < out.size(); i++) {
      out.value[i] = x.value[i] / total;
    }
    out.backwards =
        () -> {
          double mean = 0;
          for (int i = 0; i < out.size(); i++) {
            mean += out.slope[i] * out.value[i];
          }
          for (int i = 0; i < out.size(); i++) {
            x.slope[i] += (out.slope[i] - mean) / total;
          }
        };
    return out;
  }

  /** The product of {@code question} with each vector of a matrix. */
  Node dots(Node question, Node matrix, Stride stride) {
    Node out = node(stride.count());
    for (int t = 0; t < stride.count(); t++) {
      for (int i = 0; i < stride.width(); i++) {
        out.value[t] += question.value[i] * matrix.value[stride.at(t) + i];
      }
    }
    out.backwards =
        () -> {
          for (int t = 0; t < stride.count(); t++) {
            for (int i = 0; i < stride.width(); i++) {
              question.slope[i] += out.slope[t] * matrix.value[stride.at(t) + i];
              matrix.slope[stride.at(t) + i] += out.slope[t] * question.value[i];
            }
          }
        };
    return out;
  }

  /** The vectors of a matrix, each times its share, added up. */
  Node mixed(Node shares, Node matrix, Stride stride) {
    Node out = node(stride.width());
    for (int t = 0; t < stride.count(); t++) {
      for (int i = 0; i < stride.width(); i++) {
        out.value[i] += shares.value[t] * matrix.value[stride.at(t) + i];
      }
    }
    out.backwards =
        () -> {
          for (int t = 0; t < stride.count(); t++) {
            for (int i = 0; i < stride.width(); i++) {
              shares.slope[t] += out.slope[i] * matrix.value[stride.at(t) + i];
              matrix.slope[stride.at(t) + i] += out.slope[i] * shares.value[t];
            }
          }
        };
    return out;
  }

  /** Each vector of x at mean 0 and deviation 1, then scaled and shifted (Ba, 2016). */
  Node normal(Node x, float[] gain, float[] bias, double epsilon) {
    int width = gain.length;
    int rows = x.size() / width;
    Node out = node(x.size());
    double[] unit = new double[x.size()];
    double[] scale = new double[rows];
    for (int row = 0; row < rows; row++) {
      double mean = 0;
      for (int i = 0; i < width; i++) {
        mean += x.value[row * width + i] / width;
      }
      double variance = 0;
      for (int i = 0; i < width; i++) {
        double d = x.value[row * width + i] - mean;
        variance += d * d / width;
      }
      scale[row] = 1 / Math.sqrt(variance + epsilon);
      for (int i = 0; i < width; i++) {
        int at = row * width + i;
        unit[at] = (x.value[at] - mean) * scale[row];
        out.value[at] = unit[at] * gain[i] + bias[i];
      }
    }
    out.backwards = () -> normalSlopes(x, out, gain, unit, scale);
    return out;
  }

  private static void normalSlopes(Node x, Node out, float[] gain, double[] unit, double[] scale) {
    int width = gain.length;
    for (int row = 0; row < scale.length; row++) {
      double mean = 0;
      double along = 0;
      for (int i = 0; i < width; i++) {
        double slope = out.slope[row * width + i] * gain[i];
        mean += slope / width;
        along += slope * unit[row * width + i] / width;
      }
      for (int i = 0; i < width; i++) {
        int at = row * width + i;
        x.slope[at] += scale[row] * (out.slope[at] * gain[i] - mean - unit[at] * along);
      }
    }
  }
}
