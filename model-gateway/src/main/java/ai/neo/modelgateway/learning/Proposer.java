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
  private final String cpu;

  Proposer(LearningSettings settings, ModelDesk desk) {
    this.desk = desk;
    this.gate = new PromotionGate(settings);
    this.cpu = Processor.name();
  }

  /** How far the candidate came. */
  record Decision(boolean registered, boolean promoted) {}

  /**
   * Proposes the copy's present weights. A registry that is away costs this candidate and nothing
   * else: the learner goes on, and the next snapshot is due in its time.
   *
   * @param changes receives what watchers are told, in order
   */
  Decision propose(
      LearningCopy copy, ServableModel champion, Memory memory, List<ModelChange> changes) {
    DirectionNetwork network = copy.snapshot(cpu);
    double cost = network.objective().costPerTrade();
    Score candidateScore =
        memory
            .evaluation()
            .score((rows, count) -> ServedNetwork.answers(network, rows, count), cost);
    Score championScore = memory.evaluation().score(champion::infer, cost);
    PromotionGate.Verdict verdict = gate.judge(candidateScore, championScore);
    String before = champion.artifact().version();
    boolean registered = false;
    try {
      ModelVersion version =
          desk.register(
              new ModelDesk.Proposal(
                  network,
                  copy.version(),
                  memory.describe(),
                  metrics(candidateScore, championScore),
                  Learner.ACTOR),
              "snapshot of the learner");
      registered = true;
      changes.add(desk.announce(ModelChange.Kind.CANDIDATE, version, before, memory.describe()));
      if (!verdict.passed()) {
        refuse(version, before, verdict.reason(), verdict.evidence(), changes);
        return new Decision(true, false);
      }
      desk.record(
          version.getVersion(), "gate-passed", Learner.ACTOR, verdict.reason(), verdict.evidence());
      return new Decision(true, promote(version, before, verdict, changes));
    } catch (RegistryException e) {
      LOG.warn("a candidate beside champion={} was lost", before, e);
      return new Decision(registered, false);
    }
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
