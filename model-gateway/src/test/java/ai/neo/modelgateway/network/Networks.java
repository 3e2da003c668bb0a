package ai.neo.modelgateway.network;

import ai.neo.modelgateway.engine.ModelArtifact;
import java.util.List;
import java.util.SplittableRandom;

/** Networks with seeded weights, for tests. */
public final class Networks {
  private Networks() {}

  public static DirectionNetwork random(int features, int hidden, long seed) {
    return random(new MlpShape(features, hidden), seed);
  }

  public static DirectionNetwork random(NetworkShape shape, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] parameters = new float[shape.parameters()];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = (float) (random.nextDouble() - 0.5) * 0.6f;
    }
    float[] mean = new float[shape.vector()];
    float[] deviation = new float[shape.vector()];
    for (int f = 0; f < mean.length; f++) {
      mean[f] = (float) random.nextDouble(-1, 1);
      deviation[f] = (float) random.nextDouble(0.5, 2);
    }
    return new DirectionNetwork(
        shape,
        new Standardisation(mean, deviation).repeated(shape.window()),
        new Objective(1.1f, 0.8f, 1.2f, 0.002f, 0.0005),
        new Provenance("features-1", "engine", "cpu", seed),
        parameters);
  }

  /** One small shape of each kind. */
  public static List<NetworkShape> shapes() {
    return List.of(
        new MlpShape(5, 8),
        new RecurrentShape(Architecture.LSTM, 5, 4, 6),
        new RecurrentShape(Architecture.GRU, 5, 4, 6),
        new TransformerShape(5, 4, 8, 2, 2),
        new AutoencoderShape(5, 7, 3));
  }

  /** A calibration with kinks inside. */
  public static Calibration kinked() {
    Calibration.Curve curve =
        new Calibration.Curve(new float[] {0.1f, 0.4f, 0.9f}, new float[] {0.05f, 0.5f, 0.7f});
    return new Calibration.Isotonic(List.of(curve, curve, curve));
  }

  public static float[] rows(int rows, int features, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[rows * features];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-4, 4);
    }
    return values;
  }

  public static ModelArtifact artifact(byte[] content) {
    return new ModelArtifact(
        "direction", "1", "0".repeat(64), DirectionNetwork.FORMAT, "features-1", content);
  }
}
