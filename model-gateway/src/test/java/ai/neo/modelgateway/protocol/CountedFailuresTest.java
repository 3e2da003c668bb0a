package ai.neo.modelgateway.protocol;

import static ai.neo.modelgateway.GatewayFixture.MODEL;
import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelgateway.GatewayFixture;
import ai.neo.modelgateway.engine.FeatureRows;
import ai.neo.modelgateway.scheduling.Caller.Refusal;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.modelgateway.serving.VersionStatistics;
import ai.neo.modelgateway.serving.VersionStatistics.Failure;
import inference.ModelInferResponse;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whatever keeps a right request from its answer is counted, under Triton's reason. */
class CountedFailuresTest {
  private static final Map<Refusal, Failure> REASONS =
      Map.of(
          Refusal.GONE, Failure.CANCELED,
          Refusal.FULL, Failure.REJECTED,
          Refusal.TOO_LATE, Failure.REJECTED,
          Refusal.CLOSING, Failure.OTHER);

  @Test
  void eachRefusalHasItsReasonAndTheTimeSinceItCame() {
    try (GatewayFixture fixture = GatewayFixture.start()) {
      Map<Failure, Long> expected = new EnumMap<>(Failure.class);
      Told told = new Told(new ArrayList<>());
      VersionStatistics statistics =
          fixture.catalog.entries().getFirst().versions().getFirst().statistics();
      for (Refusal why : Refusal.values()) {
        pending(fixture, told).refused(why);
        expected.merge(REASONS.get(why), 1L, Long::sum);
      }
      pending(fixture, told).failed("it broke");
      expected.merge(Failure.BACKEND, 1L, Long::sum);

      assertThat(expected).containsOnlyKeys(Failure.values());
      expected.forEach(
          (reason, count) ->
              assertThat(statistics.failures(reason)).as("%s", reason).isEqualTo(count));
      assertThat(statistics.totals().failures()).isEqualTo(5);
      assertThat(statistics.totals().failureNs()).isGreaterThanOrEqualTo(5_000);
      assertThat(statistics.totals().successes()).isZero();
      assertThat(told.refusals()).hasSize(5);
    }
  }

  private static Pending pending(GatewayFixture fixture, Told told) {
    ServingCatalog.Entered entered = fixture.catalog.enter(MODEL, "").orElseThrow();
    long now = System.nanoTime();
    return new Pending(
        GatewayFixture.raw(1).build(),
        entered,
        new Wanted(Map.of()),
        new FeatureRows(new float[4], 1),
        new Pending.Stations(now - 1_000, now, now),
        told);
  }

  private record Told(List<String> refusals) implements Inference.Replies {
    @Override
    public void answered(ModelInferResponse response) {
      throw new AssertionError("nothing was computed");
    }

    @Override
    public void refused(RefusedRequestException refusal) {
      refusals.add(refusal.getMessage());
    }
  }
}
