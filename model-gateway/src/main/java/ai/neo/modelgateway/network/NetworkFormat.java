package ai.neo.modelgateway.network;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The bytes of a {@link DirectionNetwork}: header, parameters, checksum. Nothing in it can be
 * executed, and the reader allocates nothing before it has checked the sizes.
 *
 * <pre>
 * magic "NEOM" | format u16 = 3 | architecture u16 | features i32 | window i32 | sizes 3 × i32
 * outputs i32 = 4 | seed i64 | cost per trade f64 | loss weights 3 × f32 | return scale f32
 * dropout f32 | masks i32
 * calibration u16: 0 none | 1 temperature f32 | 2 three curves: count i32, count × f32 from, to
 * feature set id, engine, cpu: each u16 length and UTF-8
 * means features × f32 | deviations features × f32 | count i32 | parameters count × f32
 * CRC32C of all before it u32
 * </pre>
 *
 * All little-endian. Architectures and their sizes: 2 mlp (hidden, 0, 0), 3 lstm and 4 gru (hidden,
 * 0, 0), 5 transformer (width, heads, layers), 6 autoencoder (hidden, code, 0). Formats {@linkplain
 * FirstNetworkFormat 1} and {@linkplain SecondNetworkFormat 2} are read as well.
 */
public final class NetworkFormat {
  private static final int MAGIC = 'N' | 'E' << 8 | 'O' << 16 | 'M' << 24;
  private static final short FORMAT_VERSION = 3;
  private static final int FIXED_HEADER_BYTES = 4 + 2 + 2 + 6 * 4 + 8 + 8 + 4 * 4 + 4 + 4 + 2;
  private static final int SIZES = 3;
  private static final short NOT_CALIBRATED = 0;
  private static final short TEMPERATURE = 1;
  private static final short ISOTONIC = 2;
  private static final int CHECKSUM_BYTES = 4;

  private NetworkFormat() {}

