package ai.neo.modelgateway.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class OutcomeWindowTest {
  @Test
  void scoresAreThoseComputedByHand() {
    OutcomeWindow window = new OutcomeWindow(10);
    assertThat(window.brier()).isNaN();
    window.add(new float[] {0.7f, 0.2f, 0.1f}, 0);
    window.add(new float[] {0.1f, 0.3f, 0.6f}, 1);
    // .09+.04+.01 = .14; .01+.49+.36 = .86; mean .5
    assertThat(window.brier()).isCloseTo(0.5, within(1e-6));
    // bins 10 (0.7, right) and 9 (0.6, wrong): (|.7-1| + |.6-0|) / 2
    assertThat(window.calibrationError()).isCloseTo(0.45, within(1e-6));
    // -(ln .7 + ln .3) / 2
    assertThat(window.logLoss()).isCloseTo(0.780324, within(1e-6));
  }

  @Test
  void answersOfOneBinAreJudgedTogether() {
    OutcomeWindow window = new OutcomeWindow(10);
    for (int i = 0; i < 10; i++) {
      window.add(new float[] {0.25f, 0.25f, 0.5f}, i < 5 ? 2 : 0);
    }
    assertThat(window.calibrationError()).isZero(); // half of what was half sure came true
    window.add(new float[] {0, 0, 1}, 2);
    assertThat(window.size()).isEqualTo(10);
    assertThat(window.added()).isEqualTo(11);
    // one of the five right ones fell out: nine at 0.5 with four right, one sure and right
    assertThat(window.calibrationError()).isCloseTo(0.05, within(1e-6));
  }

  @Test
  void aSureMistakeIsBounded() {
    OutcomeWindow window = new OutcomeWindow(2);
    window.add(new float[] {1, 0, 0}, 2);
    assertThat(window.logLoss()).isCloseTo(13.8155, within(1e-4));
    assertThat(window.brier()).isEqualTo(2);
  }
}
