package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.proto.learning.v1.ModelChange;
import ai.neo.proto.learning.v1.QualityStatus;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has networks trained anew when that is due, and puts them through the gate that every candidate
 * goes through. What cannot be trained here is asked for in the ledger, which webhooks and others
 * follow. One thread, that of the learner.
 */
final class Retrainer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Retrainer.class);

  private final String model;
  private final Retraining training;
  private final QualityWatch watch;
  private final Proposer proposer;
  private long started;
  private long wanted;
  private long promoted;
  private String lastReason = "";
  private String lastResult = "";

  Retrainer(String model, LearningSettings settings, QualityWatch watch, Proposer proposer) {
    this.model = model;
    this.training = new Retraining(settings);
    this.watch = watch;
    this.proposer = proposer;
  }

  /** Begins a training, or says in the ledger why it is wanted and cannot be. */
  void begin(String reason, LearnerState state) {
    lastReason = reason;
    try {
      if (training.isRunning()) {
        throw new IllegalArgumentException("another training runs");
      }
      if (state.frozen()) {
        throw new IllegalArgumentException("the learner stands still: " + state.frozenReason());
      }
      Retraining.Order order = training.order(state, watch.window(), started, reason);
      training.begin(order, model, watch.outcomes());
      started++;
      lastResult = "under way";
      LOG.info("model={} is trained anew on {} rows: {}", model, order.rows().rows(), reason);
    } catch (IllegalArgumentException e) {
      wanted++;
      lastResult = "not here: " + e.getMessage();
      LOG.warn("model={} should be trained anew ({}): {}", model, reason, e.getMessage());
      watch.record("retrain-wanted", reason + "; not here: " + e.getMessage());
    }
  }

  /** Whether a training is to be taken in now. */
  boolean isReady() {
    return training.isReady(watch.outcomes());
  }

  /**
   * Takes a training in, as a candidate; true when it was promoted.
   *
   * @param sequence last record of the journal; 0 without one
   * @param changes receives what watchers are told, in order
   */
  boolean takeIn(
      LearnerState state, ServableModel champion, long sequence, List<ModelChange> changes) {
    try {
      Retraining.Candidate candidate = training.take();
      if (state.frozen()) {
        throw new TrainingStoppedException("dropped: the learner stands still");
      }
      if (!fits(candidate, champion)) {
        throw new TrainingStoppedException("dropped: the champion has other features now");
      }
      watch.trained(ModelDesk.digest(candidate.network()), candidate.reference());
      Proposer.Decision decision =
          proposer.propose(
              new Proposer.Snapshot(
                  candidate.network(),
                  candidate.parent(),
                  candidate.description(),
                  sequence,
                  "trained anew: " + lastReason),
              champion,
              state.memory().evaluation(),
              changes);
      promoted += decision.promoted() ? 1 : 0;
      lastResult =
          "version %s, %s"
              .formatted(decision.version(), decision.promoted() ? "promoted" : "not promoted");
      return decision.promoted();
    } catch (TrainingStoppedException e) {
      lastResult = "nothing: " + e.getMessage();
      LOG.warn("model={} a training anew gave {}", model, lastResult);
      return false;
    }
  }

  private static boolean fits(Retraining.Candidate candidate, ServableModel champion) {
    return candidate.network().shape().features() == champion.features()
        && candidate
            .network()
            .provenance()
            .featureSetId()
            .equals(champion.artifact().featureSetId());
  }

  /** The watch's status with what came of trainings. */
  QualityStatus status() {
    QualityStatus.Builder status = watch.status().toBuilder();
    status
        .getRetrainBuilder()
        .setRunning(training.isRunning())
        .setStarted(started)
        .setWanted(wanted)
        .setPromoted(promoted)
        .setLastReason(lastReason)
        .setLastResult(lastResult);
    return status.build();
  }

  @Override
  public void close() {
    training.close();
  }
}