  /** Whether the bytes begin as a network does; says nothing about the rest. */
  public static boolean recognises(byte[] content) {
    return content.length >= 4
        && ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).getInt() == MAGIC;
  }

  /** The artifact of a network; equal networks give equal bytes. */
  public static byte[] write(DirectionNetwork network) {
    NetworkShape shape = network.shape();
    Provenance from = network.provenance();
    byte[] featureSet = from.featureSetId().getBytes(StandardCharsets.UTF_8);
    byte[] engine = from.engine().getBytes(StandardCharsets.UTF_8);
    byte[] cpu = from.cpu().getBytes(StandardCharsets.UTF_8);
    int texts = 6 + featureSet.length + engine.length + cpu.length;
    int size =
        FIXED_HEADER_BYTES
            + calibrationBytes(network.calibration())
            + texts
            + numberBytes(shape)
            + CHECKSUM_BYTES;
    ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).putShort(FORMAT_VERSION).putShort((short) shape.architecture().number());
    out.putInt(shape.vector()).putInt(shape.window());
    for (int each : sizes(shape)) {
      out.putInt(each);
    }
    out.putInt(NetworkShape.OUTPUTS);
    Objective objective = network.objective();
    out.putLong(from.seed()).putDouble(objective.costPerTrade());
    out.putFloat(objective.sellWeight()).putFloat(objective.holdWeight());
    out.putFloat(objective.buyWeight()).putFloat(objective.returnScale());
    out.putFloat(network.uncertainty().dropout()).putInt(network.uncertainty().masks());
    writeCalibration(out, network.calibration());
    for (byte[] text : new byte[][] {featureSet, engine, cpu}) {
      out.putShort((short) text.length).put(text);
    }
    writeNumbers(out, network);
    out.putInt(checksum(out.array(), out.position()));
    return out.array();
  }

  private static void writeNumbers(ByteBuffer out, DirectionNetwork network) {
    NetworkShape shape = network.shape();
    for (int f = 0; f < shape.vector(); f++) {
      out.putFloat(network.standardisation().mean(f));
    }
    for (int f = 0; f < shape.vector(); f++) {
      out.putFloat(network.standardisation().deviation(f));
    }
    out.putInt(shape.parameters());
    for (int i = 0; i < shape.parameters(); i++) {
      out.putFloat(network.parameter(i));
    }
  }

  /**
   * Reads an artifact.
   *
   * @throws UnreadableNetworkException with the reason, when the bytes are not exactly one network
   */
  public static DirectionNetwork read(byte[] content) throws UnreadableNetworkException {
    if (!recognises(content)) {
      throw new UnreadableNetworkException("does not begin with the magic NEOM");
    }
    ByteBuffer in = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    try {
      return readChecked(content, in);
    } catch (BufferUnderflowException e) {
      throw new UnreadableNetworkException("truncated within the header", e);
    } catch (IllegalArgumentException e) {
      throw new UnreadableNetworkException(e.getMessage(), e);
    }
  }

  private static DirectionNetwork readChecked(byte[] content, ByteBuffer in)
      throws UnreadableNetworkException {
    in.position(4);
    short format = in.getShort();
    if (format == FirstNetworkFormat.FORMAT_VERSION) {
      return FirstNetworkFormat.read(content, in);
    }
    if (format == SecondNetworkFormat.FORMAT_VERSION) {
      return SecondNetworkFormat.read(content, in);
    }
    requireEqual("format version", FORMAT_VERSION, format);
    Architecture architecture = Architecture.numbered(Short.toUnsignedInt(in.getShort()));
    NetworkShape shape = shape(architecture, in);
    requireEqual("outputs", NetworkShape.OUTPUTS, in.getInt());
    long seed = in.getLong();
    Objective objective = objective(in);
    Uncertainty uncertainty = new Uncertainty(in.getFloat(), in.getInt());
    Calibration calibration = calibration(in);
    Provenance provenance = provenance(in, seed);
    requireWhole(content, in, numberBytes(shape));
    return numbers(in, shape, objective, provenance).answering(uncertainty, calibration);
  }

  private static int[] sizes(NetworkShape shape) {
    return switch (shape) {
      case MlpShape mlp -> new int[] {mlp.hidden(), 0, 0};
      case RecurrentShape recurrent -> new int[] {recurrent.hidden(), 0, 0};
      case TransformerShape transformer ->
          new int[] {transformer.width(), transformer.heads(), transformer.layers()};
      case AutoencoderShape autoencoder -> new int[] {autoencoder.hidden(), autoencoder.code(), 0};
    };
  }

  private static NetworkShape shape(Architecture architecture, ByteBuffer in)
      throws UnreadableNetworkException {
    int vector = in.getInt();
    int window = in.getInt();
    int[] sizes = new int[SIZES];
    in.asIntBuffer().get(sizes);
    in.position(in.position() + SIZES * Integer.BYTES);
    NetworkShape shape =
        switch (architecture) {
          case MLP -> new MlpShape(vector, sizes[0]);
          case LSTM, GRU -> new RecurrentShape(architecture, vector, window, sizes[0]);
          case TRANSFORMER -> new TransformerShape(vector, window, sizes[0], sizes[1], sizes[2]);
          case AUTOENCODER -> new AutoencoderShape(vector, sizes[0], sizes[1]);
        };
    requireEqual("window", shape.window(), window);
    int[] expected = sizes(shape);
    for (int i = 0; i < SIZES; i++) {
      requireEqual("size " + i, expected[i], sizes[i]);
    }
    return shape;
  }

  private static int calibrationBytes(Calibration calibration) {
    return switch (calibration) {
      case Calibration.Identity none -> 0;
      case Calibration.Temperature temperature -> Float.BYTES;
      case Calibration.Isotonic isotonic ->
          isotonic.curves().stream()
              .mapToInt(curve -> Integer.BYTES + 2 * Float.BYTES * curve.from().length)
              .sum();
    };
  }

  private static void writeCalibration(ByteBuffer out, Calibration calibration) {
    switch (calibration) {
      case Calibration.Identity none -> out.putShort(NOT_CALIBRATED);
      case Calibration.Temperature temperature ->
          out.putShort(TEMPERATURE).putFloat(temperature.temperature());
      case Calibration.Isotonic isotonic -> {
        out.putShort(ISOTONIC);
        for (Calibration.Curve curve : isotonic.curves()) {
          out.putInt(curve.from().length);
          for (float from : curve.from()) {
            out.putFloat(from);
          }
          for (float to : curve.to()) {
            out.putFloat(to);
          }
        }
      }
    }
  }

  private static Calibration calibration(ByteBuffer in) throws UnreadableNetworkException {
    short kind = in.getShort();
    return switch (kind) {
      case NOT_CALIBRATED -> Calibration.NONE;
      case TEMPERATURE -> new Calibration.Temperature(in.getFloat());
      case ISOTONIC -> {
        List<Calibration.Curve> curves = new ArrayList<>();
        for (int action = 0; action < NetworkShape.ACTIONS; action++) {
          int points = in.getInt();
          if (points < 1 || points > Calibration.Curve.MAX_POINTS) {
            throw new UnreadableNetworkException("a calibration curve of " + points + " points");
          }
          curves.add(new Calibration.Curve(floats(in, points), floats(in, points)));
        }
        yield new Calibration.Isotonic(curves);
      }
      default -> throw new UnreadableNetworkException("there is no calibration " + kind);
    };
  }

  static Objective objective(ByteBuffer in) {
    double cost = in.getDouble();
    return new Objective(in.getFloat(), in.getFloat(), in.getFloat(), in.getFloat(), cost);
  }

  static Provenance provenance(ByteBuffer in, long seed) throws UnreadableNetworkException {
    return new Provenance(text(in), text(in), text(in), seed);
  }

  /** Scaling and parameters, once it is known that they are all there. */
  static DirectionNetwork numbers(
      ByteBuffer in, NetworkShape shape, Objective objective, Provenance provenance)
      throws UnreadableNetworkException {
    float[] mean = floats(in, shape.vector());
    float[] deviation = floats(in, shape.vector());
    requireEqual("parameters", shape.parameters(), in.getInt());
    float[] parameters = floats(in, shape.parameters());
    return new DirectionNetwork(
        shape,
        new Standardisation(mean, deviation).repeated(shape.window()),
        objective,
        provenance,
        parameters);
  }

  /** So many bytes and the checksum have to be left, and the checksum has to be right. */
  static void requireWhole(byte[] content, ByteBuffer in, int bytes)
      throws UnreadableNetworkException {
    int missing = bytes + CHECKSUM_BYTES - in.remaining();
    if (missing > 0) {
      throw new UnreadableNetworkException("truncated: %d bytes are missing".formatted(missing));
    }
    if (missing < 0) {
      throw new UnreadableNetworkException("%d bytes too many".formatted(-missing));
    }
    int end = content.length - CHECKSUM_BYTES;
    if (checksum(content, end) != in.getInt(end)) {
      throw new UnreadableNetworkException("damaged: its checksum is wrong");
    }
  }

  static int numberBytes(NetworkShape shape) {
    return 4 * (2 * shape.vector() + 1 + shape.parameters());
  }

  static String text(ByteBuffer in) throws UnreadableNetworkException {
    int length = Short.toUnsignedInt(in.getShort());
    if (length > Provenance.MAX_TEXT_BYTES) {
      throw new UnreadableNetworkException("a text of " + length + " bytes in the header");
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new UnreadableNetworkException("a text in the header is not UTF-8", e);
    }
  }

  static float[] floats(ByteBuffer in, int count) {
    float[] values = new float[count];
    in.asFloatBuffer().get(values);
    in.position(in.position() + 4 * count);
    return values;
  }

  static void requireEqual(String what, int expected, int found) throws UnreadableNetworkException {
    if (expected != found) {
      throw new UnreadableNetworkException(what + " should be " + expected + " but is " + found);
    }
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
