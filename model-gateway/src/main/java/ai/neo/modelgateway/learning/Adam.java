package ai.neo.modelgateway.learning;

import ai.neo.proto.learning.v1.CopyImage;
import java.util.Arrays;

/**
 * Adam over a flat array, in plain Java: its state can be dropped at a re-base, and gradients are
 * clipped and checked in the same pass. The engine's own optimiser keeps native state that it never
 * frees. One thread.
 */
final class Adam {
  // The constants of the paper (Kingma and Ba, 2015).
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private final float rate;
  private final float gradientNorm;
  private final float[] mean;
  private final float[] square;
  private int steps;

  Adam(int parameters, float rate, float gradientNorm) {
    this.rate = rate;
    this.gradientNorm = gradientNorm;
    this.mean = new float[parameters];
    this.square = new float[parameters];
  }

  /**
   * One step: shortens the gradient to the permitted length and moves the weights.
   *
   * @return false, with the weights untouched, when the gradient is not finite
   */
  boolean step(float[] weights, float[] gradient) {
    double norm = norm(gradient);
    if (!Double.isFinite(norm)) {
      return false;
    }
    float scale = norm > gradientNorm ? (float) (gradientNorm / norm) : 1f;
    steps++;
    double correction1 = 1 - StrictMath.pow(BETA1, steps);
    double correction2 = 1 - StrictMath.pow(BETA2, steps);
    for (int i = 0; i < weights.length; i++) {
      double g = (double) gradient[i] * scale;
      mean[i] = (float) (BETA1 * mean[i] + (1 - BETA1) * g);
      square[i] = (float) (BETA2 * square[i] + (1 - BETA2) * g * g);
      double move = mean[i] / correction1 / (Math.sqrt(square[i] / correction2) + EPSILON);
      weights[i] = (float) (weights[i] - rate * move);
    }
    return true;
  }

  /** Forgets its momentum: the weights were put somewhere else. */
  void reset() {
    Arrays.fill(mean, 0f);
    Arrays.fill(square, 0f);
    steps = 0;
  }

  void write(CopyImage.Builder image) {
    for (float value : mean) {
      image.addMean(value);
    }
    for (float value : square) {
      image.addSquare(value);
    }
    image.setSteps(steps);
  }

  void read(CopyImage image) {
    for (int i = 0; i < mean.length; i++) {
      mean[i] = image.getMean(i);
      square[i] = image.getSquare(i);
    }
    steps = image.getSteps();
  }

  /** Euclidean length; not finite when any component is not. */
  static double norm(float[] values) {
    double sum = 0;
    for (float v : values) {
      sum += (double) v * v;
    }
    return Math.sqrt(sum);
  }
}
