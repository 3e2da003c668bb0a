package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.quality.InputReference;
import ai.neo.modelgateway.quality.QualitySettings;
import ai.neo.modelgateway.serving.RegistryException;
import ai.neo.proto.learning.v1.FootingTaken;
import ai.neo.proto.learning.v1.FreezeChanged;
import ai.neo.proto.learning.v1.LearnRequest;
import ai.neo.proto.learning.v1.LearnResponse;
import ai.neo.proto.learning.v1.LearnerStatus;
import ai.neo.proto.learning.v1.LearningRecord;
import ai.neo.proto.learning.v1.ModelChange;
import ai.neo.proto.learning.v1.ReplayLearningResponse;
import ai.neo.proto.learning.v1.SnapshotTaken;
import ai.neo.proto.learning.v1.SwapReceipt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns one model from outcomes, proposes candidates and watches the champion.
 *
 * <p>What is learned is a {@link LearnerState}, a function of records. Here they are made: each
 * accepted feedback, each change of the champion, each freeze and each snapshot is written to the
 * journal before it is applied. A restart applies them again and goes on where it was.
 *
 * <p>A frozen learner takes samples in and keeps watching the champion, but updates and proposes
 * nothing. A learner whose journal cannot be written takes nothing in.
 *
 * <p>One thread at a time, except {@link #status}, which any thread may ask.
 */
final class Learner implements AutoCloseable {
  /** The learner's name in the ledger. */
  static final String ACTOR = "learner";

  private static final Logger LOG = LoggerFactory.getLogger(Learner.class);

  private final String model;
  private final LearningSettings settings;
  private final ModelDesk desk;
  private final LearnerStore store;
  private final Footing footing;
  private final Proposer proposer;
  private final Admission admission;
  private final QualityWatch quality;
  private final Retrainer retrainer;
  private Optional<LearnerState> opened = Optional.empty();
  private String stalled = "";
  private long rollbacks;
  private volatile LearnerStatus status;

  /** A learner that keeps nothing on disk. */
  Learner(String model, LearningSettings settings, ModelDesk desk) {
    this(
        model,
        settings,
        desk,
        new LearnerStore(model, settings, Optional.empty()),
        QualitySettings.defaults());
  }

  /**
   * @param store stays open until the learner is closed
   * @param watched how the model's quality is watched
   */
  Learner(
      String model,
      LearningSettings settings,
      ModelDesk desk,
      LearnerStore store,
      QualitySettings watched) {
    this.model = model;
    this.settings = settings;
    this.desk = desk;
    this.store = store;
    this.footing = new Footing(settings, desk);
    this.proposer = new Proposer(settings, desk);
    this.admission = new Admission(settings, desk, store.directory());
    this.quality = new QualityWatch(model, watched, desk, store.directory());
    this.retrainer = new Retrainer(model, settings, quality, proposer);
    this.status = LearnerStatus.newBuilder().setModel(model).build();
  }

  /**
   * Brings back what the journal says, and does what was left undone; once. A journal that cannot
   * be used leaves a learner that takes nothing in and says why; a registry that is away throws,
   * and the next call tries again.
   */
  void open() {
    if (opened.isPresent() || !stalled.isEmpty()) {
      return;
    }
    try {
      LearnerStore.Restored restored = store.open(footing);
      opened = Optional.of(restored.state());
      if (store.directory().isPresent()) {
        quality.restore(store.directory().get(), store.sequence(), restored.state());
      }
      resume(restored);
    } catch (IOException | IllegalStateException | IllegalArgumentException e) {
      LOG.error("model={} does not learn: its journal cannot be used", model, e);
      stalled = "the learning journal cannot be used: " + e.getMessage();
    }
    publishStatus();
  }

  /** Takes one outcome in, with all that follows from it. Never throws for what is in it. */
  LearnResponse learn(LearnRequest request) {
    follow();
    List<ModelChange> changes = new ArrayList<>();
    LearnResponse.Builder response = LearnResponse.newBuilder();
    Optional<Admission.Refusal> refusal = refusal(request);
    if (refusal.isEmpty() && !recorded(LearningRecord.newBuilder().setFeedback(request))) {
      refusal = Optional.of(new Admission.Refusal(LearnResponse.Outcome.REFUSED, stalled));
    }
    if (refusal.isPresent()) {
      admission.setAside(request, refusal.get());
      response.setOutcome(refusal.get().outcome()).setReason(refusal.get().reason());
    } else {
      String reason = take(request, changes);
      watchQuality(request, changes);
      boolean frozen = state().frozen();
      response
          .setOutcome(frozen ? LearnResponse.Outcome.FROZEN : LearnResponse.Outcome.LEARNED)
          .setReason(frozen ? state().frozenReason() : reason);
    }
    publishStatus();
    return response
        .setUpdates(opened.map(state -> state.counts().updates).orElse(0L))
        .setChampionVersion(footing.championVersion())
        .setEpoch(desk.epoch())
        .addAllChanges(changes)
        .build();
  }

  /** Looks where the champion is; for after a promotion or rollback by somebody else. */
  void follow() {
    open();
    if (opened.isEmpty()) {
      return;
    }
    Optional<FootingTaken> next = footing.look();
    if (next.isEmpty() || !recorded(LearningRecord.newBuilder().setFooting(next.get()))) {
      return;
    }
    state().take(next.get(), footing);
    footing.take(next.get());
    quality.champion(next.get(), state());
    publishStatus();
  }

  /** The inputs that a version was trained on, for comparisons once it is champion. */
  void trained(String digest, InputReference reference) {
    quality.trained(digest, reference);
  }

  /** Stops or restarts learning. */
  void freeze(boolean wanted, String actor, String reason) {
    if (!wanted) {
      stalled = ""; // whatever kept the journal from being written may be gone
    }
    follow();
    FreezeChanged change =
        FreezeChanged.newBuilder().setFrozen(wanted).setActor(actor).setReason(reason).build();
    if (opened.isPresent() && recorded(LearningRecord.newBuilder().setFreeze(change))) {
      state().freeze(change);
    }
    publishStatus();
    ledger(footing.championVersion(), wanted ? "freeze" : "unfreeze", actor, reason, "{}");
  }

  LearnerStatus status() {
    return status;
  }

  @Override
  public void close() {
    retrainer.close();
    opened.ifPresent(
        state -> {
          checkpoint();
          state.close();
        });
    try {
      store.close();
    } catch (IOException e) {
      LOG.warn("model={} the learning journal did not close cleanly", model, e);
    }
  }

  /**
   * Learns the journal again, beside this learner, up to its present last record. Any thread.
   *
   * @throws IOException when there is no journal, or it cannot be read
   */
  ReplayLearningResponse replay() throws IOException {
    if (store.directory().isEmpty()) {
      throw new IOException("the learner of model " + model + " keeps no journal");
    }
    return LearningReplay.replay(
        store.directory().get(),
        status.getJournalSequence(),
        new Footing(settings, desk)); // networks from the registry, none of the learner's own
  }

  private LearnerState state() {
    return opened.orElseThrow();
  }

  /** What a process that died may have left: the watch's last samples, and the last snapshot. */
  private void resume(LearnerStore.Restored restored) {
    FootingTaken last = state().footing();
    rollbacks = admission.read(restored.counts());
    if (last.getChampionVersion().isEmpty()) {
      return;
    }
    footing.restore(last, restored.watched());
    List<ModelChange> changes = new ArrayList<>();
    List<Sample> heldOut = restored.heldOut();
    for (int i = 0; i < heldOut.size(); i++) {
      Optional<RollbackWatch.Breach> breach = watch(heldOut.get(i));
      if (breach.isPresent() && i < heldOut.size() - 1) {
        footing.endWatch(); // it was acted upon then, and did not succeed
      } else if (breach.isPresent()) {
        rollBack(breach.get(), changes);
      }
    }
    proposeWhenDue(changes);
  }

  private Optional<Admission.Refusal> refusal(LearnRequest request) {
    if (!stalled.isEmpty()) {
      return Optional.of(new Admission.Refusal(LearnResponse.Outcome.REFUSED, stalled));
    }
    if (state().copy().isEmpty()) {
      return Optional.of(
          new Admission.Refusal(
              LearnResponse.Outcome.REFUSED, "nothing to learn from: " + footing.note()));
    }
    return admission.refusal(request, state());
  }

  /** Writes a record down; false, with the learner stalled, when the disk does not take it. */
  private boolean recorded(LearningRecord.Builder record) {
    if (!stalled.isEmpty()) {
      return false;
    }
    try {
      store.append(record);
      return true;
    } catch (IOException e) {
      stalled =
          "the learning journal cannot be written ("
              + e.getMessage()
              + "): nothing is learned until there is room on the disk and the learner is unfrozen";
      LOG.error("model={} {}", model, stalled, e);
      return false;
    }
  }

  /** The sample's way: held out or kept for replay, then what is due after it. */
  private String take(LearnRequest request, List<ModelChange> changes) {
    LearnerState.Taken taken = state().feedback(request);
    if (taken.stopped()) {
      String evidence =
          "{\"updates\":%d,\"learned\":%d}"
              .formatted(state().counts().updates, state().counts().learned);
      LOG.warn("model={} {}", model, state().frozenReason());
      ledger(footing.championVersion(), "learner-stopped", ACTOR, state().frozenReason(), evidence);
    }
    if (taken.heldOut()) {
      watch(taken.sample()).ifPresent(breach -> rollBack(breach, changes));
    }
    proposeWhenDue(changes);
    if (store.checkpointDue()) {
      checkpoint();
    }
    return taken.heldOut() ? "held out to judge candidates" : "";
  }

  private void watchQuality(LearnRequest request, List<ModelChange> changes) {
    quality.take(request).ifPresent(reason -> retrainer.begin(reason, state()));
    Optional<ServableModel> champion = footing.champion();
    if (retrainer.isReady()
        && champion.isPresent()
        && !footing.onProbation()
        && retrainer.takeIn(state(), champion.get(), store.sequence(), changes)) {
      follow();
    }
  }

  private Optional<RollbackWatch.Breach> watch(Sample sample) {
    if (footing.watch().isEmpty() || footing.champion().isEmpty() || state().copy().isEmpty()) {
      return Optional.empty();
    }
    double cost = state().copy().get().base().objective().costPerTrade();
    try {
      return footing.watch().get().add(sample, footing.champion().get(), cost);
    } catch (IllegalStateException e) {
      LOG.warn("model={} the watch over the champion ended", model, e);
      footing.endWatch();
      return Optional.empty();
    }
  }

  private void rollBack(RollbackWatch.Breach breach, List<ModelChange> changes) {
    String bad = footing.championVersion();
    footing.endWatch();
    if (!footing.isCurrent()) {
      return; // somebody else has replaced it already
    }
    try {
      SwapReceipt receipt = desk.rollback(ACTOR, breach.reason());
      rollbacks++;
      changes.add(desk.swapped(ModelChange.Kind.ROLLED_BACK, receipt, breach.reason()));
      follow();
      desk.record(bad, "rollback-evidence", ACTOR, breach.reason(), breach.evidence());
    } catch (ModelRefusedException | RegistryException e) {
      LOG.warn("model={} version={} the automatic rollback was not completed", model, bad, e);
    }
  }

  /** A candidate that beat a champion on probation would hide that the champion was a mistake. */
  private void proposeWhenDue(List<ModelChange> changes) {
    if (!state().snapshotDue() || footing.onProbation() || footing.champion().isEmpty()) {
      return;
    }
    ServableModel champion = footing.champion().get();
    LearningCopy copy = state().copy().orElseThrow();
    LearnerState.Snapshot now = state().snapshot(store.engine(), store.cpu(), true);
    DirectionNetwork network = now.network();
    Proposer.Snapshot snapshot =
        new Proposer.Snapshot(
            network,
            copy.version(),
            state().memory().describe(store.sequence(), now.calibratedOn()),
            store.sequence(),
            "snapshot of the learner");
    Proposer.Decision decision = proposer.propose(snapshot, champion, now.judging(), changes);
    SnapshotTaken taken =
        SnapshotTaken.newBuilder()
            .setDigest(ModelDesk.digest(network))
            .setVersion(decision.version())
            .setPromoted(decision.promoted())
            .build();
    if (!recorded(LearningRecord.newBuilder().setSnapshot(taken))) {
      return; // put forward again, and found registered, once the journal takes it
    }
    state().take(taken);
    if (decision.promoted()) {
      follow();
    }
  }

  private void checkpoint() {
    if (!stalled.isEmpty()) {
      return;
    }
    try {
      store.checkpoint(
          state(), footing.watch().map(RollbackWatch::image), admission.counts(rollbacks));
    } catch (IOException e) {
      LOG.warn("model={} no checkpoint: the next restart takes longer", model, e);
    }
  }

  /** That it stands still matters more than that the ledger says so. */
  private void ledger(String version, String action, String actor, String reason, String evidence) {
    try {
      desk.record(version, action, actor, reason, evidence);
    } catch (RegistryException e) {
      LOG.warn("model={} not in the ledger: {} by {}: {}", model, action, actor, reason, e);
    }
  }

  private void publishStatus() {
    LearnerStatus.Builder next = LearnerStatus.newBuilder().setModel(model);
    next.setRollbacks(rollbacks)
        .setJournalSequence(store.sequence())
        .setJournalBytes(store.bytes())
        .setFrozen(!stalled.isEmpty())
        .setFrozenReason(stalled)
        .setQuality(retrainer.status());
    admission.describe(next);
    opened.ifPresent(state -> describe(state, next));
    status = next.build();
  }

  private void describe(LearnerState state, LearnerStatus.Builder next) {
    if (stalled.isEmpty()) {
      next.setFrozen(state.frozen())
          .setFrozenReason(state.frozen() ? state.frozenReason() : footing.note());
    }
    LearnerCounts counts = state.counts();
    next.setLearned(counts.learned)
        .setUpdates(counts.updates)
        .setCandidates(counts.candidates)
        .setPromotions(counts.promotions)
        .setShortenedSteps(counts.shortened)
        .setRefusedSteps(counts.refusedSteps)
        .setRecentLoss(state.copy().map(LearningCopy::recentLoss).orElse(0.0))
        .setBaseVersion(state.copy().map(LearningCopy::version).orElse(""))
        .setExcessLoss(state.excessLoss())
        .setDrift(state.driftStatistic())
        .setEngine(state.copy().isPresent() ? store.engine() : "")
        .setCpu(store.cpu());
  }
}
