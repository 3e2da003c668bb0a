package ai.neo.modelgateway.network;

import ai.neo.modelgateway.engine.ModelArtifact;
import java.util.SplittableRandom;

/** Networks with seeded weights, for tests. */
final class Networks {
  private Networks() {}

  static DirectionNetwork random(int features, int hidden, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    NetworkShape shape = new NetworkShape(features, hidden);
    float[] parameters = new float[shape.parameters()];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = (float) (random.nextDouble() - 0.5) * 0.6f;
    }
    float[] mean = new float[features];
    float[] deviation = new float[features];
    for (int f = 0; f < features; f++) {
      mean[f] = (float) random.nextDouble(-1, 1);
      deviation[f] = (float) random.nextDouble(0.5, 2);
    }
    return new DirectionNetwork(
        shape,
        new Standardisation(mean, deviation),
        new Objective(1.1f, 0.8f, 1.2f, 0.002f, 0.0005),
        new Provenance("features-1", "engine", "cpu", seed),
        parameters);
  }

  static float[] rows(int rows, int features, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[rows * features];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-4, 4);
    }
    return values;
  }

  static ModelArtifact artifact(byte[] content) {
    return new ModelArtifact(
        "direction", "1", "0".repeat(64), DirectionNetwork.FORMAT, "features-1", content);
  }
}
