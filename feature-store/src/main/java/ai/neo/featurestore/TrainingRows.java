package ai.neo.featurestore;

import ai.neo.tradingtypes.Bar;
import java.util.Arrays;
import java.util.List;

/**
 * Features with what came after: what a model learns from. Row i is computed from bars up to its
 * own alone, by the code that computes features live; only the label looks ahead.
 *
 * @param width numbers per row
 * @param features row-major
 * @param labels 0 SELL, 1 HOLD, 2 BUY
 * @param forwardReturns over the horizon, fractions
 * @param timesNs close of each row's bar
 */
public record TrainingRows(
    int width, float[] features, int[] labels, float[] forwardReturns, long[] timesNs) {
  /**
   * Computes the rows of one instrument.
   *
   * @param bars in order
   * @param horizonBars how far the label looks ahead
   * @param threshold forward return beyond which BUY (or SELL) was right, a fraction
   */
  public static TrainingRows build(
      FeatureSetDefinition definition, List<Bar> bars, int horizonBars, double threshold) {
    FeaturePipeline pipeline = FeaturePipeline.of(definition);
    int width = definition.width();
    int most = Math.max(0, bars.size() - horizonBars);
    float[] features = new float[most * width];
    int[] labels = new int[most];
    float[] returns = new float[most];
    long[] times = new long[most];
    float[] row = new float[width];
    int count = 0;
    for (int i = 0; i < most; i++) {
      Bar bar = bars.get(i);
      pipeline.onBar(bar);
      if (pipeline.ready()) {
        pipeline.copyTo(row);
        System.arraycopy(row, 0, features, count * width, width);
        double forward = (double) bars.get(i + horizonBars).closeE8() / bar.closeE8() - 1;
        labels[count] = forward > threshold ? 2 : forward < -threshold ? 0 : 1;
        returns[count] = (float) forward;
        times[count] = bar.timeNs();
        count++;
      }
    }
    return new TrainingRows(
        width,
        Arrays.copyOf(features, count * width),
        Arrays.copyOf(labels, count),
        Arrays.copyOf(returns, count),
        Arrays.copyOf(times, count));
  }

  /** How many rows there are. */
  public int count() {
    return labels.length;
  }
}
