package ai.neo.modelgateway.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.network.Architecture;
import ai.neo.modelgateway.network.Calibration;
import ai.neo.modelgateway.network.NetworkFormat;
import ai.neo.modelgateway.network.ServedNetwork;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ArchitectureTrainingTest {
  private static final int WINDOW = 4;
  private static final int FEATURES = 4;
  private static final long MINUTE = 60_000_000_000L;

  private final Trainer trainer = new Trainer(LearningSettings.defaults());

  @ParameterizedTest
  @EnumSource(names = {"LSTM", "GRU", "TRANSFORMER"})
  void aWindowSeesWhatLiesBehindTheNewestVector(Architecture architecture) throws Exception {
    Trainer.Trained trained = train(choice(architecture, false, CalibrationMethod.NONE), 14, 3);
    // What happens follows the vector two rows before; the newest alone is worth one in three.
    assertThat(trained.progress().heldOut().accuracy()).isGreaterThan(0.6);
    assertThat(trained.network().shape().window()).isEqualTo(WINDOW);
  }

  @ParameterizedTest
  @EnumSource
  void theSameRowsAndSeedGiveTheSameBytes(Architecture architecture) throws Exception {
    NetworkChoice choice = choice(architecture, true, CalibrationMethod.ISOTONIC);
    byte[] first = NetworkFormat.write(train(choice, 1, 3).network());
    assertThat(NetworkFormat.write(train(choice, 1, 3).network())).isEqualTo(first);
    assertThat(NetworkFormat.write(train(choice, 1, 4).network())).isNotEqualTo(first);
  }

  @Test
  void anAutoencoderFindsTheUnusual() throws Exception {
    Trainer.Trained trained =
        train(choice(Architecture.AUTOENCODER, false, CalibrationMethod.NONE), 12, 3);
    float[] usual = {0.5f, 0.5f, 0.5f, 0.5f};
    float[] unusual = {3f, -3f, 3f, -3f};
    assertThat(error(trained, unusual)).isGreaterThan(5 * error(trained, usual));
  }

  @ParameterizedTest
  @EnumSource(names = {"TEMPERATURE", "ISOTONIC"})
  void calibrationMakesATooSureNetworkHonest(CalibrationMethod method) {
    CalibrationFit.Sample fitted = tooSure(4000, 1, Calibration.NONE);
    Calibration calibration = CalibrationFit.fit(method, fitted);
    CalibrationFit.Sample before = tooSure(4000, 2, Calibration.NONE);
    CalibrationFit.Sample after = tooSure(4000, 2, calibration);
    assertThat(before.calibrationError()).isGreaterThan(0.15);
    assertThat(after.calibrationError()).isLessThan(0.04);
    assertThat(after.brier()).isLessThan(before.brier() - 0.02);
    assertThat(after.logLoss()).isLessThan(before.logLoss());
  }

  @Test
  void calibrationIsInTheArtifactAndItsGainInTheMetrics() throws Exception {
    Trainer.Trained trained =
        train(choice(Architecture.MLP, false, CalibrationMethod.TEMPERATURE), 2, 3);
    assertThat(trained.network().calibration()).isInstanceOf(Calibration.Temperature.class);
    assertThat(trained.metrics())
        .containsKeys(
            "brier", "brier_uncalibrated", "calibration_error", "calibration_error_uncalibrated");
    assertThat(NetworkFormat.read(NetworkFormat.write(trained.network())).calibration())
        .isEqualTo(trained.network().calibration());
  }

  @Test
  void noLabelReachesIntoTheNextPart() {
    long horizon = 7 * MINUTE;
    NetworkChoice choice =
        new NetworkChoice(
            Architecture.LSTM, WINDOW, false, CalibrationMethod.TEMPERATURE, 0f, horizon);
    TrainingRows rows = rows(1000, 1);
    Parts parts = Parts.of(rows, choice);
    assertThat(rows.timeNs(parts.calibrating()[0]))
        .isGreaterThan(rows.timeNs(parts.trained()[parts.trained().length - 1]) + horizon);
    assertThat(rows.timeNs(parts.judged()[0]))
        .isGreaterThan(rows.timeNs(parts.calibrating()[parts.calibrating().length - 1]) + horizon);
    assertThat(parts.judged().length).isGreaterThan(130);
  }

  @Test
  void windowsNeverJoinTwoInstruments() {
    TrainingRows rows = new TrainingRows(1);
    for (int i = 0; i < 6; i++) {
      rows.add(List.of((float) i), List.of(1), List.of(0f), List.of((long) i), List.of(i % 2));
    }
    assertThat(rows.hasWindow(3, 2)).isTrue();
    assertThat(rows.hasWindow(3, 3)).isFalse();
    float[] window = new float[3];
    rows.copyWindow(rows.values(), 5, 3, window, 0);
    assertThat(window).containsExactly(1f, 3f, 5f);
  }

  @Test
  void impossibleChoicesAreRefused() {
    assertThatThrownBy(() -> choice(Architecture.LSTM, 1)).hasMessageContaining("window of 2");
    assertThatThrownBy(() -> choice(Architecture.MLP, 3)).hasMessageContaining("window=3");
    assertThatThrownBy(() -> Architecture.of("resnet")).hasMessageContaining("transformer");
    assertThatThrownBy(() -> CalibrationMethod.of("platt")).hasMessageContaining("isotonic");
  }

  private Trainer.Trained train(NetworkChoice choice, int epochs, long seed)
      throws TrainingStoppedException {
    int rows = epochs > 4 ? 4000 : 700;
    return trainer.train(
        rows(rows, 1), new TrainingPlan("features-1", seed, epochs, 1e-4, choice), any -> true);
  }

  private static NetworkChoice choice(Architecture architecture, int window) {
    return new NetworkChoice(architecture, window, false, CalibrationMethod.NONE, 0f, 0);
  }

  private static NetworkChoice choice(
      Architecture architecture, boolean contrastive, CalibrationMethod calibration) {
    int window = architecture.isWindowed() ? WINDOW : 1;
    float dropout = contrastive ? 0.2f : 0f;
    return new NetworkChoice(architecture, window, contrastive, calibration, dropout, 5 * MINUTE);
  }

  private static float error(Trainer.Trained trained, float[] row) {
    return ServedNetwork.answers(trained.network(), row, 1).column(Answer.RECONSTRUCTION_ERROR)[0];
  }

  /** All features of a row are alike; the move follows the row two before. */
  private static TrainingRows rows(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    TrainingRows rows = new TrainingRows(FEATURES);
    float[] mood = new float[count + 2];
    for (int i = 0; i < count; i++) {
      mood[i + 2] = (float) random.nextDouble(-1, 1);
      float base = mood[i + 2];
      float move = 0.002f * mood[i];
      rows.add(
          List.of(base, base + noise(random), base + noise(random), base + noise(random)),
          List.of(move > 0.0007f ? 2 : move < -0.0007f ? 0 : 1),
          List.of(move),
          List.of(i * MINUTE));
    }
    return rows;
  }

  private static float noise(SplittableRandom random) {
    return (float) random.nextDouble(-0.05, 0.05);
  }

  /** Logits three times as far apart as what happens warrants. */
  private static CalibrationFit.Sample tooSure(int rows, long seed, Calibration calibration) {
    SplittableRandom random = new SplittableRandom(seed);
    CalibrationFit.Sample sample = new CalibrationFit.Sample(rows);
    float[] honest = new float[3];
    float[] said = new float[3];
    for (int row = 0; row < rows; row++) {
      float[] logits = new float[3];
      float[] loud = new float[3];
      for (int i = 0; i < 3; i++) {
        logits[i] = (float) random.nextDouble(-1.2, 1.2);
        loud[i] = 3 * logits[i];
      }
      Calibration.NONE.apply(logits, honest, 0);
      calibration.apply(loud, said, 0);
      double drawn = random.nextDouble();
      int label = drawn < honest[0] ? 0 : drawn < honest[0] + honest[1] ? 1 : 2;
      sample.add(new Answer(said.clone(), new float[0]), 0, label);
    }
    return sample;
  }
}
