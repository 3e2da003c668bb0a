package ai.neo.modelgateway.network;

import java.nio.ByteBuffer;

/**
 * Format 1 of the artifact, which is read and not written any more, so that versions which a
 * registry keeps go on serving. It told neither objective nor origin; those of its time are taken.
 *
 * <pre>
 * magic "NEOM" | format u16 = 1 | features u16 | hidden u16 | feature set id: u16 length and UTF-8
 * means features × f32 | deviations features × f32 | parameters × f32 | CRC32C of all before it u32
 * </pre>
 *
 * All little-endian; weights input-major, where {@link NetworkShape} has them output-major.
 */
final class FirstNetworkFormat {
  static final short FORMAT_VERSION = 1;

  private static final Objective OBJECTIVE = new Objective(1f, 1f, 1f, 0.01f, 3e-4);
  private static final String NOT_TOLD = "not told by format 1";
  private static final long SEED = 42;

  private FirstNetworkFormat() {}

  /** Reads on behind the format's number. */
  static DirectionNetwork read(byte[] content, ByteBuffer in) throws UnreadableNetworkException {
    MlpShape shape =
        new MlpShape(Short.toUnsignedInt(in.getShort()), Short.toUnsignedInt(in.getShort()));
    String featureSet = NetworkFormat.text(in);
    int numbers = 2 * shape.features() + shape.parameters();
    NetworkFormat.requireWhole(content, in, numbers * Float.BYTES);
    float[] mean = NetworkFormat.floats(in, shape.features());
    float[] deviation = NetworkFormat.floats(in, shape.features());
    float[] parameters = new float[shape.parameters()];
    int second = layer(in, shape.features(), shape.hidden(), parameters, 0);
    int output = layer(in, shape.hidden(), shape.hidden(), parameters, second);
    layer(in, shape.hidden(), NetworkShape.OUTPUTS, parameters, output);
    return new DirectionNetwork(
        shape,
        new Standardisation(mean, deviation),
        OBJECTIVE,
        new Provenance(featureSet, NOT_TOLD, NOT_TOLD, SEED),
        parameters);
  }

  /** One layer's weights, turned over, and its biases; returns where the next begins. */
  private static int layer(ByteBuffer in, int inputs, int outputs, float[] parameters, int at) {
    float[] weights = NetworkFormat.floats(in, inputs * outputs);
    for (int i = 0; i < inputs; i++) {
      for (int o = 0; o < outputs; o++) {
        parameters[at + o * inputs + i] = weights[i * outputs + o];
      }
    }
    float[] biases = NetworkFormat.floats(in, outputs);
    System.arraycopy(biases, 0, parameters, at + inputs * outputs, outputs);
    return at + inputs * outputs + outputs;
  }
}
