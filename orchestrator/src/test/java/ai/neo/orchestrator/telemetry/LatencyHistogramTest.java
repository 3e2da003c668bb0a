package ai.neo.orchestrator.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import org.junit.jupiter.api.Test;

class LatencyHistogramTest {
  private final LatencyHistogram histogram = new LatencyHistogram("neo_test_seconds", "a test");

  @Test
  void quantilesAreRightToOneInAHundred() {
    for (int us = 1; us <= 1000; us++) {
      histogram.record(us * 1_000L);
    }
    LatencyHistogram.Quantiles q = histogram.quantiles();
    assertThat(q.count()).isEqualTo(1000);
    assertThat(q.p50() / 500e3).isCloseTo(1, within(0.01));
    assertThat(q.p99() / 990e3).isCloseTo(1, within(0.01));
    assertThat(q.p999() / 999e3).isCloseTo(1, within(0.01));
    assertThat(q.max() / 1000e3).isCloseTo(1, within(0.01));
  }

  @Test
  void nothingRecordedIsNothing() {
    assertThat(histogram.quantiles()).isEqualTo(new LatencyHistogram.Quantiles(0, 0, 0, 0, 0));
  }

  @Test
  void bucketsAddUpAndGrowOverReadings() {
    histogram.record(90);
    histogram.record(2_000_000);
    assertThat(counted()).isEqualTo(2);
    histogram.record(Long.MAX_VALUE);
    histogram.record(-5);
    assertThat(counted()).isEqualTo(4);
    HistogramSnapshot.HistogramDataPointSnapshot point = point();
    assertThat(point.getClassicBuckets().getUpperBound(0)).isEqualTo(1e-7);
    assertThat(point.getClassicBuckets().getCount(0)).isEqualTo(2);
    assertThat(point.getSum()).isCloseTo(60.002, within(0.6));
  }

  private long counted() {
    return point().getCount();
  }

  private HistogramSnapshot.HistogramDataPointSnapshot point() {
    return ((HistogramSnapshot) histogram.collect()).getDataPoints().getFirst();
  }
}
