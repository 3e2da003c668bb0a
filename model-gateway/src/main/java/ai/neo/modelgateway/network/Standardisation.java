package ai.neo.modelgateway.network;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The fixed scaling of inputs: {@code (x - mean) / deviation}, clipped to ±{@link #CLIP}. It is
 * measured on the training rows and stays with the weights for ever, so that serving, learning and
 * training see the same numbers. Immutable.
 */
public final class Standardisation {
  /**
   * Eight deviations: beyond that a feature is a broken input or a crash, and an unclipped value
   * would drive one neuron and one gradient step alone.
   */
  public static final float CLIP = 8f;

  private final float[] mean;
  private final float[] deviation;

  /**
   * @param mean per feature, finite
   * @param deviation per feature, finite and above zero
   */
  public Standardisation(float[] mean, float[] deviation) {
    if (mean.length != deviation.length) {
      throw new IllegalArgumentException(
          "one mean and one deviation per feature: means="
              + mean.length
              + ", deviations="
              + deviation.length);
    }
    for (int i = 0; i < mean.length; i++) {
      if (!Float.isFinite(mean[i])) {
        throw new IllegalArgumentException("mean of feature " + i + " is not finite");
      }
      if (!Float.isFinite(deviation[i]) || deviation[i] <= 0f) {
        throw new IllegalArgumentException(
            "deviation of feature " + i + " must be above zero, is " + deviation[i]);
      }
    }
    this.mean = mean.clone();
    this.deviation = deviation.clone();
  }

  /**
   * Measures rows {@code 0 … rows-1}. A constant feature gets deviation 1, so that it is centred
   * and otherwise left alone.
   */
  public static Standardisation measure(float[] rowMajor, int features, int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("at least one row is needed, rows=" + rows);
    }
    double[] sums = new double[features];
    for (int r = 0; r < rows; r++) {
      for (int f = 0; f < features; f++) {
        sums[f] += rowMajor[r * features + f];
      }
    }
    float[] mean = new float[features];
    for (int f = 0; f < features; f++) {
      mean[f] = (float) (sums[f] / rows);
    }
    Arrays.fill(sums, 0);
    for (int r = 0; r < rows; r++) {
      for (int f = 0; f < features; f++) {
        double d = (double) rowMajor[r * features + f] - mean[f];
        sums[f] += d * d;
      }
    }
    float[] deviation = new float[features];
    for (int f = 0; f < features; f++) {
      float d = (float) Math.sqrt(sums[f] / rows);
      deviation[f] = d > Float.MIN_NORMAL && d > 1e-6f * Math.abs(mean[f]) ? d : 1f;
    }
    return new Standardisation(mean, deviation);
  }

  /** The same for rows of so many vectors. */
  public Standardisation repeated(int window) {
    float[] means = new float[mean.length * window];
    float[] deviations = new float[means.length];
    for (int i = 0; i < means.length; i++) {
      means[i] = mean[i % mean.length];
      deviations[i] = deviation[i % mean.length];
    }
    return new Standardisation(means, deviations);
  }

  /** Whether every vector of a row is scaled as the first is. */
  boolean repeats(int vector) {
    for (int i = vector; i < mean.length; i++) {
      if (mean[i] != mean[i - vector] || deviation[i] != deviation[i - vector]) {
        return false;
      }
    }
    return mean.length % vector == 0;
  }

  public int features() {
    return mean.length;
  }

  /** A row such as it was measured on: each feature within three deviations of its mean, finite. */
  public float[] draw(SplittableRandom random) {
    float[] row = new float[mean.length];
    for (int f = 0; f < row.length; f++) {
      double drawn = mean[f] + deviation[f] * random.nextDouble(-3, 3);
      row[f] = (float) Math.clamp(drawn, -Float.MAX_VALUE, Float.MAX_VALUE);
    }
    return row;
  }

  /** Writes row {@code row} of {@code rowMajor}, scaled, to {@code out} at {@code outAt}. */
  public void apply(float[] rowMajor, int row, float[] out, int outAt) {
    int from = row * mean.length;
    for (int f = 0; f < mean.length; f++) {
      float scaled = (rowMajor[from + f] - mean[f]) / deviation[f];
      // min and max hand NaN on, so that a broken input gives a visibly broken answer.
      out[outAt + f] = Math.max(-CLIP, Math.min(CLIP, scaled));
    }
  }

  float mean(int feature) {
    return mean[feature];
  }

  float deviation(int feature) {
    return deviation[feature];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Standardisation that
        && Arrays.equals(mean, that.mean)
        && Arrays.equals(deviation, that.deviation);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(mean) + Arrays.hashCode(deviation);
  }
}
