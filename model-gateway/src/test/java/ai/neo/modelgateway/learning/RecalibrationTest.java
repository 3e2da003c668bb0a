package ai.neo.modelgateway.learning;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelgateway.network.Architecture;
import ai.neo.modelgateway.network.Calibration;
import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.NetworkEngine;
import ai.neo.modelgateway.network.NetworkFormat;
import ai.neo.modelgateway.network.ServedNetwork;
import ai.neo.modelgateway.quality.QualitySettings;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.proto.learning.v1.LearningRecord;
import ai.neo.proto.learning.v1.ReplayLearningResponse;
import ai.neo.proto.registry.v1.ModelVersion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A snapshot is as sure of itself as its own weights deserve, not as its champion's did. */
class RecalibrationTest {
  private static final String MODEL = "direction";

  /** The first snapshot is due then; of these, 480 are held out and never learned. */
  private static final int OUTCOMES = 2000;

  @TempDir private Path directory;

  private final LearningSettings settings = LearningSettings.defaults();
  private final InMemoryRegistry registry = new InMemoryRegistry();
  private final ServingCatalog catalog = new ServingCatalog(registry, List.of(new NetworkEngine()));
  private final ModelDesk desk = new ModelDesk(MODEL, catalog, registry);
  private Optional<Learner> open = Optional.empty();

  @AfterEach
  void end() {
    open.ifPresent(Learner::close);
    catalog.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"TEMPERATURE", "ISOTONIC"})
  void aSnapshotIsCalibratedAnewInItsChampionsWayAndReplaysToTheBit(CalibrationMethod method)
      throws Exception {
    DirectionNetwork champion = serve(method);
    begin();
    learn();
    DirectionNetwork snapshot = newest();
    assertThat(snapshot.calibration()).hasSameClassAs(champion.calibration());
    assertThat(snapshot.calibration()).isNotEqualTo(champion.calibration());
    assertThat(snapshot.uncertainty()).isEqualTo(champion.uncertainty());
    DirectionNetwork kept = snapshot.answering(snapshot.uncertainty(), champion.calibration());
    assertThat(logLoss(snapshot)).as("on rows nobody saw").isLessThan(logLoss(kept));
    ModelVersion version = registry.list(MODEL).getFirst();
    assertThat(version.getDataDescription())
        .contains("480 samples held out, calibrated anew on the oldest 208");
    assertThat(version.getMetricsMap().get("samples"))
        .as("judged on those behind the fit and the gap")
        .isEqualTo(240.0);
    ReplayLearningResponse replay = learner().replay();
    assertThat(replay.getDifference()).isEmpty();
    assertThat(replay.getSnapshots()).isEqualTo(1);
  }

  @Test
  void aChampionWithoutCalibrationLearnsAsBefore() throws Exception {
    DirectionNetwork champion = serve(CalibrationMethod.NONE);
    begin();
    learn();
    DirectionNetwork snapshot = newest();
    assertThat(snapshot.calibration()).isEqualTo(Calibration.NONE);
    assertThat(snapshot)
        .isEqualTo(
            champion.withParameters(
                snapshot.parameters(),
                snapshot.provenance().engine(),
                snapshot.provenance().cpu()));
    ModelVersion version = registry.list(MODEL).getFirst();
    assertThat(version.getDataDescription()).doesNotContain("calibrated");
    assertThat(version.getMetricsMap().get("samples")).isEqualTo(480.0);
  }

  @Test
  void aJournalOfAReleaseThatKeptTheCalibrationIsReplayedAsItWas() throws Exception {
    DirectionNetwork champion = serve(CalibrationMethod.TEMPERATURE);
    begin();
    learn();
    DirectionNetwork kept = newest().answering(newest().uncertainty(), champion.calibration());
    LearnerReplay replay = new LearnerReplay(Optional.empty(), (version, digest) -> champion, true);
    LearningJournal.read(
        directory,
        1,
        learner().status().getJournalSequence(),
        (sequence, record) -> replay.record(sequence, asBefore(record, ModelDesk.digest(kept))));
    assertThat(replay.snapshots()).isEqualTo(1);
    assertThat(replay.difference()).isEmpty();
    replay.state().close();
  }

  @Test
  void tooFewHeldOutSamplesAreLeftToTheJudge() {
    Calibration warm = new Calibration.Temperature(2);
    assertThat(Recalibration.fitted(warm, 480, 200)).isEqualTo(208);
    assertThat(Recalibration.fitted(warm, 332, 200)).isEqualTo(100);
    assertThat(Recalibration.fitted(warm, 331, 200)).isZero();
    assertThat(Recalibration.fitted(warm, 480, 400)).isZero();
    assertThat(Recalibration.fitted(Calibration.NONE, 480, 200)).isZero();
  }

  /** What an earlier release wrote: no word of calibration, and a digest with the champion's. */
  private static LearningRecord asBefore(LearningRecord record, String digest) {
    LearningRecord.Builder before = record.toBuilder();
    if (record.hasHeader()) {
      before.getHeaderBuilder().clearRecalibrates();
    }
    if (record.hasSnapshot()) {
      before.getSnapshotBuilder().setDigest(digest);
    }
    return before.build();
  }

  /** A champion that believes in the signal ever so strongly; the market then hardly follows it. */
  private DirectionNetwork serve(CalibrationMethod method) throws Exception {
    NetworkChoice choice = new NetworkChoice(Architecture.MLP, 1, false, method, 0f, 0);
    DirectionNetwork network =
        new Trainer(settings)
            .train(
                Market.rows(1500, 3, 1),
                new TrainingPlan(Market.FEATURE_SET, 1, 3, Market.COST, choice),
                progress -> true)
            .network();
    String version =
        desk.register(new ModelDesk.Proposal(network, "", "rows", Map.of(), "trainer"), "test")
            .getVersion();
    desk.promote(version, "", "operator", "test");
    return network;
  }

  private void begin() {
    LearnerStore store = new LearnerStore(MODEL, settings, Optional.of(directory));
    open = Optional.of(new Learner(MODEL, settings, desk, store, QualitySettings.defaults()));
    learner().follow();
  }

  private Learner learner() {
    return open.orElseThrow();
  }

  private void learn() {
    Market market = new Market(4);
    for (int i = 0; i < OUTCOMES; i++) {
      learner().learn(market.outcome(0.3));
    }
    assertThat(learner().status().getCandidates()).isEqualTo(1);
  }

  private DirectionNetwork newest() throws Exception {
    String version = registry.list(MODEL).getFirst().getVersion();
    return NetworkFormat.read(registry.fetch(MODEL, version).content());
  }

  private static double logLoss(DirectionNetwork network) {
    Market market = new Market(99);
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      samples.add(
          Feedback.sample(market.outcome(0.3), network, LearningSettings.defaults().guards()));
    }
    float[] said =
        ServedNetwork.answers(network, Sample.rows(samples), samples.size()).actionProbabilities();
    double sum = 0;
    for (int row = 0; row < samples.size(); row++) {
      sum += Score.logLoss(said, row, samples.get(row).outcome());
    }
    return sum / samples.size();
  }
}
