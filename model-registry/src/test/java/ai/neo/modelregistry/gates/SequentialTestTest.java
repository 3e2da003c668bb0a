package ai.neo.modelregistry.gates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SequentialTestTest {
  private static final double ALPHA = 0.05;
  private static final int RUNS = 2_000;
  private static final int PAIRS = 1_500;

  /** Share of runs in which a candidate passes at any of the looks, one after each pair. */
  private static double passing(double edge, long seed) {
    int passed = 0;
    SplittableRandom random = new SplittableRandom(seed);
    for (int run = 0; run < RUNS; run++) {
      SequentialTest test = new SequentialTest(ALPHA, 1);
      for (int i = 0; i < PAIRS && !test.passed(); i++) {
        // Both outcomes share the market's noise, and differ by their own.
        double market = random.nextDouble(-5, 5);
        double own = random.nextBoolean() ? 0.9 : -0.9;
        test.observe(market + own + edge, market);
      }
      passed += test.passed() ? 1 : 0;
    }
    return (double) passed / RUNS;
  }

  @Test
  void aCandidateThatIsNoBetterPassesAtMostAsOftenAsAlphaHoweverOftenOneLooks() {
    // Three standard errors of a share of alpha in so many runs.
    double noise = 3 * Math.sqrt(ALPHA * (1 - ALPHA) / RUNS);
    assertThat(passing(0, 20_261_121)).isLessThan(ALPHA + noise).isGreaterThan(0);
    assertThat(passing(-0.02, 7)).isLessThan(ALPHA);
  }

  @Test
  void aBetterCandidatePasses() {
    assertThat(passing(0.1, 11)).isGreaterThan(0.6);
  }

  @Test
  void theOrderOfLookingDoesNotMatterOnceItHasPassed() {
    SequentialTest test = new SequentialTest(ALPHA, 1);
    for (int i = 0; i < 20; i++) {
      test.observe(1, 0);
    }
    assertThat(test.passed()).isTrue();
    assertThat(test.evidence()).isGreaterThan(test.needed());
    for (int i = 0; i < 50; i++) {
      test.observe(0, 1);
    }
    assertThat(test.passed()).isTrue();
    assertThat(test.pairs()).isEqualTo(70);
  }

  @Test
  void oneLuckyTradeIsNotWorthMoreThanTheBound() {
    SequentialTest test = new SequentialTest(ALPHA, 0.01);
    test.observe(1e9, 0);
    assertThat(test.evidence()).isLessThan(2);
    assertThat(test.passed()).isFalse();
  }

  @Test
  void refusesWhatIsNoTest() {
    assertThatThrownBy(() -> new SequentialTest(0, 1)).hasMessageContaining("alpha");
    assertThatThrownBy(() -> new SequentialTest(0.05, 0)).hasMessageContaining("bound");
    assertThatThrownBy(() -> new SequentialTest(0.05, 1).observe(Double.NaN, 0))
        .hasMessageContaining("finite");
  }
}
