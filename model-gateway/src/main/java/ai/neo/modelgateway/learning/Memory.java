package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.proto.learning.v1.MemoryImage;
import java.util.ArrayList;
import java.util.List;

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
  private final ReplayRandom random;
  private final List<Sample> probe = new ArrayList<>();
  private long taken;
  private long firstOfSnapshot = 1;
  private long firstTimeNs;
  private long lastTimeNs;
  private long sinceUpdate;
  private long updatesSinceRestart;
  private long sinceSnapshot;

  Memory(LearningSettings settings, DirectionNetwork first) {
    this(
        settings,
        first.provenance().featureSetId(),
        first.shape().features(),
        first.provenance().seed() ^ REPLAY_STREAM);
  }

  private Memory(LearningSettings settings, String featureSetId, int features, long random) {
    this.settings = settings;
    this.featureSetId = featureSetId;
    this.features = features;
    this.replay = new ReplayBuffer(settings.replayCapacity(), settings.replay());
    this.evaluation = new EvaluationWindow(settings.evaluationWindow());
    this.random = new ReplayRandom(random);
  }

  static Memory read(LearningSettings settings, MemoryImage image) {
    Memory memory =
        new Memory(settings, image.getFeatureSetId(), image.getFeatures(), image.getRandom());
    memory.replay.read(image, image.getCounters(0));
    Sample.read(image.getEvaluation(), memory.features).forEach(memory.evaluation::add);
    memory.probe.addAll(Sample.read(image.getProbe(), memory.features));
    memory.taken = image.getCounters(1);
    memory.firstOfSnapshot = image.getCounters(2);
    memory.firstTimeNs = image.getCounters(3);
    memory.lastTimeNs = image.getCounters(4);
    memory.sinceUpdate = image.getCounters(5);
    memory.updatesSinceRestart = image.getCounters(6);
    memory.sinceSnapshot = image.getCounters(7);
    return memory;
  }

  MemoryImage image() {
    MemoryImage.Builder image =
        MemoryImage.newBuilder()
            .setFeatureSetId(featureSetId)
            .setFeatures(features)
            .setEvaluation(Sample.image(evaluation.samples()))
            .setProbe(Sample.image(probe))
            .setRandom(random.state());
    replay.write(image);
    return image
        .addAllCounters(
            List.of(
                replay.added(),
                taken,
                firstOfSnapshot,
                firstTimeNs,
                lastTimeNs,
                sinceUpdate,
                updatesSinceRestart,
                sinceSnapshot))
        .build();
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

  ReplayRandom random() {
    return random;
  }

  /** The first samples that were taken in; fixed once it is full. */
  List<Sample> probe() {
    return List.copyOf(probe);
  }

  boolean probeIsFull() {
    return probe.size() >= settings.guards().probeRows();
  }

  /** The samples for learning that no update has seen yet, at most a batch. */
  List<Sample> fresh() {
    return replay.newest((int) Math.min(sinceUpdate, settings.updateBatch()));
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
    if (!probeIsFull()) {
      probe.add(sample);
    }
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

  /**
   * What the present weights were learned from, for the registry.
   *
   * @param journalSequence the journal's last record; 0 without a journal
   * @param calibratedOn held-out samples that the calibration was fitted on anew; 0: it was not
   */
  String describe(long journalSequence, int calibratedOn) {
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
        + " updates, with those kept since "
        + Long.toUnsignedString(oldestKeptNs())
        + " ns; "
        + evaluation.size()
        + " samples held out"
        + (calibratedOn == 0 ? "" : ", calibrated anew on the oldest " + calibratedOn)
        + (journalSequence == 0 ? "" : "; learning journal up to " + journalSequence);
  }

  /** Batches are drawn from all that is kept, also from before the last restart. */
  private long oldestKeptNs() {
    return replay.newest(settings.replayCapacity()).stream()
        .mapToLong(Sample::timeNs)
        .min()
        .orElse(firstTimeNs);
  }
}
