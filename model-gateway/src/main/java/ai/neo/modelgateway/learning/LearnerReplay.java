package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.proto.learning.v1.Checkpoint;
import ai.neo.proto.learning.v1.LearningHeader;
import ai.neo.proto.learning.v1.LearningRecord;
import ai.neo.proto.learning.v1.SnapshotTaken;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Learns recorded history again: for a restart, and to prove that it gives the same bits. One
 * thread; the state is the caller's to close.
 */
final class LearnerReplay implements LearningJournal.Reader {
  private final LearnerState.Networks networks;
  private final boolean comparing;
  private final List<Sample> heldOut = new ArrayList<>();
  private final Set<String> recordedOn = new LinkedHashSet<>();
  private LearnerState state;
  private LearningHeader header = LearningHeader.getDefaultInstance();
  private Optional<String> difference = Optional.empty();
  private boolean footingTaken;
  private long snapshots;

  /**
   * @param from the checkpoint that the records follow; empty: they are the journal's first
   * @param comparing whether digests are compared with the recorded ones, which costs time
   */
  LearnerReplay(Optional<Checkpoint> from, LearnerState.Networks networks, boolean comparing) {
    this.networks = networks;
    this.comparing = comparing;
    this.header = from.map(Checkpoint::getHeader).orElse(header);
    LearningSettings settings = SettingsText.read(header.getSettings());
    this.state =
        from.map(start -> LearnerState.read(settings, start.getImage(), networks))
            .orElseGet(() -> new LearnerState(settings));
  }

  @Override
  public void record(long sequence, LearningRecord record) {
    switch (record.getWhatCase()) {
      case HEADER -> begin(sequence, record.getHeader());
      case FEEDBACK -> {
        LearnerState.Taken taken = state.feedback(record.getFeedback());
        if (taken.heldOut()) {
          heldOut.add(taken.sample());
        }
      }
      case FOOTING -> {
        state.take(record.getFooting(), networks);
        footingTaken = true;
        heldOut.clear(); // the watch over the former champion is over
      }
      case FREEZE -> state.freeze(record.getFreeze());
      case SNAPSHOT -> snapshot(sequence, record.getSnapshot());
      case WHAT_NOT_SET ->
          throw new IllegalStateException(
              "record " + sequence + " is of a kind that this release does not know");
    }
  }

  LearnerState state() {
    return state;
  }

  /** The last header; without settings when there was none. */
  LearningHeader header() {
    return header;
  }

  /** Whether a footing was among the records: a watch of before is over then. */
  boolean footingTaken() {
    return footingTaken;
  }

  /** The held-out samples since the last footing, or since the begin. */
  List<Sample> heldOut() {
    return heldOut;
  }

  /** The first digest that came out otherwise than recorded. */
  Optional<String> difference() {
    return difference;
  }

  /** How many snapshots' digests were compared. */
  long snapshots() {
    return snapshots;
  }

  /** Engines and processors that the records name. */
  Set<String> recordedOn() {
    return recordedOn;
  }

  /** SHA-256 over all that the next weights depend on. */
  static String digest(LearnerState state) {
    return ModelDesk.sha256(state.image().toByteArray());
  }

  private void begin(long sequence, LearningHeader next) {
    if (comparing && !next.getStateDigest().isEmpty()) {
      compare("state before record " + sequence, next.getStateDigest(), digest(state));
    }
    if (!next.getSettings().equals(header.getSettings())) {
      state = with(SettingsText.read(next.getSettings()), state, networks);
    }
    header = next;
    recordedOn.add(next.getEngine() + " on " + next.getCpu());
  }

  /** The same state under other settings; closes the former. */
  static LearnerState with(
      LearningSettings settings, LearnerState state, LearnerState.Networks networks) {
    try (state) {
      return LearnerState.read(settings, state.image(), networks);
    }
  }

  private void snapshot(long sequence, SnapshotTaken recorded) {
    if (comparing) {
      DirectionNetwork network =
          state.snapshot(header.getEngine(), header.getCpu(), header.getRecalibrates()).network();
      compare("snapshot at record " + sequence, recorded.getDigest(), ModelDesk.digest(network));
      snapshots++;
    }
    state.take(recorded);
  }

  private void compare(String what, String recorded, String now) {
    if (!recorded.equals(now) && difference.isEmpty()) {
      difference = Optional.of(what + ": recorded " + recorded + ", replayed " + now);
    }
  }
}
