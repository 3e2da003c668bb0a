package ai.neo.modelgateway.network;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ModelRefusedException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The network and the scaling of its inputs. Immutable and thread-safe.
 *
 * <p>Serving is plain Java over flat arrays: at this size it is faster than any engine's call, and
 * every row is computed on its own in one order of additions, so that a row's answer has the same
 * bits in a batch of one and of many. Training is DJL's.
 *
 * <p>File format {@code neo-djl}, little-endian: magic "NEOM", u16 version, u16 features, u16
 * hidden, u16 length and UTF-8 bytes of the feature set's id, f32 means, f32 deviations, f32
 * parameters, u32 CRC32C of all before. Nothing in it can be executed.
 */
public final class DirectionNetwork {
  /** The registry's name of the file format. */
  public static final String FORMAT = "neo-djl";

  /** Scaled inputs are cut off here: one wild feature must not drown the others. */
  static final float INPUT_BOUND = 8f;

  /**
   * The network's last output times this is a return: returns are a thousandth, weights are not.
   */
  static final float RETURN_SCALE = 0.01f;

  private static final byte[] MAGIC = "NEOM".getBytes(StandardCharsets.US_ASCII);
  private static final short VERSION = 1;
  private static final int MAX_WIDTH = 4096;

  private final Shape shape;
  private final String featureSetId;
  private final float[] means;
  private final float[] deviations;
  private final float[] parameters;

  DirectionNetwork(
      Shape shape, String featureSetId, float[] means, float[] deviations, float[] parameters) {
    this.shape = shape;
    this.featureSetId = featureSetId;
    this.means = means.clone();
    this.deviations = deviations.clone();
    this.parameters = parameters.clone();
  }

  Shape shape() {
    return shape;
  }

  /** Width of a row. */
  public int features() {
    return shape.features();
  }

  public String featureSetId() {
    return featureSetId;
  }

  /** Euclidean length of all parameters. */
  public double weightNorm() {
    double squares = 0;
    for (float parameter : parameters) {
      squares += (double) parameter * parameter;
    }
    return Math.sqrt(squares);
  }

  float[] parameters() {
    return parameters.clone();
  }

  /** The same scaling with other parameters. */
  public DirectionNetwork with(float[] newParameters) {
    return new DirectionNetwork(shape, featureSetId, means, deviations, newParameters);
  }

  /** Scales one row as the network sees it. */
  void scale(float[] row, int from, float[] target, int to) {
    for (int i = 0; i < shape.features(); i++) {
      float scaled = (row[from + i] - means[i]) / deviations[i];
      target[to + i] = Math.clamp(scaled, -INPUT_BOUND, INPUT_BOUND);
    }
  }

  /** Computes rows × F into probabilities and expected returns. */
  public Answer infer(float[] rowMajor, int rows) {
    float[] probabilities = new float[rows * Shape.ACTIONS];
    float[] returns = new float[rows];
    float[] input = new float[shape.features()];
    float[] first = new float[shape.hidden()];
    float[] second = new float[shape.hidden()];
    float[] out = new float[Shape.OUTPUTS];
    for (int row = 0; row < rows; row++) {
      scale(rowMajor, row * shape.features(), input, 0);
      layer(input, shape.weights1(), shape.bias1(), first);
      relu(first);
      layer(first, shape.weights2(), shape.bias2(), second);
      relu(second);
      layer(second, shape.weights3(), shape.bias3(), out);
      softmax(out, probabilities, row * Shape.ACTIONS);
      returns[row] = out[Shape.ACTIONS] * RETURN_SCALE;
    }
    return new Answer(probabilities, returns);
  }

  private void layer(float[] in, int weights, int bias, float[] out) {
    System.arraycopy(parameters, bias, out, 0, out.length);
    int at = weights;
    for (float x : in) {
      for (int j = 0; j < out.length; j++) {
        out[j] += x * parameters[at + j];
      }
      at += out.length;
    }
  }

