package ai.neo.modelgateway.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DriftStatisticsTest {
  @Test
  void theStabilityIndexIsTheSumOverBins() {
    // (.3-.5)ln(.3/.5) + (.3-.3)·0 + (.4-.2)ln(.4/.2) = 0.102165 + 0 + 0.138629
    assertThat(StabilityIndex.of(new long[] {50, 30, 20}, new long[] {3, 3, 4}))
        .isCloseTo(0.240795, within(1e-6));
    assertThat(StabilityIndex.of(new long[] {5, 5}, new long[] {50, 50})).isZero();
    // an empty bin counts as 1e-4: (1e-4-.5)ln(2e-4) + (1-.5)ln(2) = 4.257745 + 0.346574
    assertThat(StabilityIndex.of(new long[] {1, 1}, new long[] {0, 2}))
        .isCloseTo(4.604319, within(1e-5));
    assertThatThrownBy(() -> StabilityIndex.of(new long[] {1}, new long[] {0}))
        .hasMessageContaining("without rows");
    assertThatThrownBy(() -> StabilityIndex.of(new long[] {1}, new long[] {1, 2}))
        .hasMessageContaining("same bins");
  }

  @Test
  void theDistanceIsTheLargestOfTheTwoDistributions() {
    // After 3: 3/4 against 0/4. Ties are passed together.
    assertThat(KolmogorovSmirnov.statistic(new float[] {1, 2, 3, 5}, new float[] {4, 6, 7, 8}))
        .isEqualTo(0.75);
    assertThat(KolmogorovSmirnov.statistic(new float[] {1, 1, 2}, new float[] {1, 1, 2})).isZero();
    assertThat(KolmogorovSmirnov.statistic(new float[] {0, 0}, new float[] {0, 1, 1, 1}))
        .isEqualTo(0.75);
    assertThat(KolmogorovSmirnov.statistic(new float[] {1}, new float[] {2})).isEqualTo(1);
    assertThat(KolmogorovSmirnov.effectiveSize(4, 12)).isEqualTo(3);
  }

  @Test
  void theProbabilityIsKolmogorovs() {
    // Kolmogorov's table: Q(1.3581) = 0.05, Q(1.6276) = 0.01, Q(0.8276) = 0.5.
    assertThat(atLambda(1.3581)).isCloseTo(0.05, within(1e-5));
    assertThat(atLambda(1.6276)).isCloseTo(0.01, within(1e-5));
    assertThat(atLambda(0.8276)).isCloseTo(0.5, within(1e-4));
    assertThat(KolmogorovSmirnov.pValue(0, 100)).isEqualTo(1);
    assertThat(KolmogorovSmirnov.pValue(1, 1000)).isZero();
    assertThat(KolmogorovSmirnov.MEAN).isCloseTo(0.8687, within(1e-4));
  }

  /** With so many values the correction for few is nothing. */
  private static double atLambda(double lambda) {
    return KolmogorovSmirnov.pValue(lambda / 1e6, 1e12);
  }

  @Test
  void dependentRowsAreWorthFewerIndependentOnes() {
    SplittableRandom random = new SplittableRandom(3);
    int rows = 64 * 256;
    float[] values = new float[rows * 2];
    double persistent = 0;
    for (int row = 0; row < rows; row++) {
      persistent = 0.9 * persistent + gaussian(random);
      values[2 * row] = (float) gaussian(random);
      values[2 * row + 1] = (float) persistent;
    }
    InputReference reference = InputReference.measure("test", values, 2, rows, 256);
    // Independent: 1024 · 256 / 1280 = 205 at most. Persistent: some (1 - ρ) / (1 + ρ) of it.
    assertThat(reference.effective(0)).isBetween(150.0, 205.0);
    assertThat(reference.effective(1)).isBetween(8.0, 50.0);
    InputReference read = InputReference.read(reference.image());
    assertThat(read.effective(1)).isEqualTo(reference.effective(1));
    assertThat(read.origin()).isEqualTo("test");
    float[] sorted = {-1, 0, 1, 2};
    assertThat(read.compare(0, sorted)).isEqualTo(reference.compare(0, sorted));
    assertThatThrownBy(
            () -> InputReference.read(reference.image().toBuilder().clearEffective().build()))
        .hasMessageContaining("no reference");
  }

  @Test
  void aConstantFeatureDiffersOnlyWhenItMoves() {
    InputReference reference = InputReference.measure("test", new float[1024], 1, 1024, 128);
    assertThat(reference.compare(0, new float[128]).ks()).isZero();
    assertThat(reference.compare(0, new float[128]).pValue()).isEqualTo(1);
    float[] moved = new float[128];
    java.util.Arrays.fill(moved, 1);
    assertThat(reference.compare(0, moved).ks()).isEqualTo(1);
  }

  static double gaussian(SplittableRandom random) {
    return random.nextGaussian();
  }
}
