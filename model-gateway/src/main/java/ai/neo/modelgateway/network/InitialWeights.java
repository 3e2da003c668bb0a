package ai.neo.modelgateway.network;

import java.util.Arrays;
import java.util.SplittableRandom;

/** The weights that a training begins with; the same shape and seed give the same. */
public final class InitialWeights {
  /** Another stream than shuffles and masks, so that one does not move the other. */
  private static final long STREAM = 0x9E3779B97F4A7C15L;

  private static final double OUTPUT_SHARE = 0.1;

  private InitialWeights() {}

  /** Draws them tensor by tensor. */
  public static float[] draw(NetworkShape shape, long seed) {
    SplittableRandom random = new SplittableRandom(seed ^ STREAM);
    float[] weights = new float[shape.parameters()];
    int at = 0;
    for (Tensor tensor : shape.tensors()) {
      int end = at + tensor.size();
      double inputs = Math.max(1, tensor.columns());
      switch (tensor.start()) {
        case RECTIFIED -> uniform(weights, at, end, StrictMath.sqrt(6.0 / inputs), random);
        case OUTPUT ->
            uniform(weights, at, end, StrictMath.sqrt(6.0 / inputs) * OUTPUT_SHARE, random);
        case BALANCED -> uniform(weights, at, end, 1 / StrictMath.sqrt(inputs), random);
        case ZERO -> Arrays.fill(weights, at, end, 0f);
        case ONE -> Arrays.fill(weights, at, end, 1f);
      }
      at = end;
    }
    return weights;
  }

  private static void uniform(
      float[] weights, int from, int to, double bound, SplittableRandom random) {
    for (int i = from; i < to; i++) {
      weights[i] = (float) ((random.nextDouble() * 2 - 1) * bound);
    }
  }
}
