package ai.neo.modelgateway.learning;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.modelgateway.network.NetworkEngine;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.proto.learning.v1.LearnRequest;
import ai.neo.proto.learning.v1.LearnResponse;
import ai.neo.proto.learning.v1.ModelChange;
import ai.neo.proto.registry.v1.RecordRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LearnerTest {
  private static final String MODEL = "direction";

  private final LearningSettings settings = LearningSettings.defaults();
  private InMemoryRegistry registry;
  private ServingCatalog catalog;
  private Learner learner;

  @BeforeEach
  void begin() {
    registry = new InMemoryRegistry();
    catalog = new ServingCatalog(registry, List.of(new NetworkEngine()));
    learner = new Learner(MODEL, settings, new ModelDesk(MODEL, catalog, registry));
  }

  @AfterEach
  void end() {
    learner.close();
    catalog.close();
  }

  @Test
  void learnsASignalThatTurnedRoundUntilACandidateIsPromoted() throws Exception {
    serve(train(-1)); // the champion believes the opposite of what the market does
    Market market = new Market(4);
    List<ModelChange> changes = new ArrayList<>();
    double firstLoss = 0;
    for (int i = 0; i < 8000; i++) {
      LearnResponse response = learner.learn(market.outcome(1));
      assertThat(response.getOutcome()).isEqualTo(LearnResponse.Outcome.LEARNED);
      changes.addAll(response.getChangesList());
      firstLoss = i == 64 ? learner.status().getRecentLoss() : firstLoss;
    }
    assertThat(learner.status().getRecentLoss()).isLessThan(firstLoss * 0.7);
    assertThat(learner.status().getPromotions()).isPositive();
    assertThat(learner.status().getLearned()).isEqualTo(8000);
    assertThat(learner.status().getUpdates()).isBetween(180L, 188L); // ¾ of 8000 by 32
    assertThat(changes.stream().map(ModelChange::getKind))
        .startsWith(ModelChange.Kind.CANDIDATE, ModelChange.Kind.PROMOTED);
    assertThat(registry.list(MODEL).getLast().getParentVersion()).isEmpty();
    assertThat(registry.list(MODEL).getFirst().getParentVersion()).isNotEmpty();
    assertThat(actions()).contains("gate-passed", "promote");
  }

  @Test
  void aCandidateThatEarnsNoMoreIsRefusedWithTheEvidence() throws Exception {
    serve(train(0)); // nothing to know, and the champion knows it
    Market market = new Market(5);
    List<ModelChange> changes = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      changes.addAll(learner.learn(market.outcome(0)).getChangesList());
    }
    assertThat(changes.stream().map(ModelChange::getKind))
        .containsExactly(ModelChange.Kind.CANDIDATE, ModelChange.Kind.REFUSED);
    assertThat(learner.status().getCandidates()).isEqualTo(1);
    assertThat(learner.status().getPromotions()).isZero();
    RecordRequest refusal = registry.records().getLast();
    assertThat(refusal.getAction()).isEqualTo("gate-refused");
    assertThat(refusal.getEvidenceJson()).contains("\"samples\":480", "candidate_net_return");
    assertThat(catalog.champion(MODEL).orElseThrow().artifact().version()).isEqualTo("1");
  }

  @Test
  void aChampionThatDoesWorseThanItsPredecessorIsRolledBack() throws Exception {
    serve(train(1));
    Market market = new Market(6);
    learner.learn(market.outcome(1));
    serve(train(-1)); // an operator promotes a network that believes the opposite
    List<ModelChange> changes = new ArrayList<>();
    for (int i = 0; i < 2100; i++) {
      changes.addAll(learner.learn(market.outcome(1)).getChangesList());
    }
    assertThat(changes.stream().map(ModelChange::getKind)).contains(ModelChange.Kind.ROLLED_BACK);
    assertThat(learner.status().getRollbacks()).isEqualTo(1);
    assertThat(actions()).contains("rollback", "rollback-evidence");
    ModelChange back =
        changes.stream()
            .filter(change -> change.getKind() == ModelChange.Kind.ROLLED_BACK)
            .findFirst()
            .orElseThrow();
    assertThat(back.getVersion()).isEqualTo("1");
    assertThat(back.getPreviousVersion()).isEqualTo("2");
    assertThat(back.getReason()).contains("500 held-out samples");
  }

  @Test
  void theSameCallsGiveTheSameHistory() throws Exception {
    String first = history();
    end();
    begin();
    assertThat(history()).isEqualTo(first).contains("gate-passed");
  }

  @Test
  void whatCannotBeLearnedIsRefusedAndWhatWasLearnedIsADuplicate() throws Exception {
    LearnRequest good = new Market(7).outcome(1);
    assertThat(learner.learn(good).getReason()).contains("there is no champion");
    serve(train(1));
    assertThat(learner.learn(good).getOutcome()).isEqualTo(LearnResponse.Outcome.LEARNED);
    assertThat(learner.learn(good).getOutcome()).isEqualTo(LearnResponse.Outcome.DUPLICATE);
    refused(good.toBuilder().setFeatures(3, Float.NaN), "feature 3 is NaN");
    refused(good.toBuilder().setForwardReturn(Float.POSITIVE_INFINITY), "forward_return");
    refused(good.toBuilder().addFeatures(1), "9 features");
    refused(good.toBuilder().setFeatureSetId("features-2"), "features-2");
    refused(good.toBuilder().setLabel(3), "label");
    refused(good.toBuilder().clearPredictionId(), "prediction_id");
    assertThat(learner.status().getLearned()).isEqualTo(1);
    assertThat(learner.status().getDuplicates()).isEqualTo(1);
    assertThat(learner.status().getRefused()).isEqualTo(7);
  }

  @Test
  void aFrozenLearnerKeepsSamplesAndUpdatesNothing() throws Exception {
    serve(train(1));
    Market market = new Market(8);
    learner.learn(market.outcome(1));
    learner.freeze(true, "operator", "maintenance");
    for (int i = 0; i < 100; i++) {
      assertThat(learner.learn(market.outcome(1)).getOutcome())
          .isEqualTo(LearnResponse.Outcome.FROZEN);
    }
    assertThat(learner.status().getUpdates()).isZero();
    assertThat(learner.status().getFrozenReason()).contains("operator", "maintenance");
    learner.freeze(false, "operator", "done");
    assertThat(learner.learn(market.outcome(1)).getOutcome())
        .isEqualTo(LearnResponse.Outcome.LEARNED);
    assertThat(learner.status().getUpdates()).isPositive();
    assertThat(actions()).contains("freeze", "unfreeze");
  }

  @Test
  void aRegistryThatIsAwayCostsTheCandidateAndNothingElse() throws Exception {
    serve(train(-1));
    Market market = new Market(9);
    registry.goAway(true);
    for (int i = 0; i < 2100; i++) {
      assertThat(learner.learn(market.outcome(1)).getOutcome())
          .isEqualTo(LearnResponse.Outcome.LEARNED);
    }
    assertThat(learner.status().getCandidates()).isZero();
    registry.goAway(false);
    for (int i = 0; i < 2000; i++) {
      learner.learn(market.outcome(1));
    }
    assertThat(learner.status().getCandidates()).isEqualTo(1);
  }

  @Test
  void servingAnswersTheSameWhileTheLearnerLearns() throws Exception {
    serve(train(1));
    ServableModel champion = catalog.champion(MODEL).orElseThrow();
    float[] row = {0.1f, -0.2f, 0.3f, 0.9f, -0.5f, 0.6f, 0.7f, -0.8f};
    Answer before = champion.infer(row, 1);
    AtomicBoolean done = new AtomicBoolean();
    CountDownLatch running = new CountDownLatch(1);
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      Future<Integer> different =
          other.submit(
              () -> {
                int differing = 0;
                while (!done.get()) {
                  differing += same(champion.infer(row, 1), before) ? 0 : 1;
                  running.countDown();
                }
                return differing;
              });
      running.await();
      Market market = new Market(10);
      for (int i = 0; i < 1500; i++) {
        learner.learn(market.outcome(-1));
      }
      done.set(true);
      assertThat(different.get()).isZero();
    }
    assertThat(learner.status().getUpdates()).isPositive();
  }

  private static boolean same(Answer one, Answer other) {
    return Arrays.equals(one.actionProbabilities(), other.actionProbabilities())
        && Arrays.equals(one.expectedReturn(), other.expectedReturn());
  }

  private void refused(LearnRequest.Builder request, String reason) {
    String id = request.getPredictionId().isEmpty() ? "" : "other-" + reason;
    LearnResponse response = learner.learn(request.setPredictionId(id).build());
    assertThat(response.getOutcome()).isEqualTo(LearnResponse.Outcome.REFUSED);
    assertThat(response.getReason()).contains(reason);
  }

  private String history() throws Exception {
    serve(train(-1));
    Market market = new Market(4);
    StringBuilder answers = new StringBuilder();
    for (int i = 0; i < 4100; i++) {
      answers.append(learner.learn(market.outcome(1))).append('\n');
    }
    return registry.history() + answers;
  }

  private Trainer.Trained train(double strength) throws TrainingStoppedException {
    return new Trainer(settings)
        .train(
            Market.rows(3000, 3, strength),
            new TrainingPlan(Market.FEATURE_SET, 1, 4, Market.COST),
            progress -> true);
  }

  private void serve(Trainer.Trained trained) throws ModelRefusedException {
    ModelDesk desk = new ModelDesk(MODEL, catalog, registry);
    String version =
        desk.register(
                new ModelDesk.Proposal(trained.network(), "", "rows", Map.of(), "trainer"), "test")
            .getVersion();
    desk.promote(version, "", "operator", "test");
  }

  private List<String> actions() {
    return registry.records().stream().map(RecordRequest::getAction).toList();
  }
}
