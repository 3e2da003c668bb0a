package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.modelgateway.network.NetworkShape;
import ai.neo.modelgateway.network.Outcome;
import ai.neo.modelgateway.network.Provenance;
import ai.neo.modelgateway.serving.RegistryException;
import ai.neo.proto.learning.v1.LearnRequest;
import ai.neo.proto.learning.v1.LearnResponse;
import ai.neo.proto.learning.v1.LearnerStatus;
import ai.neo.proto.learning.v1.ModelChange;
import ai.neo.proto.learning.v1.SwapReceipt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns one model from outcomes, proposes candidates and watches the champion.
 *
 * <p>Everything it does is a function of the ordered sequence of calls, the champion's weights and
 * their seed: no clock, no other randomness. Of each {@link #BLOCKS} blocks of {@link #BLOCK}
 * samples the last is held out: it judges and is never learned from. Blocks and not single samples,
 * because the outcomes of neighbours overlap, and a learned neighbour would give the held-out one
 * away.
 *
 * <p>A frozen learner takes samples in and keeps watching the champion, but updates and proposes
 * nothing.
 *
 * <p>One thread at a time, except {@link #status}, which any thread may ask.
 */
final class Learner implements AutoCloseable {
  /** The learner's name in the ledger. */
  static final String ACTOR = "learner";

  /** Long beside a horizon of a few bars, short beside an evaluation window. */
  private static final int BLOCK = 32;

  private static final int BLOCKS = 4;

  /** Bounds what remembered ids may cost. */
  private static final int MAX_ID_LENGTH = 256;

  private static final Logger LOG = LoggerFactory.getLogger(Learner.class);

  private final String model;
  private final LearningSettings settings;
  private final ModelDesk desk;
  private final Footing footing;
  private final Proposer proposer;
  private final SeenPredictions seen;
  private final LearnerCounts counts = new LearnerCounts();
  private Optional<Memory> memory = Optional.empty();
  private String frozenReason = "";
  private boolean frozen;
  private volatile LearnerStatus status;

  Learner(String model, LearningSettings settings, ModelDesk desk) {
    this.model = model;
    this.settings = settings;
    this.desk = desk;
    this.footing = new Footing(settings, desk);
    this.proposer = new Proposer(settings, desk);
    this.seen = new SeenPredictions(settings.rememberedPredictions());
    this.status = LearnerStatus.newBuilder().setModel(model).build();
  }

  /** Takes one outcome in, with all that follows from it. Never throws for what is in it. */
  LearnResponse learn(LearnRequest request) {
    follow();
    List<ModelChange> changes = new ArrayList<>();
    LearnResponse.Builder response = LearnResponse.newBuilder();
    Optional<String> refusal = refusal(request);
    if (refusal.isPresent()) {
      counts.refused++;
      response.setOutcome(LearnResponse.Outcome.REFUSED).setReason(refusal.get());
    } else if (!seen.add(request.getPredictionId())) {
      counts.duplicates++;
      response.setOutcome(LearnResponse.Outcome.DUPLICATE);
    } else {
      String reason = take(sample(request), changes);
      response
          .setOutcome(frozen ? LearnResponse.Outcome.FROZEN : LearnResponse.Outcome.LEARNED)
          .setReason(frozen ? frozenReason : reason);
    }
    publishStatus();
    return response
        .setUpdates(counts.updates)
        .setChampionVersion(footing.championVersion())
        .setEpoch(desk.epoch())
        .addAllChanges(changes)
        .build();
  }

  /** Looks where the champion is; for after a promotion or rollback by somebody else. */
  void follow() {
    if (!footing.follow()) {
      return;
    }
    footing
        .copy()
        .ifPresent(
            copy -> {
              if (memory.isEmpty() || !memory.get().holds(copy.base())) {
                memory = Optional.of(new Memory(settings, copy.base()));
              }
              memory.get().restart();
            });
    publishStatus();
  }

  /** Stops or restarts learning. */
  void freeze(boolean wanted, String actor, String reason) {
    follow();
    frozen = wanted;
    frozenReason = wanted ? "frozen by " + actor + ": " + reason : "";
    publishStatus();
    String action = wanted ? "freeze" : "unfreeze";
    try {
      desk.record(footing.championVersion(), action, actor, reason, "{}");
    } catch (RegistryException e) {
      // That it stands still matters more than that the ledger says so.
      LOG.warn("model={} not in the ledger: {} by {}: {}", model, action, actor, reason, e);
    }
  }

  LearnerStatus status() {
    return status;
  }

  @Override
  public void close() {
    footing.close();
  }

  private Optional<String> refusal(LearnRequest request) {
    if (footing.copy().isEmpty()) {
      return Optional.of("nothing to learn from: " + footing.note());
    }
    Provenance from = footing.copy().get().base().provenance();
    int features = footing.copy().get().base().shape().features();
    String id = request.getPredictionId();
    if (id.isEmpty() || id.length() > MAX_ID_LENGTH) {
      return Optional.of("prediction_id must have 1 to " + MAX_ID_LENGTH + " characters");
    }
    if (!request.getFeatureSetId().equals(from.featureSetId())) {
      return Optional.of(
          "feature set "
              + request.getFeatureSetId()
              + " is not the learner's, "
              + from.featureSetId());
    }
    if (request.getFeaturesCount() != features) {
      return Optional.of(
          request.getFeaturesCount() + " features were sent, the learner has " + features);
    }
    for (int f = 0; f < features; f++) {
      if (!Float.isFinite(request.getFeatures(f))) {
        return Optional.of("feature " + f + " is " + request.getFeatures(f));
      }
    }
    if (request.getLabel() < 0 || request.getLabel() >= NetworkShape.ACTIONS) {
      return Optional.of("label must be 0, 1 or 2, is " + request.getLabel());
    }
    if (!Float.isFinite(request.getForwardReturn())) {
      return Optional.of("forward_return is " + request.getForwardReturn());
    }
    return Optional.empty();
  }

  private static Sample sample(LearnRequest request) {
    float[] features = new float[request.getFeaturesCount()];
    for (int f = 0; f < features.length; f++) {
      features[f] = request.getFeatures(f);
    }
    return new Sample(
        features,
        new Outcome(request.getLabel(), request.getForwardReturn()),
        request.getMaturedTimeNs());
  }

  /** The sample's way: held out or kept for replay, then what is due after it. */
  private String take(Sample sample, List<ModelChange> changes) {
    Memory into = memory.orElseThrow();
    boolean heldOut = counts.learned / BLOCK % BLOCKS == BLOCKS - 1;
    counts.learned++;
    into.count(sample);
    if (heldOut) {
      into.evaluation().add(sample);
      watch(sample, changes);
    } else {
      into.replay().add(sample);
      into.countForUpdate();
    }
    if (frozen) {
      return frozenReason;
    }
    if (into.updateDue()) {
      update(into);
    }
    // A candidate that beat a champion on probation would hide that the champion was a mistake.
    if (!frozen && into.snapshotDue() && !footing.onProbation()) {
      propose(into, changes);
    }
    return heldOut ? "held out to judge candidates" : "";
  }

  private void watch(Sample sample, List<ModelChange> changes) {
    if (footing.watch().isEmpty() || footing.champion().isEmpty()) {
      return;
    }
    double cost = footing.copy().orElseThrow().base().objective().costPerTrade();
    Optional<RollbackWatch.Breach> breach;
    try {
      breach = footing.watch().get().add(sample, footing.champion().get(), cost);
    } catch (IllegalStateException e) {
      LOG.warn("model={} the watch over the champion ended", model, e);
      footing.endWatch();
      return;
    }
    breach.ifPresent(found -> rollBack(found, changes));
  }

  private void rollBack(RollbackWatch.Breach breach, List<ModelChange> changes) {
    String bad = footing.championVersion();
    footing.endWatch();
    try {
      SwapReceipt receipt = desk.rollback(ACTOR, breach.reason());
      counts.rollbacks++;
      changes.add(desk.swapped(ModelChange.Kind.ROLLED_BACK, receipt, breach.reason()));
      follow();
      desk.record(bad, "rollback-evidence", ACTOR, breach.reason(), breach.evidence());
    } catch (ModelRefusedException | RegistryException e) {
      LOG.warn("model={} version={} the automatic rollback was not completed", model, bad, e);
    }
  }

  private void update(Memory from) {
    LearningCopy copy = footing.copy().orElseThrow();
    if (copy.update(from.replay(), from.random())) {
      counts.updates++;
      from.updated();
      return;
    }
    frozen = true;
    frozenReason =
        "stopped by itself after "
            + counts.updates
            + " updates: loss, gradient or weights were not"
            + " finite; the weights are the champion's again";
    from.restart();
    try {
      desk.record(
          footing.championVersion(),
          "learner-stopped",
          ACTOR,
          frozenReason,
          "{\"updates\":" + counts.updates + ",\"learned\":" + counts.learned + "}");
    } catch (RegistryException e) {
      LOG.warn("model={} not in the ledger: {}", model, frozenReason, e);
    }
  }

  private void propose(Memory from, List<ModelChange> changes) {
    from.snapshotTaken();
    ServableModel champion = footing.champion().orElseThrow();
    Proposer.Decision decision =
        proposer.propose(footing.copy().orElseThrow(), champion, from, changes);
    counts.candidates += decision.registered() ? 1 : 0;
    if (decision.promoted()) {
      counts.promotions++;
      follow();
    }
  }

  private void publishStatus() {
    status =
        LearnerStatus.newBuilder()
            .setModel(model)
            .setFrozen(frozen)
            .setFrozenReason(frozen ? frozenReason : footing.note())
            .setLearned(counts.learned)
            .setDuplicates(counts.duplicates)
            .setRefused(counts.refused)
            .setUpdates(counts.updates)
            .setCandidates(counts.candidates)
            .setPromotions(counts.promotions)
            .setRollbacks(counts.rollbacks)
            .setRecentLoss(footing.copy().map(LearningCopy::recentLoss).orElse(0.0))
            .build();
  }
}
