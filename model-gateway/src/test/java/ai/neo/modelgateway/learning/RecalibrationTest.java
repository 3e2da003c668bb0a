package ai.neo.modelgateway.learning;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelgateway.network.Architecture;
import ai.neo.modelgateway.network.Calibration;
import ai.neo.modelgateway.network.DifferentiableNetwork;
import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.NetworkEngine;
import ai.neo.modelgateway.network.NetworkFormat;
import ai.neo.modelgateway.network.Outcome;
import ai.neo.modelgateway.network.ServedNetwork;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.proto.learning.v1.FootingTaken;
import ai.neo.proto.learning.v1.LearningHeader;
import ai.neo.proto.learning.v1.LearningRecord;
import ai.neo.proto.learning.v1.SnapshotTaken;
import ai.neo.proto.registry.v1.ModelVersion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void aSnapshotIsCalibratedAnewAndReplaysToTheBit() throws Exception {
    DirectionNetwork champion = train(CalibrationMethod.TEMPERATURE);
    serve(champion);
    begin();
    learn();
    DirectionNetwork snapshot = newest();
    assertThat(snapshot.calibration())
        .isInstanceOf(Calibration.Temperature.class)
        .isNotEqualTo(champion.calibration());
    DirectionNetwork kept = snapshot.answering(snapshot.uncertainty(), champion.calibration());
    assertThat(logLoss(snapshot)).as("on rows nobody saw").isLessThan(logLoss(kept));
    ModelVersion version = registry.list(MODEL).getFirst();
    assertThat(version.getDataDescription())
        .contains("480 samples held out, calibrated anew on the oldest 208");
    assertThat(version.getMetricsMap().get("samples"))
        .as("judged on those behind the fit and the gap")
        .isEqualTo(240.0);
    replaysTo(champion, snapshot, true);
    replaysTo(champion, kept, false); // of a release that kept the champion's calibration
  }

  /** The same records under a header that says, or does not, that snapshots are calibrated anew. */
  private void replaysTo(DirectionNetwork champion, DirectionNetwork snapshot, boolean anew) {
    LearningHeader header =
        LearningHeader.newBuilder()
            .setModel(MODEL)
            .setEngine(DifferentiableNetwork.engineBuild())
            .setCpu(Processor.name())
            .setSettings(SettingsText.write(settings))
            .setRecalibrates(anew)
            .build();
    FootingTaken footing =
        FootingTaken.newBuilder()
            .setChampionVersion("1")
            .setBaseVersion("1")
            .setBaseDigest(ModelDesk.digest(champion))
            .build();
    SnapshotTaken taken =
        SnapshotTaken.newBuilder().setDigest(ModelDesk.digest(snapshot)).setVersion("2").build();
    LearnerReplay replay = new LearnerReplay(Optional.empty(), (version, digest) -> champion, true);
    long sequence = 0;
    replay.record(++sequence, LearningRecord.newBuilder().setHeader(header).build());
    replay.record(++sequence, LearningRecord.newBuilder().setFooting(footing).build());
    Market market = new Market(4);
    for (int i = 0; i < OUTCOMES; i++) {
      LearningRecord.Builder record = LearningRecord.newBuilder();
      replay.record(++sequence, record.setFeedback(market.outcome(0.3)).build());
    }
    replay.record(++sequence, LearningRecord.newBuilder().setSnapshot(taken).build());
    assertThat(replay.snapshots()).isEqualTo(1);
    assertThat(replay.difference()).isEmpty();
    replay.state().close();
  }

  @Test
  void theJournalSaysThatSnapshotsAreCalibratedAnew() throws Exception {
    List<LearningRecord> records = new ArrayList<>();
    try (LearnerStore store = new LearnerStore(MODEL, settings, Optional.of(directory))) {
      store.open((version, digest) -> train(digest)).state().close();
      LearningJournal.read(directory, 1, store.sequence(), (at, record) -> records.add(record));
    }
    assertThat(records).singleElement().matches(first -> first.getHeader().getRecalibrates());
  }

  private static DirectionNetwork train(String digest) {
    throw new IllegalStateException("nothing was recorded of " + digest);
  }

  @Test
  void theWayIsTheChampionsAndWithoutOneNothingChanges() throws Exception {
    List<Sample> samples = samples(208, 5);
    for (CalibrationMethod method : CalibrationMethod.values()) {
      DirectionNetwork champion = train(method);
      DirectionNetwork anew = Recalibration.of(champion, samples);
      assertThat(anew.calibration()).hasSameClassAs(champion.calibration());
      assertThat(anew.parameters()).isEqualTo(champion.parameters());
      assertThat(Recalibration.of(champion, samples)).isEqualTo(anew);
      assertThat(Recalibration.of(champion, List.of())).isSameAs(champion);
      if (method == CalibrationMethod.NONE) {
        assertThat(anew).isEqualTo(champion);
      } else {
        assertThat(logLoss(anew)).as(method.name()).isLessThan(logLoss(champion));
      }
    }
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

  /** Believes in the signal ever so strongly; the market then hardly follows it. */
  private DirectionNetwork train(CalibrationMethod method) throws Exception {
    NetworkChoice choice = new NetworkChoice(Architecture.MLP, 1, false, method, 0f, 0);
    return new Trainer(settings)
        .train(
            Market.rows(1500, 3, 1),
            new TrainingPlan(Market.FEATURE_SET, 1, 3, Market.COST, choice),
            progress -> true)
        .network();
  }

  private void serve(DirectionNetwork network) throws Exception {
    String version =
        desk.register(new ModelDesk.Proposal(network, "", "rows", Map.of(), "trainer"), "test")
            .getVersion();
    desk.promote(version, "", "operator", "test");
  }

  private void begin() {
    open = Optional.of(new Learner(MODEL, settings, desk));
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
    List<Sample> samples = samples(2000, 99);
    float[] said =
        ServedNetwork.answers(network, Sample.rows(samples), samples.size()).actionProbabilities();
    double sum = 0;
    for (int row = 0; row < samples.size(); row++) {
      sum += Score.logLoss(said, row, samples.get(row).outcome());
    }
    return sum / samples.size();
  }

  private static List<Sample> samples(int count, long seed) {
    Market market = new Market(seed);
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Market.Moment moment = market.next(0.3);
      float[] features = new float[Market.FEATURES];
      for (int f = 0; f < features.length; f++) {
        features[f] = moment.features().get(f);
      }
      Outcome outcome = new Outcome(moment.label(), moment.forwardReturn());
      samples.add(new Sample(features, outcome, 1f, moment.timeNs()));
    }
    return samples;
  }
}
