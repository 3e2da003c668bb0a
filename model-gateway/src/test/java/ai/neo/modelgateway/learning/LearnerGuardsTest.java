package ai.neo.modelgateway.learning;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.NetworkEngine;
import ai.neo.modelgateway.network.Outcome;
import ai.neo.modelgateway.network.ServedNetwork;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.proto.learning.v1.LearnResponse;
import ai.neo.proto.learning.v1.LearnerStatus;
import ai.neo.proto.registry.v1.RecordRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What stops a learner or holds it back, why it says so, and that it goes on when it is told to.
 */
class LearnerGuardsTest {
  private static final String MODEL = "direction";

  /** As many as an update waits for: the probe set is full before the first step. */
  private static final int ROWS = 32;

  /** Believes what the market does at strength 1. */
  private static DirectionNetwork right;

  private final Market market = new Market(11);
  private InMemoryRegistry registry;
  private ServingCatalog catalog;
  private Learner learner;

  @BeforeAll
  static void train() throws Exception {
    right =
        new Trainer(LearningSettings.defaults())
            .train(
                Market.rows(1500, 3, 1),
                new TrainingPlan(Market.FEATURE_SET, 1, 3, Market.COST),
                progress -> true)
            .network();
  }

  @BeforeEach
  void begin() {
    registry = new InMemoryRegistry();
    catalog = new ServingCatalog(registry, List.of(new NetworkEngine()));
    learner = learner("");
  }

  @AfterEach
  void end() {
    learner.close();
    catalog.close();
  }

  @Test
  void aLossThatDriftsUpwardsStopsTheLearnerUntilItIsUnfrozen() throws Exception {
    house("guards.driftSamples=20000\nguards.excessLoss=1000");
    learned(1, 1500);
    assertThat(learner.status().getFrozen()).isFalse();
    LearnResponse stopped = untilFrozen(-1, 1500);
    assertThat(stopped.getReason())
        .startsWith("stopped by itself after ")
        .contains("updates: the loss drifts upwards; the weights stay as they were learned");
    staysFrozenUntilToldOtherwise(stopped);
    assertThat(learner.status().getDrift()).as("begins anew").isZero();
  }

  @Test
  void withoutTheDriftStopTheSameMarketIsLearned() throws Exception {
    house("guards.driftSamples=0\nguards.excessLoss=1000");
    learned(1, 1500);
    learned(-1, 1500);
    assertThat(learner.status().getFrozen()).isFalse();
  }

  @Test
  void aLossAboveTheChampionsStopsTheLearnerAndTakesItsWeightsBack() throws Exception {
    house("guards.excessUpdates=8\nguards.excessLoss=0.1\nlearningRate=0.01");
    learned(-1, 1200); // it learns what the champion does not believe
    assertThat(learner.status().getExcessLoss()).isNegative();
    LearnResponse stopped = untilFrozen(1, 1500); // and the champion turns out to be right
    assertThat(stopped.getReason())
        .startsWith("stopped by itself after ")
        .containsPattern("the loss of the last 8 updates was 0\\.[1-9].* above the champion's")
        .endsWith("the weights are the champion's again");
    staysFrozenUntilToldOtherwise(stopped);
    assertThat(learner.status().getExcessLoss())
        .as("the champion's weights are as good as the champion's")
        .isLessThan(0.1);
  }

