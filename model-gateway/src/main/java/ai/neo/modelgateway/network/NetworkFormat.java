package ai.neo.modelgateway.network;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * The bytes of a {@link DirectionNetwork}: header, parameters, checksum. Nothing in it can be
 * executed, and the reader allocates nothing before it has checked the sizes.
 *
 * <pre>
 * magic "NEOM" | format u16 = 2 | hidden layers u16 = 2 | features i32 | hidden i32 | outputs i32 = 4
 * seed i64 | cost per trade f64 | loss weights 3 × f32 | return scale f32
 * feature set id, engine, cpu: each u16 length and UTF-8
 * means features × f32 | deviations features × f32 | count i32 | parameters count × f32
 * CRC32C of all before it u32
 * </pre>
 *
 * All little-endian.
 */
public final class NetworkFormat {
  private static final int MAGIC = 'N' | 'E' << 8 | 'O' << 16 | 'M' << 24;
  private static final short FORMAT_VERSION = 2;
  private static final short HIDDEN_LAYERS = 2;
  private static final int FIXED_HEADER_BYTES = 4 + 2 + 2 + 3 * 4 + 8 + 8 + 4 * 4;
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
    int size =
        FIXED_HEADER_BYTES
            + 6
            + featureSet.length
            + engine.length
            + cpu.length
            + numberBytes(shape)
            + CHECKSUM_BYTES;
    ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).putShort(FORMAT_VERSION).putShort(HIDDEN_LAYERS);
    out.putInt(shape.features()).putInt(shape.hidden()).putInt(NetworkShape.OUTPUTS);
    Objective objective = network.objective();
    out.putLong(from.seed()).putDouble(objective.costPerTrade());
    out.putFloat(objective.sellWeight()).putFloat(objective.holdWeight());
    out.putFloat(objective.buyWeight()).putFloat(objective.returnScale());
    for (byte[] text : new byte[][] {featureSet, engine, cpu}) {
      out.putShort((short) text.length).put(text);
    }
    for (int f = 0; f < shape.features(); f++) {
      out.putFloat(network.standardisation().mean(f));
    }
    for (int f = 0; f < shape.features(); f++) {
      out.putFloat(network.standardisation().deviation(f));
    }
    out.putInt(shape.parameters());
    for (int i = 0; i < shape.parameters(); i++) {
      out.putFloat(network.parameter(i));
    }
    out.putInt(checksum(out.array(), out.position()));
    return out.array();
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
    requireEqual("format version", FORMAT_VERSION, format);
    requireEqual("hidden layers", HIDDEN_LAYERS, in.getShort());
    NetworkShape shape = new NetworkShape(in.getInt(), in.getInt());
    requireEqual("outputs", NetworkShape.OUTPUTS, in.getInt());
    long seed = in.getLong();
    double cost = in.getDouble();
    Objective objective =
        new Objective(in.getFloat(), in.getFloat(), in.getFloat(), in.getFloat(), cost);
    String featureSet = text(in);
    String engine = text(in);
    String cpu = text(in);
    requireWhole(content, in, numberBytes(shape));
    float[] mean = floats(in, shape.features());
    float[] deviation = floats(in, shape.features());
    requireEqual("parameters", shape.parameters(), in.getInt());
    float[] parameters = floats(in, shape.parameters());
    return new DirectionNetwork(
        shape,
        new Standardisation(mean, deviation),
        objective,
        new Provenance(featureSet, engine, cpu, seed),
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

  private static int numberBytes(NetworkShape shape) {
    return 4 * (2 * shape.features() + 1 + shape.parameters());
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

  private static void requireEqual(String what, int expected, int found)
      throws UnreadableNetworkException {
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
