package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.Outcome;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Rows to train on, in time order, checked as they come in. Grows as chunks are added, up to {@link
 * #MAX_VALUES}. One thread.
 */
public final class TrainingRows {
  /** 128 MB of features: half a million rows of 64; beyond that training belongs elsewhere. */
  public static final int MAX_VALUES = 1 << 25;

  private static final int NONE = -1;

  private final int features;
  private float[] values;
  private int[] labels;
  private float[] returns;
  private long[] timesNs;
  private int[] before;
  private final Map<Integer, Integer> newest = new HashMap<>();
  private final SortedMap<Integer, Extent> extents = new TreeMap<>();
  private int rows;

  /**
   * The rows of one instrument.
   *
   * @param rows how many
   * @param fromNs of the first
   * @param toNs of the last
   */
  record Extent(int rows, long fromNs, long toNs) {
    private Extent and(Extent later) {
      return new Extent(rows + later.rows, fromNs, later.toNs);
    }
  }

  public TrainingRows(int features) {
    if (features < 1) {
      throw new IllegalArgumentException("features must be at least 1, features=" + features);
    }
    this.features = features;
    this.values = new float[features * 1024];
    this.labels = new int[1024];
    this.returns = new float[1024];
    this.timesNs = new long[1024];
    this.before = new int[1024];
  }

  /** Adds rows of one instrument. */
  public void add(
      List<Float> rowMajor, List<Integer> label, List<Float> forward, List<Long> timeNs) {
    add(rowMajor, label, forward, timeNs, List.of());
  }

  /**
   * Adds rows.
   *
   * @param series the instrument of each row; empty when all are of one
   * @throws IllegalArgumentException when the lists do not fit each other, a value is not finite, a
   *     label is unknown, time runs backwards, or there are too many rows
   */
  public void add(
      List<Float> rowMajor,
      List<Integer> label,
      List<Float> forward,
      List<Long> timeNs,
      List<Integer> series) {
    int count = label.size();
    if (!series.isEmpty() && series.size() != count) {
      throw new IllegalArgumentException(
          "a chunk of "
              + count
              + " labels must have one series each or none, got "
              + series.size());
    }
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
      int one = series.isEmpty() ? 0 : series.get(i);
      Integer older = newest.put(one, rows - 1);
      before[rows - 1] = older == null ? NONE : older;
      extents.merge(one, new Extent(1, timeNs.get(i), timeNs.get(i)), Extent::and);
    }
  }

  public int features() {
    return features;
  }

  public int rows() {
    return rows;
  }

  /** The rows of each instrument that has some, by its number. */
  SortedMap<Integer, Extent> extents() {
    return Collections.unmodifiableSortedMap(extents);
  }

  long firstTimeNs() {
    return rows == 0 ? 0 : timesNs[0];
  }

  long lastTimeNs() {
    return rows == 0 ? 0 : timesNs[rows - 1];
  }

  long timeNs(int row) {
    return timesNs[row];
  }

  /** Whether so many rows of its instrument end with this one. */
  boolean hasWindow(int row, int window) {
    int at = row;
    for (int i = 1; i < window && at != NONE; i++) {
      at = before[at];
    }
    return at != NONE;
  }

  /**
   * Copies the newest {@code window} rows of a row's instrument up to itself, the oldest first.
   *
   * @param from rows × F, these or the same standardised
   */
  void copyWindow(float[] from, int row, int window, float[] to, int toAt) {
    int at = row;
    for (int i = window - 1; i >= 0; i--) {
      System.arraycopy(from, at * features, to, toAt + i * features, features);
      at = before[at];
    }
  }

  /** SHA-256 of all that was given, in hexadecimal: which rows a version was made from. */
  String digest() {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      ByteBuffer row = ByteBuffer.allocate(features * 4 + 20).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < rows; i++) {
        row.clear();
        for (int f = 0; f < features; f++) {
          row.putFloat(values[i * features + f]);
        }
        row.putInt(labels[i]).putFloat(returns[i]).putLong(timesNs[i]).putInt(before[i]);
        sha.update(row.array());
      }
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  float[] values() {
    return values;
  }

  Outcome outcome(int row) {
    return new Outcome(labels[row], returns[row]);
  }

  private void addRow(List<Float> row, Outcome outcome, long timeNs) {
    if (rows > 0 && Long.compareUnsigned(timeNs, timesNs[rows - 1]) < 0) {
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
    timesNs[rows] = timeNs;
    rows++;
  }

  private void reserve(int wanted) {
    if (wanted > labels.length) {
      int capacity = Math.min(MAX_VALUES / features, Math.max(wanted, labels.length * 2));
      values = Arrays.copyOf(values, capacity * features);
      labels = Arrays.copyOf(labels, capacity);
      returns = Arrays.copyOf(returns, capacity);
      timesNs = Arrays.copyOf(timesNs, capacity);
      before = Arrays.copyOf(before, capacity);
    }
  }
}
