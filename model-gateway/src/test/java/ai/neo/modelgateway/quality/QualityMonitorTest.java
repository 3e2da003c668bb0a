package ai.neo.modelgateway.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.proto.learning.v1.FeatureDrift;
import ai.neo.proto.learning.v1.LearnRequest;
import ai.neo.proto.learning.v1.QualityStatus;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class QualityMonitorTest {
  private static final int FEATURES = 5;
  private static final int WINDOW = 128;
  private static final long MINUTE_NS = 60_000_000_000L;
  private static final QualityMonitor.Champion CHAMPION =
      new QualityMonitor.Champion("1", "d", "features-1", FEATURES);

  private final SplittableRandom random = new SplittableRandom(17);
  private long minute;

  @Test
  void falseAlarmsAreAsSeldomAsWasAsked() {
    long every = 8_192;
    QualityMonitor monitor = monitor(settings(every + "", QualitySettings.Retrain.NEVER));
    int outcomes = 1_000_000;
    for (int i = 0; i < outcomes; i++) {
      monitor.take(outcome(0, 0.5f));
    }
    QualityStatus status = monitor.status();
    double expected = (double) outcomes / every / 2; // of each detector
    // A count of some sixty, and two approximations: within a factor of two and a half.
    assertThat(status.getInputAlarms() / expected).isBetween(0.4, 2.5);
    assertThat(status.getLossAlarms() / expected).isBetween(0.4, 2.5);
  }

  @Test
  void aShiftOfOneFeatureIsFoundInTheNextWindowAndNamed() {
    QualityMonitor monitor = monitor(settings("30d", QualitySettings.Retrain.NEVER));
    for (int i = 0; i < 8 * WINDOW; i++) {
      assertThat(monitor.take(outcome(0, 0.5f)).alarm()).isEmpty();
    }
    assertThat(monitor.status().getChecks()).isEqualTo(8);
    int waited = 1;
    while (monitor.take(outcome(1, 0.5f)).alarm().isEmpty()) {
      waited++;
    }
    assertThat(waited).isLessThanOrEqualTo(WINDOW);
    QualityStatus status = monitor.status();
    assertThat(status.getLastAlarm().getKind()).isEqualTo("inputs");
    assertThat(status.getLastAlarm().getReason()).contains("feature 2", "trained rows");
    assertThat(status.getFeatures(2).getPsi()).isGreaterThan(0.25);
    assertThat(status.getFeatures(2).getPValue()).isLessThan(status.getSignificance());
    assertThat(status.getFeatures(0).getPValue()).isGreaterThan(status.getSignificance());
    // 128 minutes of twice 30 days, over five features
    assertThat(status.getSignificance())
        .isBetween(126.0 / (2 * 43_200) / 5, 129.0 / (2 * 43_200) / 5);
  }

  @Test
  void aFeatureOfAKnownSetIsCalledByItsName() {
    QualityMonitor monitor =
        monitor(
            QualitySettings.of(
                "window=%d\nfeatures=others:a,b,c,d,e\nfeatures=features-1:v,w,spread_5,y"
                    .formatted(WINDOW)));
    for (int i = 0; i < 4 * WINDOW && monitor.status().getInputAlarms() == 0; i++) {
      monitor.take(outcome(1, 0.5f));
    }
    QualityStatus status = monitor.status();
    assertThat(status.getLastAlarm().getReason())
        .startsWith("inputs differ from trained rows: spread_5, KS ");
    assertThat(status.getFeaturesList())
        .extracting(FeatureDrift::getName)
        .containsExactly("v", "w", "spread_5", "y", "feature 4");
  }

  @Test
  void aRiseOfTheLossIsFoundThoughTheInputsAreTheSame() {
    QualityMonitor monitor = monitor(settings("7d", QualitySettings.Retrain.NEVER));
    for (int i = 0; i < 60 * LossWatch.BLOCK; i++) {
      assertThat(monitor.take(outcome(0, 0.5f)).alarm()).isEmpty();
    }
    int waited = 0;
    while (monitor.take(outcome(0, 0.3f)).alarm().isEmpty()) {
      waited++;
    }
    assertThat(waited).isLessThan(10 * LossWatch.BLOCK);
    assertThat(monitor.status().getLastAlarm().getKind()).isEqualTo("loss");
    assertThat(monitor.status().getVersions(0).getLogLoss()).isGreaterThan(0.9);
  }

  @Test
  void withoutATrainedReferenceTheFirstServedRowsAreIt() {
    QualityMonitor monitor = new QualityMonitor(settings("30d", QualitySettings.Retrain.NEVER));
    monitor.champion(CHAMPION, Optional.empty());
    for (int i = 0; i < InputWatch.GATHERED * WINDOW; i++) {
      assertThat(monitor.status().getReference()).isEmpty();
      monitor.take(outcome(0, 0.5f));
    }
    assertThat(monitor.status().getReference()).isEqualTo("the first 512 served rows of version 1");
    for (int i = 0; i < WINDOW; i++) {
      monitor.take(outcome(1, 0.5f));
    }
    assertThat(monitor.status().getInputAlarms()).isEqualTo(1);
    monitor.champion(
        new QualityMonitor.Champion("2", "e", "features-1", FEATURES), Optional.empty());
    assertThat(monitor.status().getReference()).isEmpty();
  }

  @Test
  void theReferenceOfTrainedRowsOutlivesAVersionThatDescendsFromIt() {
    QualityMonitor monitor = monitor(settings("30d", QualitySettings.Retrain.NEVER));
    monitor.champion(
        new QualityMonitor.Champion("2", "e", "features-1", FEATURES), Optional.empty());
    assertThat(monitor.status().getReference()).isEqualTo("trained rows");
    monitor.champion(
        new QualityMonitor.Champion("3", "f", "features-2", FEATURES), Optional.empty());
    assertThat(monitor.status().getReference()).isEmpty();
  }

  @Test
  void trainingsAreDueByDriftAgeAndSchedule() {
    QualityMonitor monitor = monitor(settings("30d", new QualitySettings.Retrain(true, 0, 0)));
    assertThat(due(monitor, WINDOW, 0)).isEmpty();
    assertThat(due(monitor, WINDOW, 1)).hasValueSatisfying(r -> assertThat(r).contains("drift: "));
    // The shift lasts; the next may come four windows later.
    assertThat(due(monitor, 4 * WINDOW - 1, 1)).isEmpty();
    assertThat(due(monitor, 1, 1)).isPresent();

    long day = 1440 * MINUTE_NS;
    monitor = monitor(settings("30d", new QualitySettings.Retrain(false, day, 0)));
    assertThat(due(monitor, 1440, 0)).isEmpty();
    assertThat(due(monitor, 1, 0)).contains("age: the champion has served for 86400 s");
    assertThat(due(monitor, 1439, 0)).isEmpty();
    assertThat(due(monitor, 1, 0)).isPresent();

    monitor = monitor(settings("30d", new QualitySettings.Retrain(false, 0, day)));
    assertThat(due(monitor, 1440, 0)).isEmpty();
    assertThat(monitor.status().getRetrain().getNextTimeNs()).isEqualTo((minute + 1) * MINUTE_NS);
    assertThat(due(monitor, 1, 0)).contains("schedule: the last was 86400 s ago");
  }

  @Test
  void settingsAreReadAndMistakesNamed() {
    QualitySettings settings =
        QualitySettings.of("window=256\nfalseAlarmEvery=12h\nretrainOnDrift=true\nretrainEvery=7d");
    assertThat(settings.window()).isEqualTo(256);
    assertThat(settings.falseAlarms().text()).isEqualTo("12h");
    assertThat(settings.retrain())
        .isEqualTo(new QualitySettings.Retrain(true, 0, 7 * 1440 * MINUTE_NS));
    assertThat(FalseAlarms.of("5000").text()).isEqualTo("5000 outcomes");
    for (String bad :
        List.of(
            "window=1",
            "windows=64",
            "falseAlarmEvery=0",
            "retrainOnDrift=on",
            "retrainEvery=x",
            "features=a",
            "features=a:b,,c")) {
      assertThatThrownBy(() -> QualitySettings.of(bad))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private Optional<String> due(QualityMonitor monitor, int outcomes, double shift) {
    Optional<String> due = Optional.empty();
    for (int i = 0; i < outcomes; i++) {
      due = due.or(() -> monitor.take(outcome(shift, 0.5f)).due());
    }
    return due;
  }

  private static QualitySettings settings(String every, QualitySettings.Retrain retrain) {
    return new QualitySettings(WINDOW, FalseAlarms.of(every), retrain, FeatureNames.NONE);
  }

  private QualityMonitor monitor(QualitySettings settings) {
    QualityMonitor monitor = new QualityMonitor(settings);
    int rows = 40 * WINDOW;
    float[] values = new float[rows * FEATURES];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    monitor.champion(
        CHAMPION,
        Optional.of(InputReference.measure("trained rows", values, FEATURES, rows, WINDOW)));
    return monitor;
  }

  /** Feature 2 is shifted; the answer is right with a probability of {@code right} in the mean. */
  private LearnRequest outcome(double shift, float right) {
    minute++;
    LearnRequest.Builder outcome =
        LearnRequest.newBuilder().setModelVersion("1").setMaturedTimeNs(minute * MINUTE_NS);
    for (int f = 0; f < FEATURES; f++) {
      outcome.addFeatures((float) (random.nextGaussian() + (f == 2 ? shift : 0)));
    }
    float p = right + (float) random.nextDouble(-0.2, 0.2);
    return outcome
        .setLabel(2)
        .addAllActionProbabilities(List.of((1 - p) / 2, (1 - p) / 2, p))
        .build();
  }
}
