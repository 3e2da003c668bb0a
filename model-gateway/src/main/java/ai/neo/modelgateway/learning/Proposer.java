package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.ServedNetwork;
import ai.neo.modelgateway.serving.RegistryException;
import ai.neo.proto.learning.v1.ModelChange;
import ai.neo.proto.learning.v1.SwapReceipt;
import ai.neo.proto.registry.v1.ModelVersion;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers a snapshot of the learner's weights as a candidate, judges it against the champion on
 * the held-out samples, and promotes it when it wins. One thread.
 */
final class Proposer {
  private static final Logger LOG = LoggerFactory.getLogger(Proposer.class);

  private final ModelDesk desk;
  private final PromotionGate gate;

  Proposer(LearningSettings settings, ModelDesk desk) {
    this.desk = desk;
    this.gate = new PromotionGate(settings);
  }

  /**
   * Weights to be put forward.
   *
   * @param parent version that they were learned from
   * @param description what they were learned from
   * @param journalSequence last record of the journal that they come of; 0 without one
   * @param reason why they are put forward
   */
  record Snapshot(
      DirectionNetwork network,
      String parent,
      String description,
      long journalSequence,
      String reason) {}

  /**
   * How far the candidate came.
   *
   * @param version as it was registered; empty when it was not
   */
  record Decision(String version, boolean promoted) {}

  /**
   * Proposes a snapshot. A registry that is away costs this candidate and nothing else: the learner
   * goes on, and the next snapshot is due in its time.
   *
   * @param changes receives what watchers are told, in order
   */
  Decision propose(
      Snapshot snapshot,
      ServableModel champion,
      EvaluationWindow window,
      List<ModelChange> changes) {
    DirectionNetwork network = snapshot.network();
    double cost = network.objective().costPerTrade();
    Score candidateScore =
        window.score((rows, count) -> ServedNetwork.answers(network, rows, count), cost);
    Score championScore = window.score(champion::infer, cost);
    PromotionGate.Verdict verdict = gate.judge(candidateScore, championScore);
    String before = champion.artifact().version();
    String registered = "";
    try {
      ModelVersion version =
          desk.registerOnce(
              new ModelDesk.Proposal(
                  network,
                  snapshot.parent(),
                  snapshot.description(),
                  metrics(candidateScore, championScore),
                  Learner.ACTOR,
                  ModelDesk.Dataset.OUTCOMES,
                  snapshot.journalSequence()),
              snapshot.reason());
      registered = version.getVersion();
      changes.add(
          desk.announce(ModelChange.Kind.CANDIDATE, version, before, snapshot.description()));
      if (isChampion(version)) {
        return new Decision(registered, true); // the process died between promotion and record
      }
      if (!verdict.passed()) {
        refuse(version, before, verdict.reason(), verdict.evidence(), changes);
        return new Decision(registered, false);
      }
      desk.record(
          version.getVersion(), "gate-passed", Learner.ACTOR, verdict.reason(), verdict.evidence());
      return new Decision(registered, promote(version, before, verdict, changes));
    } catch (RegistryException e) {
      LOG.warn("a candidate beside champion={} was lost", before, e);
      return new Decision(registered, false);
    }
  }

  private boolean isChampion(ModelVersion version) {
    return desk.champion()
        .filter(serving -> serving.artifact().version().equals(version.getVersion()))
        .isPresent();
  }

  private boolean promote(
      ModelVersion version,
      String before,
      PromotionGate.Verdict verdict,
      List<ModelChange> changes) {
    try {
      SwapReceipt receipt =
          desk.promote(version.getVersion(), before, Learner.ACTOR, verdict.reason());
      changes.add(desk.swapped(ModelChange.Kind.PROMOTED, receipt, verdict.reason()));
      return true;
    } catch (ModelRefusedException e) {
      refuse(
          version,
          before,
          "the catalog refused it: " + e.getMessage(),
          verdict.evidence(),
          changes);
      return false;
    }
  }

  private void refuse(
      ModelVersion version,
      String before,
      String reason,
      String evidence,
      List<ModelChange> changes) {
    desk.record(version.getVersion(), "gate-refused", Learner.ACTOR, reason, evidence);
    changes.add(desk.announce(ModelChange.Kind.REFUSED, version, before, reason));
  }

  private static Map<String, Double> metrics(Score candidate, Score champion) {
    Map<String, Double> metrics = new TreeMap<>();
    metrics.put("samples", (double) candidate.samples());
    metrics.put("net_return", candidate.netReturn());
    metrics.put("log_loss", candidate.logLoss());
    metrics.put("accuracy", candidate.accuracy());
    metrics.put("champion_net_return", champion.netReturn());
    metrics.put("champion_log_loss", champion.logLoss());
    return metrics;
  }
}
