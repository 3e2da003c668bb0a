package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.Outcome;
import java.util.Arrays;
import java.util.List;

/**
 * Rows to train on, in time order, checked as they come in. Grows as chunks are added, up to {@link
 * #MAX_VALUES}. One thread.
 */
public final class TrainingRows {
  /** 128 MB of features: half a million rows of 64; beyond that training belongs elsewhere. */
  public static final int MAX_VALUES = 1 << 25;

  private final int features;
  private float[] values;
  private int[] labels;
  private float[] returns;
  private int rows;
  private long firstTimeNs;
  private long lastTimeNs;

  public TrainingRows(int features) {
    if (features < 1) {
      throw new IllegalArgumentException("features must be at least 1, features=" + features);
    }
    this.features = features;
    this.values = new float[features * 1024];
    this.labels = new int[1024];
    this.returns = new float[1024];
  }

  /**
   * Adds rows.
   *
   * @throws IllegalArgumentException when the lists do not fit each other, a value is not finite, a
   *     label is unknown, time runs backwards, or there are too many rows
   */
  public void add(
      List<Float> rowMajor, List<Integer> label, List<Float> forward, List<Long> timeNs) {
    int count = label.size();
    if (rowMajor.size() != (long) count * features
        || forward.size() != count
        || timeNs.size() != count) {
      throw new IllegalArgumentException(
          "a chunk of "
              + count
              + " labels must have "
              + features
              + " features, one return and one"
              + " time each; features="
              + rowMajor.size()
              + ", returns="
              + forward.size()
              + ", times="
              + timeNs.size());
    }
    if ((long) (rows + count) * features > MAX_VALUES) {
      throw new IllegalArgumentException(
          "too many rows: at most " + MAX_VALUES / features + " of " + features + " features");
    }
    reserve(rows + count);
    for (int i = 0; i < count; i++) {
      addRow(
          rowMajor.subList(i * features, (i + 1) * features),
          new Outcome(label.get(i), forward.get(i)),
          timeNs.get(i));
    }
  }

  public int features() {
    return features;
  }

  public int rows() {
    return rows;
  }

  long firstTimeNs() {
    return firstTimeNs;
  }

  long lastTimeNs() {
    return lastTimeNs;
  }

  float[] values() {
    return values;
  }

  Outcome outcome(int row) {
    return new Outcome(labels[row], returns[row]);
  }

  private void addRow(List<Float> row, Outcome outcome, long timeNs) {
    if (rows > 0 && Long.compareUnsigned(timeNs, lastTimeNs) < 0) {
      throw new IllegalArgumentException(
          "row " + rows + " is older than the row before it: time_ns=" + timeNs);
    }
    for (int f = 0; f < features; f++) {
      float value = row.get(f);
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException(
            "row " + rows + ", feature " + f + " is " + value + ": rows must be finite");
      }
      values[rows * features + f] = value;
    }
    labels[rows] = outcome.label();
    returns[rows] = outcome.forwardReturn();
    if (rows == 0) {
      firstTimeNs = timeNs;
    }
    lastTimeNs = timeNs;
    rows++;
  }

  private void reserve(int wanted) {
    if (wanted > labels.length) {
      int capacity = Math.min(MAX_VALUES / features, Math.max(wanted, labels.length * 2));
      values = Arrays.copyOf(values, capacity * features);
      labels = Arrays.copyOf(labels, capacity);
      returns = Arrays.copyOf(returns, capacity);
    }
  }
}
