package ai.neo.orchestrator.telemetry;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * How long something took, since the start. Any thread may record, without a lock and without an
 * allocation; any thread may read.
 */
public final class LatencyHistogram implements Collector {
  private static final long LONGEST_NS = 60_000_000_000L;

  /** One value in a hundred is told from the next. */
  private static final int DIGITS = 2;

  /** Upper bounds for Prometheus: from a journal's append to a learner that has to publish. */
  private static final long[] BOUNDS_NS = {
    100,
    250,
    500,
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_500_000_000L,
    5_000_000_000L,
    10_000_000_000L
  };

  private final String name;
  private final String help;
  private final Recorder recorder = new Recorder(LONGEST_NS, DIGITS);
  private final Histogram total = new Histogram(LONGEST_NS, DIGITS);
  private Histogram interval;

  /**
   * What was recorded, in nanoseconds, each value right to one in a hundred.
   *
   * @param count how often; the other numbers are zero when it is
   */
  public record Quantiles(long count, long p50, long p99, long p999, long max) {}

  /**
   * @param name in Prometheus' words, with its unit: {@code neo_tick_to_order_seconds}
   */
  public LatencyHistogram(String name, String help) {
    this.name = name;
    this.help = help;
  }

  /** Takes one duration in; below zero counts as zero, above a minute as a minute. */
  public void record(long nanoseconds) {
    recorder.recordValue(Math.clamp(nanoseconds, 0, LONGEST_NS));
  }

  /** The quantiles of all that was recorded. */
  public synchronized Quantiles quantiles() {
    gather();
    return new Quantiles(
        total.getTotalCount(),
        total.getValueAtPercentile(50),
        total.getValueAtPercentile(99),
        total.getValueAtPercentile(99.9),
        total.getMaxValue());
  }

  @Override
  public synchronized MetricSnapshot collect() {
    gather();
    ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
    long below = 0;
    for (long bound : BOUNDS_NS) {
      // A value is counted with its neighbours that the histogram does not tell from it.
      long upTo = total.getCountBetweenValues(0, total.lowestEquivalentValue(bound));
      buckets.bucket(bound / 1e9, upTo - below);
      below = upTo;
    }
    buckets.bucket(Double.POSITIVE_INFINITY, total.getTotalCount() - below);
    return HistogramSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(
            HistogramDataPointSnapshot.builder()
                .classicHistogramBuckets(buckets.build())
                .sum(total.getMean() * total.getTotalCount() / 1e9)
                .build())
        .build();
  }

  @Override
  public String getPrometheusName() {
    return name;
  }

  private void gather() {
    interval = recorder.getIntervalHistogram(interval);
    total.add(interval);
  }
}
