package ai.neo.modelgateway.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LearningSettingsTest {
  @Test
  void theDefaultsAreValidAndFewEnoughToKnow() {
    assertThat(LearningSettings.defaults().snapshotEvery()).isEqualTo(2000);
    assertThat(LearningSettings.class.getRecordComponents()).hasSizeLessThanOrEqualTo(18);
  }

  @Test
  void settingsThatContradictEachOtherAreRefused() {
    assertThatThrownBy(() -> of(500, 501, 32)).hasMessageContaining("no candidate could ever pass");
    assertThatThrownBy(() -> of(500, 200, 9000)).hasMessageContaining("replayCapacity");
    assertThatThrownBy(() -> of(0, 0, 32)).hasMessageContaining("evaluationWindow");
  }

  @Test
  void settingsAreWrittenAndReadAndAnUnknownOneIsNamed() {
    LearningSettings some = LearningSettings.defaults();
    assertThat(SettingsText.read(SettingsText.write(some))).isEqualTo(some);
    LearningSettings changed =
        LearningSettings.of("guards.probeChange=0.3\nreplay.prioritised=true\nlearningRate=0.1");
    assertThat(changed.guards().probeChange()).isEqualTo(0.3);
    assertThat(changed.replay().prioritised()).isTrue();
    assertThat(changed.learningRate()).isEqualTo(0.1f);
    assertThatThrownBy(() -> LearningSettings.of("guards.probe=0.3"))
        .hasMessageContaining("no setting 'guards.probe'; there are");
    assertThatThrownBy(() -> LearningSettings.of("guards.probeChange=x"))
        .hasMessage("guards.probeChange must be like 0.5, not 'x'");
    assertThatThrownBy(() -> LearningSettings.of("guards.probeChange=2"))
        .hasMessageContaining("at most 1");
    assertThatThrownBy(() -> LearningSettings.of("probe")).hasMessageContaining("name=value");
  }

  private static LearningSettings of(int window, int minimum, int batch) {
    LearningSettings some = LearningSettings.defaults();
    return new LearningSettings(
        6,
        1e-3f,
        5e-4f,
        8192,
        32,
        batch,
        0.01f,
        1f,
        2f,
        2000,
        window,
        minimum,
        0,
        0,
        1000,
        some.replay(),
        some.guards(),
        some.journal());
  }
}
