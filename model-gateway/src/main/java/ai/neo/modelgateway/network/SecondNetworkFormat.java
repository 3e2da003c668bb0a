package ai.neo.modelgateway.network;

import java.nio.ByteBuffer;

/**
 * Format 2 of the artifact, which is read and not written any more. It knew the two-layer network
 * alone.
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
final class SecondNetworkFormat {
  static final short FORMAT_VERSION = 2;

  private static final short HIDDEN_LAYERS = 2;

  private SecondNetworkFormat() {}

  /** Reads on behind the format's number. */
  static DirectionNetwork read(byte[] content, ByteBuffer in) throws UnreadableNetworkException {
    NetworkFormat.requireEqual("hidden layers", HIDDEN_LAYERS, in.getShort());
    MlpShape shape = new MlpShape(in.getInt(), in.getInt());
    NetworkFormat.requireEqual("outputs", NetworkShape.OUTPUTS, in.getInt());
    long seed = in.getLong();
    Objective objective = NetworkFormat.objective(in);
    Provenance provenance = NetworkFormat.provenance(in, seed);
    NetworkFormat.requireWhole(content, in, NetworkFormat.numberBytes(shape));
    return NetworkFormat.numbers(in, shape, objective, provenance);
  }
}
