package ai.neo.modelgateway.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** See {@link TransformerShape}. */
final class TransformerEncoder implements Encoder {
  private final TransformerShape shape;
  private final Dense embed;
  private final float[] position;
  private final List<Layer> layers = new ArrayList<>();
  private final Gain last;
  private final Dense output;

  /** Normalises over the width, then scales and shifts. */
  @SuppressWarnings("ArrayRecordComponent") // a pair of vectors; never compared
  private record Gain(float[] gain, float[] bias) {
    void apply(float[] in, int inAt, float[] out, int outAt) {
      int width = gain.length;
      double sum = 0;
      for (int i = 0; i < width; i++) {
        sum += in[inAt + i];
      }
      double mean = sum / width;
      double squares = 0;
      for (int i = 0; i < width; i++) {
        double d = in[inAt + i] - mean;
        squares += d * d;
      }
      double scale = 1 / Math.sqrt(squares / width + TransformerShape.EPSILON);
      for (int i = 0; i < width; i++) {
        out[outAt + i] = (float) ((in[inAt + i] - mean) * scale) * gain[i] + bias[i];
      }
    }
  }

  private record Layer(
      Gain beforeAttention, Dense attend, Dense mix, Gain beforeWide, Dense wide, Dense narrow) {}

  TransformerEncoder(TransformerShape shape, Parameters parameters) {
    this.shape = shape;
    embed = parameters.dense();
    position = parameters.next();
    for (int layer = 0; layer < shape.layers(); layer++) {
      layers.add(
          new Layer(
              new Gain(parameters.next(), parameters.next()),
              parameters.dense(),
              parameters.dense(),
              new Gain(parameters.next(), parameters.next()),
              parameters.dense(),
              parameters.dense()));
    }
    last = new Gain(parameters.next(), parameters.next());
    output = parameters.dense();
  }

  @Override
  public Dense output() {
    return output;
  }

  @Override
  public Pass begin() {
    return new Run();
  }

  private final class Run implements Pass {
    private final int window = shape.window();
    private final int width = shape.width();
    private final float[] stream = new float[window * width];
    private final float[] normal = new float[width];
    private final float[] attended = new float[window * 3 * width];
    private final float[] mixed = new float[width];
    private final float[] wide = new float[2 * width];
    private final float[] shares = new float[window];

    @Override
    public void encode(float[] row, float[] representation) {
      for (int t = 0; t < window; t++) {
        embed.apply(row, t * shape.vector(), stream, t * width);
      }
      for (int i = 0; i < stream.length; i++) {
        stream[i] += position[i];
      }
      for (int at = 0; at < layers.size(); at++) {
        // Nobody looks at what the last layer says of any position but the newest.
        run(layers.get(at), at == layers.size() - 1 ? window - 1 : 0);
      }
      last.apply(stream, (window - 1) * width, representation, 0);
    }

    private void run(Layer layer, int from) {
      for (int t = 0; t < window; t++) {
        layer.beforeAttention.apply(stream, t * width, normal, 0);
        layer.attend.apply(normal, 0, attended, t * 3 * width);
      }
      for (int t = from; t < window; t++) {
        attend(t);
        layer.mix.apply(mixed, 0, normal, 0);
        add(normal, t * width);
      }
      for (int t = from; t < window; t++) {
        layer.beforeWide.apply(stream, t * width, normal, 0);
        layer.wide.apply(normal, 0, wide, 0);
        Dense.rectify(wide, 0, wide.length);
        layer.narrow.apply(wide, 0, normal, 0);
        add(normal, t * width);
      }
    }

    private void add(float[] values, int at) {
      for (int i = 0; i < width; i++) {
        stream[at + i] += values[i];
      }
    }

    /** All heads of one position's question, side by side into {@code mixed}. */
    private void attend(int asking) {
      int each = width / shape.heads();
      float scale = (float) (1 / Math.sqrt(each));
      Arrays.fill(mixed, 0f);
      for (int head = 0; head < shape.heads(); head++) {
        int question = asking * 3 * width + head * each;
        for (int t = 0; t < window; t++) {
          int key = t * 3 * width + width + head * each;
          float score = 0;
          for (int i = 0; i < each; i++) {
            score += attended[question + i] * attended[key + i];
          }
          shares[t] = score * scale;
        }
        Exponential.softmax(shares, 0, window);
        for (int t = 0; t < window; t++) {
          int value = t * 3 * width + 2 * width + head * each;
          for (int i = 0; i < each; i++) {
            mixed[head * each + i] += shares[t] * attended[value + i];
          }
        }
      }
    }
  }
}
