package ai.neo.modelgateway.learning;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelgateway.network.NetworkEngine;
import ai.neo.modelgateway.quality.InputReference;
import ai.neo.modelgateway.quality.QualitySettings;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.proto.learning.v1.LearnRequest;
import ai.neo.proto.learning.v1.LearnResponse;
import ai.neo.proto.learning.v1.ModelChange;
import ai.neo.proto.learning.v1.QualityStatus;
import ai.neo.proto.registry.v1.RecordRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetrainingTest {
  private static final String MODEL = "direction";
  private static final int WINDOW = 256;

  @TempDir private Path directory;

  private InMemoryRegistry registry;
  private ServingCatalog catalog;
  private Learner learner;

  @BeforeEach
  void begin() {
    registry = new InMemoryRegistry();
    catalog = new ServingCatalog(registry, List.of(new NetworkEngine()));
  }

  @AfterEach
  void end() {
    learner.close();
    catalog.close();
  }

  @Test
  void shiftedInputsRaiseAnAlarmAndATrainingWhoseNetworkPassesTheGate() throws Exception {
    String first = shifted(Optional.empty());
    assertThat(first).contains("CANDIDATE", "PROMOTED");
    assertThat(registry.records().stream().map(RecordRequest::getAction))
        .contains("quality-alarm", "gate-passed");
    RecordRequest alarm =
        registry.records().stream()
            .filter(entry -> entry.getAction().equals("quality-alarm"))
            .findFirst()
            .orElseThrow();
    assertThat(alarm.getReason()).contains("feature 3", "rows that it was trained with");
    assertThat(alarm.getEvidenceJson()).contains("\"brier\":", "\"psi\":", "\"ks\":");
    QualityStatus after = learner.status().getQuality();
    assertThat(after.getRetrain().getStarted()).isEqualTo(1);
    assertThat(after.getRetrain().getPromoted()).isEqualTo(1);
    assertThat(after.getRetrain().getLastReason()).startsWith("drift: inputs differ");
    assertThat(after.getReference()).contains("rows of feedback");
    assertThat(registry.list(MODEL).getFirst().getDataDescription()).contains("drift: inputs");
    // The same outcomes give the same versions after the same calls, however fast a training is.
    end();
    begin();
    assertThat(shifted(Optional.empty())).isEqualTo(first);
  }

  @Test
  void aRestartKnowsWhatWasKnown() throws Exception {
    shifted(Optional.of(directory));
    QualityStatus before = learner.status().getQuality();
    learner.close();
    learner = learner(Optional.of(directory), "retrainOnDrift=true");
    learner.follow();
    QualityStatus after = learner.status().getQuality();
    assertThat(after.getReference()).isEqualTo(before.getReference());
    assertThat(after.getFeaturesList()).isEqualTo(before.getFeaturesList());
    assertThat(after.getLastAlarm()).isEqualTo(before.getLastAlarm());
    assertThat(after.getOutcomes()).isGreaterThanOrEqualTo(before.getOutcomes());
    assertThat(after.getRetrain().getStarted()).isZero(); // nothing is begun again
  }

  @Test
  void aTrainingThatCannotBeIsAskedForInTheLedger() throws Exception {
    learner = learner(Optional.empty(), "retrainEvery=1h");
    serve();
    Market market = new Market(9);
    for (int i = 0; i < 100; i++) {
      learner.learn(market.outcome(1));
    }
    assertThat(learner.status().getQuality().getRetrain().getWanted()).isEqualTo(1);
    RecordRequest wanted = registry.records().getLast();
    assertThat(wanted.getAction()).isEqualTo("retrain-wanted");
    assertThat(wanted.getReason()).contains("schedule: ", "samples are kept, 256 are needed");
  }

  /** Runs from a champion that is wrong into inputs that have moved; gives all changes. */
  private String shifted(Optional<Path> directory) throws Exception {
    learner = learner(directory, "retrainOnDrift=true");
    serve();
    Market market = new Market(9);
    List<String> changes = new ArrayList<>();
    for (int i = 0; i < 2 * WINDOW + 900; i++) {
      LearnRequest.Builder outcome =
          market.outcome(1).toBuilder()
              .setModelVersion("1")
              .addAllActionProbabilities(List.of(0.25f, 0.5f, 0.25f));
      if (i >= 900) {
        outcome.setFeatures(3, outcome.getFeatures(3) + 1.5f);
      }
      LearnResponse response = learner.learn(outcome.build());
      for (ModelChange change : response.getChangesList()) {
        changes.add(i + " " + change.getKind() + " " + change.getDigest());
      }
    }
    return String.join("\n", changes);
  }

  private Learner learner(Optional<Path> directory, String retrain) {
    LearningSettings settings = LearningSettings.of("snapshotEvery=1000000\nlearningRate=0.000001");
    return new Learner(
        MODEL,
        settings,
        new ModelDesk(MODEL, catalog, registry),
        new LearnerStore(MODEL, settings, directory),
        QualitySettings.of("window=" + WINDOW + "\nfalseAlarmEvery=1000000\n" + retrain));
  }

  /** A champion that believes the opposite of what the market does. */
  private void serve() throws Exception {
    TrainingRows rows = Market.rows(3000, 3, -1);
    Trainer.Trained trained =
        new Trainer(LearningSettings.defaults())
            .train(rows, new TrainingPlan(Market.FEATURE_SET, 1, 2, Market.COST), progress -> true);
    learner.trained(
        ModelDesk.digest(trained.network()),
        InputReference.measure(
            "the 3000 rows that it was trained with",
            rows.values(),
            Market.FEATURES,
            3000,
            WINDOW));
    ModelDesk desk = new ModelDesk(MODEL, catalog, registry);
    String version =
        desk.register(
                new ModelDesk.Proposal(trained.network(), "", "rows", Map.of(), "trainer"), "test")
            .getVersion();
    desk.promote(version, "", "operator", "test");
  }
}
