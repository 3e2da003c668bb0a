package ai.neo.featurestore;

import ai.neo.tradingtypes.Bar;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Labelled rows for training, from the bars of one instrument. Immutable.
 *
 * <p>A row's features are those that {@link FeaturePipeline} gives at its bar's close, so they know
 * nothing of later bars; only label and forward return look ahead, by exactly the horizon. The last
 * bars, whose future is not known yet, give no row. A row's label was known only at {@link
 * #labelTimeNs}: whoever splits rows by time must split by that, or the future leaks.
 */
public final class TrainingRows {
  /** Label: the price falls by more than the threshold. */
  public static final int SELL = 0;

  /** Label: the price moves less than the threshold. */
  public static final int HOLD = 1;

  /** Label: the price rises by more than the threshold. */
  public static final int BUY = 2;

  private final FeatureSetDefinition definition;
  private final float[][] rows;
  private final int[] labels;
  private final double[] forwardReturns;
  private final long[] timesNs;
  private final long[] labelTimesNs;

  private TrainingRows(FeatureSetDefinition definition, int size) {
    this.definition = definition;
    rows = new float[size][definition.width()];
    labels = new int[size];
    forwardReturns = new double[size];
    timesNs = new long[size];
    labelTimesNs = new long[size];
  }

  /**
   * Computes the rows.
   *
   * @param bars of one instrument, ascending in time; a missing interval is bridged as in {@link
   *     FeaturePipeline}
   * @param horizonBars how many bars a label looks ahead, 1 or more
   * @param threshold smallest move that is worth trading, as a part of the price, cost of the round
   *     trip included: 0.002 for 0.2 %; zero or more
   * @throws IllegalArgumentException if an argument is out of range, or a bar does not close after
   *     the one before it
   */
  public static TrainingRows build(
      FeatureSetDefinition definition, Iterable<Bar> bars, int horizonBars, double threshold) {
    Objects.requireNonNull(definition, "definition");
    if (horizonBars < 1 || !(threshold >= 0) || Double.isInfinite(threshold)) {
      throw new IllegalArgumentException(
          "horizon_bars="
              + horizonBars
              + " threshold="
              + threshold
              + ", expected a horizon of 1 or more and a threshold of zero or more");
    }
    List<Bar> series = new ArrayList<>();
    bars.forEach(series::add);
    int first = definition.barsNeeded() - 1;
    int size = Math.max(0, series.size() - horizonBars - first);
    TrainingRows result = new TrainingRows(definition, size);
    FeaturePipeline pipeline = FeaturePipeline.of(definition);
    int last = size == 0 ? 0 : first + size;
    for (int i = 0; i < last; i++) {
      Bar bar = series.get(i);
      pipeline.onBar(bar);
      if (pipeline.ignoredBars() > 0) {
        throw new IllegalArgumentException(
            "bar index="
                + i
                + " close_time_ns="
                + bar.closeTimeNs()
                + " does not close after the one before it");
      }
      if (i >= first) {
        pipeline.copyTo(result.rows[i - first]);
        result.label(i - first, bar, series.get(i + horizonBars), threshold);
      }
    }
    return result;
  }

  private void label(int row, Bar now, Bar then, double threshold) {
    double forward = (double) then.closeE8() / now.closeE8() - 1;
    forwardReturns[row] = forward;
    labels[row] = forward > threshold ? BUY : forward < -threshold ? SELL : HOLD;
    timesNs[row] = now.closeTimeNs();
    labelTimesNs[row] = then.closeTimeNs();
  }

  /** Rows whose label was known before {@code timeNs}: what may be trained on at that moment. */
  public TrainingRows knownBefore(long timeNs) {
    int size = 0;
    while (size < size() && labelTimesNs[size] < timeNs) {
      size++;
    }
    return slice(0, size);
  }

  /**
   * Rows whose features were known at {@code timeNs} or later: what may be tested on from there.
   */
  public TrainingRows from(long timeNs) {
    int first = 0;
    while (first < size() && timesNs[first] < timeNs) {
      first++;
    }
    return slice(first, size());
  }

  private TrainingRows slice(int from, int to) {
    TrainingRows part = new TrainingRows(definition, to - from);
    for (int i = from; i < to; i++) {
      part.rows[i - from] = rows[i];
    }
    System.arraycopy(labels, from, part.labels, 0, to - from);
    System.arraycopy(forwardReturns, from, part.forwardReturns, 0, to - from);
    System.arraycopy(timesNs, from, part.timesNs, 0, to - from);
    System.arraycopy(labelTimesNs, from, part.labelTimesNs, 0, to - from);
    return part;
  }

  /** What the features are. */
  public FeatureSetDefinition definition() {
    return definition;
  }

  /** Number of rows. */
  public int size() {
    return rows.length;
  }

  /** Number of features in a row. */
  public int width() {
    return definition.width();
  }

  /** Features of a row, a copy. */
  public float[] row(int index) {
    return rows[index].clone();
  }

  /** Writes the features of a row into {@code target} from {@code offset} on. */
  public void copyRow(int index, float[] target, int offset) {
    System.arraycopy(rows[index], 0, target, offset, width());
  }

  /** {@link #SELL}, {@link #HOLD} or {@link #BUY}. */
  public int label(int index) {
    return labels[index];
  }

  /** All labels, a copy. */
  public int[] labels() {
    return labels.clone();
  }

  /** {@code close[horizon] / close - 1}, before any cost. */
  public double forwardReturn(int index) {
    return forwardReturns[index];
  }

  /** Close of the row's bar. */
  public long timeNs(int index) {
    return timesNs[index];
  }

  /** Close of the bar that decided the label. */
  public long labelTimeNs(int index) {
    return labelTimesNs[index];
  }

  /** How many rows have each label, indexed by label. */
  public int[] countsByLabel() {
    int[] counts = new int[3];
    Arrays.stream(labels).forEach(label -> counts[label]++);
    return counts;
  }
}