  @Test
  void stepsThatLeadTooFarOnTheProbeSetAreShortenedOrRefused() throws Exception {
    double bound = 0.02;
    house("guards.probeChange=" + bound + "\nguards.probeRows=" + ROWS + "\nlearningRate=0.01");
    List<Sample> probe = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      var outcome = market.outcome(-1); // all that it learns leads away from the champion
      if (i < ROWS) {
        probe.add(Feedback.sample(outcome, right, LearningSettings.defaults().guards()));
      }
      assertThat(learner.learn(outcome).getOutcome()).isEqualTo(LearnResponse.Outcome.LEARNED);
    }
    LearnerStatus status = learner.status();
    assertThat(status.getShortenedSteps()).isPositive();
    assertThat(status.getRefusedSteps()).isPositive();
    assertThat(status.getFrozen()).as("held back is not stopped").isFalse();
    DirectionNetwork candidate =
        new ModelDesk(MODEL, catalog, registry).ancestor("2").orElseThrow().network();
    double change = new Probe(right, probe).change(candidate);
    assertThat(change).isPositive().isLessThanOrEqualTo(bound);
  }

  @Test
  void aProbeTellsTheFurthestAnswerAndThatOneIsNotFinite() {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      samples.add(Feedback.sample(market.outcome(1), right, LearningSettings.defaults().guards()));
    }
    Probe probe = new Probe(right, samples);
    assertThat(probe.change(right)).isZero();
    float[] weights = right.parameters();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < weights.length; i++) {
      weights[i] += (float) random.nextDouble(-0.1, 0.1);
    }
    assertThat(probe.change(right.withParameters(weights, "", ""))).isBetween(0.001, 1.0);
  }

  @Test
  void anAnswerThatIsNotFiniteIsNotHiddenByThoseAfterIt() {
    float[] broken = new float[Market.FEATURES];
    Arrays.fill(broken, Float.NaN);
    List<Sample> samples = new ArrayList<>();
    samples.add(new Sample(broken, new Outcome(1, 0f), 1f, 1));
    samples.add(new Sample(new float[Market.FEATURES], new Outcome(1, 0f), 1f, 1));
    assertThat(ServedNetwork.answers(right, Sample.rows(samples), 2).isFinite()).isFalse();
    assertThat(new Probe(right, samples).change(right)).isNaN();
  }

  /** What is told while it is frozen changes nothing; what is told afterwards does. */
  private void staysFrozenUntilToldOtherwise(LearnResponse stopped) {
    assertThat(stopped.getOutcome()).isEqualTo(LearnResponse.Outcome.FROZEN);
    RecordRequest record = registry.records().getLast();
    assertThat(record.getAction()).isEqualTo("learner-stopped");
    assertThat(record.getActor()).isEqualTo(Learner.ACTOR);
    assertThat(record.getReason()).isEqualTo(stopped.getReason());
    assertThat(record.getEvidenceJson()).contains("\"updates\":" + stopped.getUpdates());
    for (int i = 0; i < 100; i++) {
      LearnResponse still = learner.learn(market.outcome(1));
      assertThat(still.getOutcome()).isEqualTo(LearnResponse.Outcome.FROZEN);
      assertThat(still.getReason()).isEqualTo(stopped.getReason());
      assertThat(still.getUpdates()).isEqualTo(stopped.getUpdates());
    }
    assertThat(learner.status().getFrozenReason()).isEqualTo(stopped.getReason());
    learner.freeze(false, "operator", "looked at it");
    assertThat(learner.status().getFrozen()).isFalse();
    assertThat(learner.status().getFrozenReason()).doesNotContain("stopped");
    learned(1, 200);
    assertThat(learner.status().getUpdates()).isGreaterThan(stopped.getUpdates());
  }

  private void house(String lines) throws Exception {
    learner.close();
    learner = learner(lines);
    ModelDesk desk = new ModelDesk(MODEL, catalog, registry);
    String version =
        desk.register(new ModelDesk.Proposal(right, "", "rows", Map.of(), "trainer"), "test")
            .getVersion();
    desk.promote(version, "", "operator", "test");
    learner.follow();
  }

  private Learner learner(String lines) {
    return new Learner(MODEL, LearningSettings.of(lines), new ModelDesk(MODEL, catalog, registry));
  }

  private void learned(double strength, int outcomes) {
    for (int i = 0; i < outcomes; i++) {
      LearnResponse response = learner.learn(market.outcome(strength));
      assertThat(response.getOutcome())
          .as("outcome %d: %s", i, response.getReason())
          .isEqualTo(LearnResponse.Outcome.LEARNED);
    }
  }

  private LearnResponse untilFrozen(double strength, int atMost) {
    for (int i = 0; i < atMost; i++) {
      LearnResponse response = learner.learn(market.outcome(strength));
      if (response.getOutcome() == LearnResponse.Outcome.FROZEN) {
        return response;
      }
    }
    throw new AssertionError("not stopped: " + learner.status());
  }
}
