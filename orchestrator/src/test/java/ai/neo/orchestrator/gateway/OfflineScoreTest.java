package ai.neo.orchestrator.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.neo.orchestrator.gateway.OfflineScore.Happened;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OfflineScoreTest {
  @Test
  void theFiguresAreThoseOfTheirDefinitions() {
    float[] probabilities = {0.75f, 0.125f, 0.125f, 0.25f, 0.25f, 0.5f, 0.25f, 0.5f, 0.25f};
    List<Happened> happened =
        List.of(new Happened(0, -0.01), new Happened(0, -0.02), new Happened(1, 0.5));

    OfflineScore score = OfflineScore.of(probabilities, happened, 0.001, 1);

    assertThat(score.samples()).isEqualTo(3);
    assertThat(score.logLoss())
        .isCloseTo(-(Math.log(0.75) + Math.log(0.25) + Math.log(0.5)) / 3, within(1e-12));
    assertThat(score.accuracy()).isCloseTo(2 / 3.0, within(1e-12));
    // 0.0625 + 2·0.015625, then 0.5625 + 0.0625 + 0.25, then 0.25 + 2·0.0625.
    assertThat(score.brier()).isCloseTo((0.09375 + 0.875 + 0.375) / 3, within(1e-12));
    // One row in the bin of 0.75, two in that of 0.5 of which one was right.
    assertThat(score.ece()).isCloseTo(0.25 / 3, within(1e-12));
    // A SELL that fell, a BUY that fell, a HOLD.
    assertThat(score.netReturn()).isCloseTo((0.008 - 0.022) / 3, within(1e-9));
    assertThat(score.maxDrawdown()).isCloseTo(0.022, within(1e-9));
  }

  @Test
  void whatIsNotSureIsNotTraded() {
    float[] unsure = {0.49f, 0.02f, 0.49f};

    assertThat(OfflineScore.of(unsure, List.of(new Happened(0, -0.5)), 0.001, 1).netReturn())
        .isZero();
  }

  @Test
  void overlappingRowsMakeADifferenceLessSure() {
    SplittableRandom random = new SplittableRandom(5);
    double[] first = new double[3000];
    double[] second = new double[3000];
    double now = 0;
    for (int i = 0; i < first.length; i++) {
      now = 0.9 * now + random.nextDouble(-1, 1);
      first[i] = now + 0.1;
    }

    PairedDifference alone = PairedDifference.of(first, second, 0);
    PairedDifference overlapping = PairedDifference.of(first, second, 14);

    assertThat(overlapping.mean()).isEqualTo(alone.mean());
    assertThat(overlapping.standardError()).isGreaterThan(2 * alone.standardError());
    assertThat(overlapping.low()).isLessThan(alone.low());
  }

  @Test
  void aConstantDifferenceIsClearAndNoneIsNot() {
    double[] some = {1, 2, 3, 4};
    double[] more = {2, 3, 4, 5};

    assertThat(PairedDifference.of(more, some, 2).isClear()).isTrue();
    assertThat(PairedDifference.of(some, some, 2).isClear()).isFalse();
    assertThatThrownBy(() -> PairedDifference.of(some, new double[3], 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void windowsNeverReachIntoAnotherInstrument() {
    ModelTraining.Rows rows =
        new ModelTraining.Rows(
            1, new float[6], new int[6], new float[6], new long[6], new int[] {0, 0, 0, 1, 1, 1});

    assertThat(VersionAnswers.whole(rows, 2, row -> row != 2)).containsExactly(1, 4, 5);
  }
}
