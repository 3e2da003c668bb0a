package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.DifferentiableNetwork;
import ai.neo.proto.learning.v1.Checkpoint;
import ai.neo.proto.learning.v1.ReplayLearningResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Proves that a journal gives the weights that were recorded. */
final class LearningReplay {
  private LearningReplay() {}

  /**
   * Learns a directory's journal again from its oldest checkpoint, or from its first record where
   * nothing was removed yet, and compares the digest of each snapshot and of each checkpoint. May
   * go on while the journal is written.
   *
   * @param last record to compare up to
   * @throws IOException when the journal cannot be read
   */
  static ReplayLearningResponse replay(Path directory, long last, LearnerState.Networks networks)
      throws IOException {
    long first = LearningJournal.firstSequence(directory);
    Optional<Checkpoint> from =
        first == 1
            ? Optional.empty()
            : new Checkpoints(directory).at(first - 1).map(Checkpoints.Found::checkpoint);
    if (first > 1 && from.isEmpty()) {
      throw new JournalDamageException(
          "%s has no checkpoint at record %d, from which its first record goes on"
              .formatted(directory, first - 1));
    }
    LearnerReplay replay = new LearnerReplay(from, networks, true);
    try {
      LearningJournal.read(directory, first, last, replay);
      return ReplayLearningResponse.newBuilder()
          .setIdentical(replay.difference().isEmpty())
          .setFirstSequence(first)
          .setLastSequence(last)
          .setUpdates(replay.state().counts().updates)
          .setSnapshots(replay.snapshots())
          .setDifference(replay.difference().orElse(""))
          .addAllRecordedOn(replay.recordedOn())
          .setReplayedOn(DifferentiableNetwork.engineBuild() + " on " + Processor.name())
          .build();
    } finally {
      replay.state().close();
    }
  }
}
