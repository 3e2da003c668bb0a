package ai.neo.orchestrator.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FeatureWindowsTest {
  private final FeatureWindows windows = new FeatureWindows();

  @Test
  void theOldestComesFirstAndInstrumentsStayApart() {
    for (int id = 1; id <= 6; id++) {
      windows.remember(id % 2, id, new float[] {id, -id});
    }
    assertThat(windows.window(1, 5, 3))
        .hasValueSatisfying(row -> assertThat(row).containsExactly(1, -1, 3, -3, 5, -5));
    assertThat(windows.window(0, 6, 2))
        .hasValueSatisfying(row -> assertThat(row).containsExactly(4, -4, 6, -6));
    assertThat(windows.window(0, 6, 4)).isEmpty();
    assertThat(windows.window(2, 6, 1)).isEmpty();
  }

  @Test
  void anOutcomeGetsTheWindowOfItsQuestionWhenMoreWereAskedSince() {
    for (int id = 1; id <= 400; id++) {
      windows.remember(0, id, new float[] {id});
    }
    assertThat(windows.window(0, 385, 2))
        .hasValueSatisfying(row -> assertThat(row).containsExactly(384, 385));
    assertThat(windows.window(0, 100, 2)).isEmpty();
  }

  @Test
  void aQuestionThatIsHeardTwiceIsKeptOnce() {
    windows.remember(0, 1, new float[] {1});
    windows.remember(0, 2, new float[] {2});
    windows.remember(0, 2, new float[] {2});
    assertThat(windows.window(0, 2, 2))
        .hasValueSatisfying(row -> assertThat(row).containsExactly(1, 2));
    assertThat(windows.window(0, 2, 3)).isEmpty();
  }
}
