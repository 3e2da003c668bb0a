package ai.neo.modelgateway.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LearningSettingsTest {
  @Test
  void theDefaultsAreValidAndFewEnoughToKnow() {
    assertThat(LearningSettings.defaults().snapshotEvery()).isEqualTo(2000);
    assertThat(LearningSettings.class.getRecordComponents()).hasSizeLessThanOrEqualTo(15);
  }

  @Test
  void settingsThatContradictEachOtherAreRefused() {
    assertThatThrownBy(() -> of(500, 501, 32)).hasMessageContaining("no candidate could ever pass");
    assertThatThrownBy(() -> of(500, 200, 9000)).hasMessageContaining("replayCapacity");
    assertThatThrownBy(() -> of(0, 0, 32)).hasMessageContaining("evaluationWindow");
  }

  private static LearningSettings of(int window, int minimum, int batch) {
    return new LearningSettings(
        6, 1e-3f, 5e-4f, 8192, 32, batch, 0.01f, 1f, 2f, 2000, window, minimum, 0, 0, 1000);
  }
}