  private static void relu(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.max(values[i], 0f);
    }
  }

  private static void softmax(float[] logits, float[] target, int at) {
    float most = Math.max(logits[0], Math.max(logits[1], logits[2]));
    double sum = 0;
    double[] powers = new double[Shape.ACTIONS];
    for (int i = 0; i < Shape.ACTIONS; i++) {
      powers[i] = Math.exp(logits[i] - most);
      sum += powers[i];
    }
    for (int i = 0; i < Shape.ACTIONS; i++) {
      target[at + i] = (float) (powers[i] / sum);
    }
  }

  /** The artifact's bytes. */
  public byte[] toBytes() {
    byte[] id = featureSetId.getBytes(StandardCharsets.UTF_8);
    ByteBuffer to =
        ByteBuffer.allocate(
                MAGIC.length
                    + 8
                    + id.length
                    + Float.BYTES * (2 * shape.features() + shape.size())
                    + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    to.put(MAGIC)
        .putShort(VERSION)
        .putShort((short) shape.features())
        .putShort((short) shape.hidden())
        .putShort((short) id.length)
        .put(id);
    for (float[] part : new float[][] {means, deviations, parameters}) {
      for (float value : part) {
        to.putFloat(value);
      }
    }
    CRC32C crc = new CRC32C();
    crc.update(to.array(), 0, to.position());
    return to.putInt((int) crc.getValue()).array();
  }

  /**
   * Reads an artifact.
   *
   * @throws ModelRefusedException if it is not whole, or a number in it is none
   */
  public static DirectionNetwork read(byte[] bytes) throws ModelRefusedException {
    ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    try {
      return read(from);
    } catch (BufferUnderflowException e) {
      throw new ModelRefusedException(
          "the neo-djl file is truncated: it has " + bytes.length + " bytes", e);
    }
  }

  private static DirectionNetwork read(ByteBuffer from) throws ModelRefusedException {
    byte[] magic = new byte[MAGIC.length];
    from.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new ModelRefusedException("no neo-djl file: it does not begin with NEOM");
    }
    short version = from.getShort();
    int features = Short.toUnsignedInt(from.getShort());
    int hidden = Short.toUnsignedInt(from.getShort());
    if (version != VERSION
        || features == 0
        || hidden == 0
        || features > MAX_WIDTH
        || hidden > MAX_WIDTH) {
      throw new ModelRefusedException(
          "neo-djl version="
              + version
              + " features="
              + features
              + " hidden="
              + hidden
              + ", expected version 1 and widths of 1.."
              + MAX_WIDTH);
    }
    byte[] id = new byte[Short.toUnsignedInt(from.getShort())];
    from.get(id);
    Shape shape = new Shape(features, hidden);
    long expected = Float.BYTES * (2L * features + shape.size()) + Integer.BYTES;
    if (from.remaining() != expected) {
      throw new ModelRefusedException(
          "the neo-djl file has "
              + from.remaining()
              + " bytes after its header, expected "
              + expected
              + ": it is truncated or has something behind its end");
    }
    CRC32C crc = new CRC32C();
    crc.update(from.slice(0, from.capacity() - Integer.BYTES));
    if ((int) crc.getValue() != from.getInt(from.capacity() - Integer.BYTES)) {
      throw new ModelRefusedException("the neo-djl file's checksum is wrong: it is damaged");
    }
    float[] means = floats(from, features, "mean");
    float[] deviations = floats(from, features, "deviation");
    for (float deviation : deviations) {
      if (!(deviation > 0)) {
        throw new ModelRefusedException("deviation=" + deviation + ", expected more than 0");
      }
    }
    float[] parameters = floats(from, shape.size(), "parameter");
    return new DirectionNetwork(
        shape, new String(id, StandardCharsets.UTF_8), means, deviations, parameters);
  }

  private static float[] floats(ByteBuffer from, int count, String what)
      throws ModelRefusedException {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = from.getFloat();
      if (!Float.isFinite(values[i])) {
        throw new ModelRefusedException(
            what + " " + i + " is " + values[i] + ", expected a finite number");
      }
    }
    return values;
  }
}
