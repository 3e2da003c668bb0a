package ai.neo.modelgateway.quality;

import ai.neo.proto.learning.v1.ReferenceImage;
import java.util.Arrays;

/**
 * The inputs that a model was made for: of each feature at most {@link #MAX_VALUES} values and bins
 * of equal shares, and how far a window of them lies from all of them when nothing has changed.
 *
 * <p>That last is what makes alarms seldom: neighbouring rows are not independent, and a window of
 * n rows says no more than some smaller number of independent ones. How many is measured on the
 * reference itself: disjoint windows of it are compared with its other rows, and the effective size
 * is the one for which the mean of {@code D · √size} is that of Kolmogorov's distribution.
 *
 * <p>Immutable; arrays are not to be changed.
 */
public final class InputReference {
  /** Values kept of each feature: 160 KB for 40 features. */
  public static final int MAX_VALUES = 1024;

  static final int BINS = 10;

  /** Windows that are compared to measure the effective size; more add nothing. */
  private static final int MAX_WINDOWS = 32;

  /** With fewer the mean is of chance. */
  private static final int MIN_WINDOWS = 4;

  private final String origin;
  private final int features;
  private final float[][] sorted;
  private final float[][] edges;
  private final long[][] counts;
  private final double[] effective;
  private final int window;

  private InputReference(String origin, float[][] sorted, double[] effective, int window) {
    this.origin = origin;
    this.features = sorted.length;
    this.sorted = sorted;
    this.effective = effective;
    this.window = window;
    this.edges = new float[features][];
    this.counts = new long[features][];
    for (int f = 0; f < features; f++) {
      edges[f] = edges(sorted[f]);
      counts[f] = count(edges[f], sorted[f]);
    }
  }

  /**
   * Measures rows, oldest first.
   *
   * @param origin which rows, for people
   * @param rowMajor rows × features, finite
   * @param rows at least {@code window}
   * @param window of the comparisons to come
   */
  public static InputReference measure(
      String origin, float[] rowMajor, int features, int rows, int window) {
    if (rows < window || rows < 1) {
      throw new IllegalArgumentException(
          "a reference for windows of " + window + " rows needs as many, rows=" + rows);
    }
    int kept = Math.min(MAX_VALUES, rows);
    float[][] sorted = new float[features][kept];
    double[] effective = new double[features];
    float[] part = new float[window];
    for (int f = 0; f < features; f++) {
      for (int i = 0; i < kept; i++) {
        sorted[f][i] = rowMajor[(int) ((long) i * rows / kept) * features + f];
      }
      Arrays.sort(sorted[f]);
      effective[f] = effective(sorted[f], rowMajor, new int[] {f, features, rows}, part);
    }
    return new InputReference(origin, sorted, effective, window);
  }

  /** Of windows of the column, which is {feature, features, rows}. */
  private static double effective(float[] all, float[] rowMajor, int[] column, float[] part) {
    int windows = column[2] / part.length;
    double independent = KolmogorovSmirnov.effectiveSize(all.length, part.length);
    if (windows < MIN_WINDOWS) {
      return independent;
    }
    int compared = Math.min(MAX_WINDOWS, windows);
    double sum = 0;
    for (int w = 0; w < compared; w++) {
      int from = (int) ((long) w * windows / compared) * part.length;
      for (int i = 0; i < part.length; i++) {
        part[i] = rowMajor[(from + i) * column[1] + column[0]];
      }
      Arrays.sort(part);
      sum += KolmogorovSmirnov.statistic(all, part);
    }
    // Each window is itself a part of all, which draws the two together by just this much.
    double mean = sum / compared / (1 - 1.0 / windows);
    return mean > 0
        ? Math.min(independent, Math.pow(KolmogorovSmirnov.MEAN / mean, 2))
        : independent;
  }

  /** Deciles; equal ones are one edge. */
  private static float[] edges(float[] sorted) {
    float[] edges = new float[BINS - 1];
    int distinct = 0;
    for (int bin = 1; bin < BINS; bin++) {
      float edge = sorted[(int) ((long) bin * sorted.length / BINS)];
      if (distinct == 0 || edge > edges[distinct - 1]) {
        edges[distinct++] = edge;
      }
    }
    return Arrays.copyOf(edges, distinct);
  }

  private static long[] count(float[] edges, float[] values) {
    long[] counts = new long[edges.length + 1];
    for (float value : values) {
      counts[bin(edges, value)]++;
    }
    return counts;
  }

  /** An edge belongs to the bin above it. */
  private static int bin(float[] edges, float value) {
    int bin = 0;
    while (bin < edges.length && value >= edges[bin]) {
      bin++;
    }
    return bin;
  }

  /**
   * How a feature's newest values differ.
   *
   * @param psi population stability index over the reference's deciles
   * @param ks Kolmogorov and Smirnov's distance
   * @param pValue of it at the effective size
   */
  public record Difference(double psi, double ks, double pValue) {}

  /**
   * Compares a feature's values.
   *
   * @param values sorted
   */
  Difference compare(int feature, float[] values) {
    double psi = StabilityIndex.of(counts[feature], count(edges[feature], values));
    double ks = KolmogorovSmirnov.statistic(sorted[feature], values);
    return new Difference(psi, ks, KolmogorovSmirnov.pValue(ks, effective[feature]));
  }

  public String origin() {
    return origin;
  }

  public int features() {
    return features;
  }

  /** Rows of the windows that its effective sizes are for. */
  public int window() {
    return window;
  }

  /** How many independent pairs of values a window's comparison is worth. */
  double effective(int feature) {
    return effective[feature];
  }

  /** As it is written to disk. */
  public ReferenceImage image() {
    ReferenceImage.Builder image =
        ReferenceImage.newBuilder().setOrigin(origin).setFeatures(features).setWindow(window);
    for (int f = 0; f < features; f++) {
      for (float value : sorted[f]) {
        image.addValues(value);
      }
      image.addEffective(effective[f]);
    }
    return image.build();
  }

  /**
   * Reads what {@link #image} gave.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static InputReference read(ReferenceImage image) {
    int features = image.getFeatures();
    int values = features < 1 ? 0 : image.getValuesCount() / features;
    if (values < 1
        || image.getValuesCount() != values * features
        || image.getEffectiveCount() != features) {
      throw new IllegalArgumentException("no reference of inputs: its parts do not fit together");
    }
    float[][] sorted = new float[features][values];
    double[] effective = new double[features];
    for (int f = 0; f < features; f++) {
      for (int i = 0; i < values; i++) {
        sorted[f][i] = image.getValues(f * values + i);
      }
      effective[f] = image.getEffective(f);
    }
    return new InputReference(image.getOrigin(), sorted, effective, image.getWindow());
  }
}
