package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.quality.PageHinkley;
import ai.neo.proto.learning.v1.CopyImage;
import ai.neo.proto.learning.v1.FootingTaken;
import ai.neo.proto.learning.v1.FreezeChanged;
import ai.neo.proto.learning.v1.LearnRequest;
import ai.neo.proto.learning.v1.LearnerImage;
import ai.neo.proto.learning.v1.SnapshotTaken;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * All that the learner's next weights depend on. A function of the ordered records that it is
 * given, of its settings and of the networks that the records name: no clock, no other randomness,
 * nothing asked of anybody else. The same records give the same bits on one engine build and one
 * kind of processor.
 *
 * <p>Of each {@link #BLOCKS} blocks of {@link #BLOCK} samples the last is held out: it judges and
 * is never learned from. Blocks and not single samples, because the outcomes of neighbours overlap,
 * and a learned neighbour would give the held-out one away. One thread.
 */
final class LearnerState implements AutoCloseable {
  /** Long beside a horizon of a few bars, short beside an evaluation window. */
  static final int BLOCK = 32;

  private static final int BLOCKS = 4;

  private final LearningSettings settings;
  private final LearnerCounts counts = new LearnerCounts();
  private final SeenPredictions seen;
  private final Optional<PageHinkley> drift;
  private final ArrayDeque<Double> excess = new ArrayDeque<>();
  private FootingTaken footing = FootingTaken.getDefaultInstance();
  private Optional<Memory> memory = Optional.empty();
  private Optional<LearningCopy> copy = Optional.empty();
  private boolean frozen;
  private String frozenReason = "";
  private long newestTimeNs;

  /** Where the networks come from that a footing names. */
  interface Networks {
    /**
     * @throws IllegalStateException when there is none with that digest
     */
    DirectionNetwork network(String version, String digest);
  }

  /** What a feedback led to. */
  record Taken(Sample sample, boolean heldOut, boolean stopped) {}

  LearnerState(LearningSettings settings) {
    this.settings = settings;
    this.seen = new SeenPredictions(settings.rememberedPredictions());
    long samples = settings.guards().driftSamples();
    this.drift =
        samples == 0
            ? Optional.empty()
            : Optional.of(new PageHinkley(Math.max(10, (double) samples / settings.updateEvery())));
  }

  /** The state that an image was taken of; other settings than its own take effect from here. */
  static LearnerState read(LearningSettings settings, LearnerImage image, Networks networks) {
    LearnerState state = new LearnerState(settings);
    state.footing = image.getFooting();
    state.counts.read(image.getCountsList());
    state.frozen = image.getFrozen();
    state.frozenReason = image.getFrozenReason();
    state.seen.addAll(image.getSeenList());
    state.newestTimeNs = image.getNewestTimeNs();
    if (image.hasMemory()) {
      state.memory = Optional.of(Memory.read(settings, image.getMemory()));
    }
    if (image.hasCopy()) {
      FootingTaken on = image.getFooting();
      LearningCopy copy =
          new LearningCopy(
              settings,
              on.getBaseVersion(),
              networks.network(on.getBaseVersion(), on.getBaseDigest()));
      copy.read(image.getCopy());
      state.copy = Optional.of(copy);
      state.excess.addAll(image.getCopy().getExcessList());
      state.drift.ifPresent(test -> test.restore(image.getCopy().getDrift()));
    }
    return state;
  }

  LearnerImage image() {
    LearnerImage.Builder image =
        LearnerImage.newBuilder()
            .setFooting(footing)
            .addAllCounts(counts.image())
            .setFrozen(frozen)
            .setFrozenReason(frozenReason)
            .addAllSeen(seen.ids())
            .setNewestTimeNs(newestTimeNs);
    memory.ifPresent(present -> image.setMemory(present.image()));
    copy.ifPresent(
        present -> {
          CopyImage.Builder part = present.image().addAllExcess(excess);
          drift.ifPresent(test -> part.setDrift(test.image()));
          image.setCopy(part);
        });
    return image.build();
  }

  LearnerCounts counts() {
    return counts;
  }

  FootingTaken footing() {
    return footing;
  }

  Optional<LearningCopy> copy() {
    return copy;
  }

  Memory memory() {
    return memory.orElseThrow();
  }

  boolean frozen() {
    return frozen;
  }

  String frozenReason() {
    return frozenReason;
  }

  boolean hasSeen(String predictionId) {
    return seen.contains(predictionId);
  }

  /** When the newest outcome was known, of all that were taken in. */
  long newestTimeNs() {
    return newestTimeNs;
  }

  /** By how much the newest updates' loss, before each, was above the base's; nats. */
  double excessLoss() {
    return excess.stream().mapToDouble(Double::doubleValue).sum() / Math.max(1, excess.size());
  }

  double driftStatistic() {
    return drift.map(PageHinkley::statistic).orElse(0.0);
  }

  /** Stands somewhere else; what was learned since the last footing is left behind. */
  void take(FootingTaken next, Networks networks) {
    boolean same =
        copy.isPresent()
            && next.getBaseVersion().equals(footing.getBaseVersion())
            && next.getBaseDigest().equals(footing.getBaseDigest());
    if (same) {
      copy.get().reset();
    } else {
      Optional<LearningCopy> fresh =
          next.getBaseVersion().isEmpty()
              ? Optional.empty()
              : Optional.of(
                  new LearningCopy(
                      settings,
                      next.getBaseVersion(),
                      networks.network(next.getBaseVersion(), next.getBaseDigest())));
      copy.ifPresent(LearningCopy::close);
      copy = fresh;
    }
    footing = next;
    copy.ifPresent(
        on -> {
          if (memory.isEmpty() || !memory.get().holds(on.base())) {
            memory = Optional.of(new Memory(settings, on.base()));
          }
          restart();
        });
  }

  void freeze(FreezeChanged change) {
    frozen = change.getFrozen();
    frozenReason = frozen ? "frozen by " + change.getActor() + ": " + change.getReason() : "";
    forgetStops();
  }

  /** Takes in a checked and new outcome, with the update that is due after it. */
  Taken feedback(LearnRequest request) {
    Memory into = memory();
    Sample sample = Feedback.sample(request, copy.orElseThrow().base(), settings.guards());
    seen.add(request.getPredictionId());
    newestTimeNs = Math.max(newestTimeNs, request.getMaturedTimeNs());
    // What another action would have earned is not known of a reward: it cannot judge.
    boolean heldOut = counts.learned / BLOCK % BLOCKS == BLOCKS - 1 && !request.hasReward();
    counts.learned++;
    into.count(sample);
    if (heldOut) {
      into.evaluation().add(sample);
    } else {
      into.replay().add(sample);
      into.countForUpdate();
    }
    boolean stopped = !frozen && into.updateDue() && !update(into);
    return new Taken(sample, heldOut, stopped);
  }

  boolean snapshotDue() {
    return !frozen && copy.isPresent() && memory().snapshotDue();
  }

  /**
   * The weights as they are now, to be put forward.
   *
   * @param judging held-out samples that it was not calibrated on
   * @param calibratedOn held-out samples that it was; 0: it has the champion's calibration
   */
  record Snapshot(DirectionNetwork network, EvaluationWindow judging, int calibratedOn) {}

  /**
   * A snapshot that names the engine and processor.
   *
   * @param recalibrates whether it is calibrated anew, where its champion is calibrated
   */
  Snapshot snapshot(String engine, String cpu, boolean recalibrates) {
    LearningCopy learned = copy.orElseThrow();
    DirectionNetwork network = learned.snapshot(engine, cpu);
    EvaluationWindow held = memory().evaluation();
    int fitted =
        recalibrates
            ? Recalibration.fitted(network.calibration(), held.size(), settings.minimumEvaluation())
            : 0;
    if (fitted == 0) {
      return new Snapshot(network, held, 0);
    }
    return new Snapshot(
        Recalibration.of(network, held.oldest(fitted)),
        held.without(fitted + Recalibration.GAP),
        fitted);
  }

  /** The weights were put forward. */
  void take(SnapshotTaken snapshot) {
    memory().snapshotTaken();
    counts.candidates += snapshot.getVersion().isEmpty() ? 0 : 1;
    counts.promotions += snapshot.getPromoted() ? 1 : 0;
  }

  @Override
  public void close() {
    copy.ifPresent(LearningCopy::close);
    copy = Optional.empty();
  }

  /** False when the learner stopped itself instead. */
  private boolean update(Memory from) {
    LearningCopy learning = copy.orElseThrow();
    double loss = learning.loss(from.fresh());
    excess.addLast(loss - learning.baseLoss(from.fresh()));
    if (excess.size() > settings.guards().excessUpdates()) {
      excess.removeFirst();
    }
    boolean alarm = drift.isPresent() && drift.get().add(loss);
    if (excess.size() == settings.guards().excessUpdates()
        && excessLoss() > settings.guards().excessLoss()) {
      learning.reset();
      stop(
          "the loss of the last "
              + excess.size()
              + " updates was "
              + excessLoss()
              + " above the champion's; the weights are the champion's again");
      return false;
    }
    if (alarm) {
      stop("the loss drifts upwards; the weights stay as they were learned");
      return false;
    }
    LearningCopy.Step step = learning.update(from);
    switch (step) {
      case TAKEN -> counts.updates++;
      case SHORTENED -> {
        counts.updates++;
        counts.shortened++;
      }
      case REFUSED -> counts.refusedSteps++;
      case NOT_FINITE ->
          stop("loss, gradient or weights were not finite; the weights are the champion's again");
    }
    if (step == LearningCopy.Step.NOT_FINITE) {
      return false;
    }
    from.updated();
    return true;
  }

  private void stop(String why) {
    frozen = true;
    frozenReason = "stopped by itself after " + counts.updates + " updates: " + why;
    restart();
  }

  private void restart() {
    memory().restart();
    forgetStops();
  }

  private void forgetStops() {
    excess.clear();
    drift.ifPresent(PageHinkley::reset);
  }
}
