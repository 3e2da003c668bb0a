package ai.neo.modelgateway.quality;

import ai.neo.proto.learning.v1.LearnRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Compares a model's inputs, one window after the other, with its reference; without one, the first
 * {@link #GATHERED} windows become it. Taking a row in allocates nothing; comparing costs some
 * milliseconds, once in a window. One thread.
 */
final class InputWatch {
  /** Windows of served rows that make a reference: the fewest that can be measured. */
  static final int GATHERED = 4;

  /** An operator who wants alarms more often than windows end cannot have more than this. */
  private static final double LARGEST_SIGNIFICANCE = 0.5;

  private final QualitySettings settings;
  private final String version;
  private final int features;
  private Optional<InputReference> reference;
  private float[] gathered;
  private final float[] rows;
  private final float[] column;
  private int count;
  private long firstNs;

  /**
   * A comparison.
   *
   * @param significance a p-value below it is an alarm: the share of a false alarm that this window
   *     may have, by features (Bonferroni)
   * @param worst the feature with the lowest p-value
   */
  record Check(
      List<InputReference.Difference> features, double significance, int worst, boolean alarm) {}

  /**
   * @param version that is watched, for the reference's name
   * @param features width of a vector; of a longer row the last vector counts
   */
  InputWatch(
      QualitySettings settings, String version, int features, Optional<InputReference> reference) {
    this.settings = settings;
    this.version = version;
    this.features = features;
    this.reference = reference;
    this.rows = new float[settings.window() * features];
    this.column = new float[settings.window()];
    this.gathered = reference.isPresent() ? new float[0] : new float[GATHERED * rows.length];
  }

  Optional<InputReference> reference() {
    return reference;
  }

  /** Takes an outcome's inputs in; a comparison whenever a window is full. */
  Optional<Check> add(LearnRequest outcome, long timeNs) {
    int from = outcome.getFeaturesCount() - features;
    if (from < 0) {
      return Optional.empty();
    }
    float[] into = reference.isPresent() ? rows : gathered;
    if (count == 0) {
      firstNs = timeNs;
    }
    for (int f = 0; f < features; f++) {
      into[count * features + f] = outcome.getFeatures(from + f);
    }
    count++;
    if (count * features < into.length) {
      return Optional.empty();
    }
    int full = count;
    count = 0;
    if (reference.isPresent()) {
      return Optional.of(check(reference.get(), Math.max(1, timeNs - firstNs)));
    }
    String origin = "the first %d served rows of version %s".formatted(full, version);
    reference =
        Optional.of(InputReference.measure(origin, gathered, features, full, settings.window()));
    gathered = new float[0];
    return Optional.empty();
  }

  private Check check(InputReference against, long ns) {
    double share = settings.falseAlarms().share(new FalseAlarms.Stretch(settings.window(), ns));
    double significance = Math.min(LARGEST_SIGNIFICANCE, share) / features;
    List<InputReference.Difference> differences = new ArrayList<>(features);
    int worst = 0;
    for (int f = 0; f < features; f++) {
      for (int row = 0; row < column.length; row++) {
        column[row] = rows[row * features + f];
      }
      Arrays.sort(column);
      differences.add(against.compare(f, column));
      worst = differences.get(f).pValue() < differences.get(worst).pValue() ? f : worst;
    }
    boolean alarm = differences.get(worst).pValue() < significance;
    return new Check(List.copyOf(differences), significance, worst, alarm);
  }
}
