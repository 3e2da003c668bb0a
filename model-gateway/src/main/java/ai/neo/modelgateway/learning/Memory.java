package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.DirectionNetwork;
import java.util.SplittableRandom;

/**
 * What the learner remembers of one feature set's samples, and when its next step is due. It
 * outlives changes of the champion; only another feature set begins a new one. One thread.
 */
final class Memory {
  /** Another stream than the one that drew the first weights from the same seed. */
  private static final long REPLAY_STREAM = 0xD1B54A32D192ED03L;

  private final LearningSettings settings;
  private final String featureSetId;
  private final int features;
  private final ReplayBuffer replay;
  private final EvaluationWindow evaluation;
  private final SplittableRandom random;
  private long taken;
  private long firstOfSnapshot = 1;
  private long firstTimeNs;
  private long lastTimeNs;
  private long sinceUpdate;
  private long updatesSinceRestart;
  private long sinceSnapshot;

  Memory(LearningSettings settings, DirectionNetwork first) {
    this.settings = settings;
    this.featureSetId = first.provenance().featureSetId();
    this.features = first.shape().features();
    this.replay = new ReplayBuffer(settings.replayCapacity());
    this.evaluation = new EvaluationWindow(settings.evaluationWindow());
    this.random = new SplittableRandom(first.provenance().seed() ^ REPLAY_STREAM);
  }

  /** Whether its samples fit a network's input. */
  boolean holds(DirectionNetwork network) {
    return features == network.shape().features()
        && featureSetId.equals(network.provenance().featureSetId());
  }

  ReplayBuffer replay() {
    return replay;
  }

  EvaluationWindow evaluation() {
    return evaluation;
  }

  SplittableRandom random() {
    return random;
  }

  /** The learner begins anew from a champion's weights: nothing is due yet. */
  void restart() {
    sinceUpdate = 0;
    sinceSnapshot = 0;
    updatesSinceRestart = 0;
    firstOfSnapshot = taken + 1;
  }

  void count(Sample sample) {
    taken++;
    sinceSnapshot++;
    if (sinceSnapshot == 1) {
      firstTimeNs = sample.timeNs();
    }
    lastTimeNs = sample.timeNs();
  }

  void countForUpdate() {
    sinceUpdate++;
  }

  boolean updateDue() {
    return sinceUpdate >= settings.updateEvery();
  }

  void updated() {
    sinceUpdate = 0;
    updatesSinceRestart++;
  }

  boolean snapshotDue() {
    return sinceSnapshot >= settings.snapshotEvery() && updatesSinceRestart > 0;
  }

  /** Weights were put forward; the next snapshot is counted from here. */
  void snapshotTaken() {
    sinceSnapshot = 0;
  }

  /** What the present weights were learned from, for the registry. */
  String describe() {
    return "online: samples "
        + firstOfSnapshot
        + " to "
        + taken
        + " of the feedback since the learner began, the newest matured from "
        + Long.toUnsignedString(firstTimeNs)
        + " to "
        + Long.toUnsignedString(lastTimeNs)
        + " ns; "
        + updatesSinceRestart
        + " updates; "
        + evaluation.size()
        + " samples held out";
  }
}
