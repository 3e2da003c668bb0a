package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.DifferentiableNetwork;
import ai.neo.proto.learning.v1.Checkpoint;
import ai.neo.proto.learning.v1.LearningHeader;
import ai.neo.proto.learning.v1.LearningRecord;
import ai.neo.proto.learning.v1.WatchImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One learner's directory: its journal and the checkpoints from which a restart begins. Without a
 * directory it keeps nothing. One thread.
 */
final class LearnerStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LearnerStore.class);

  private final String model;
  private final LearningSettings settings;
  private final Optional<Path> directory;
  private final LearningJournal.Disk disk;
  private final String cpu = Processor.name();
  private Optional<LearningJournal> journal = Optional.empty();
  private LearningHeader header = LearningHeader.getDefaultInstance();
  private long sinceCheckpoint;

  /**
   * What a journal gave.
   *
   * @param watched of the watch over the champion, when it was going on
   * @param heldOut samples that the watch has not seen yet
   * @param counts of what is not in the state
   */
  record Restored(
      LearnerState state, WatchImage watched, List<Sample> heldOut, List<Long> counts) {}

  /**
   * @param directory of this model alone; empty: nothing is kept
   */
  LearnerStore(String model, LearningSettings settings, Optional<Path> directory) {
    this(model, settings, directory, LearningJournal::write);
  }

  LearnerStore(
      String model,
      LearningSettings settings,
      Optional<Path> directory,
      LearningJournal.Disk disk) {
    this.model = model;
    this.settings = settings;
    this.directory = directory;
    this.disk = disk;
  }

  Optional<Path> directory() {
    return directory;
  }

  /**
   * Brings back what the journal says; an empty one begins.
   *
   * @throws IOException when it cannot be read or written; the message says what to do
   */
  Restored open(LearnerState.Networks networks) throws IOException {
    if (directory.isEmpty()) {
      return new Restored(
          new LearnerState(settings), WatchImage.getDefaultInstance(), List.of(), List.of());
    }
    if (journal.isEmpty()) {
      journal = Optional.of(LearningJournal.open(directory.get(), disk));
    }
    long began = System.nanoTime();
    LearningJournal open = journal.get();
    Optional<Checkpoints.Found> found =
        new Checkpoints(directory.get()).newest(open.lastSequence());
    long from = found.map(Checkpoints.Found::sequence).orElse(0L) + 1;
    long last = open.lastSequence();
    Optional<Checkpoint> checkpoint = found.map(Checkpoints.Found::checkpoint);
    LearnerReplay replay = new LearnerReplay(checkpoint, networks, false);
    LearnerState state;
    try {
      LearningJournal.read(directory.get(), from, last, replay);
      sinceCheckpoint = last + 1 - from;
      state = adopt(replay, networks);
    } catch (IOException | RuntimeException e) {
      replay.state().close();
      throw e;
    }
    if (last >= from) {
      LOG.info(
          "model={} learned {} records again in {} ms, from record {}",
          model,
          last + 1 - from,
          (System.nanoTime() - began) / 1_000_000,
          from);
    }
    WatchImage watched =
        replay.footingTaken()
            ? WatchImage.getDefaultInstance()
            : checkpoint.map(Checkpoint::getWatch).orElse(WatchImage.getDefaultInstance());
    return new Restored(
        state,
        watched,
        replay.heldOut(),
        checkpoint.map(Checkpoint::getCountsList).orElse(List.of()));
  }

  /** A journal of other settings, another engine or processor goes on under a header of its own. */
  private LearnerState adopt(LearnerReplay replay, LearnerState.Networks networks)
      throws IOException {
    header =
        LearningHeader.newBuilder()
            .setModel(model)
            .setEngine(DifferentiableNetwork.engineBuild())
            .setCpu(cpu)
            .setSettings(SettingsText.write(settings))
            .setRecalibrates(true)
            .build();
    LearnerState state = replay.state();
    LearningHeader last = replay.header().toBuilder().clearStateDigest().build();
    if (!header.equals(last)) {
      if (!last.getModel().isEmpty()) {
        LOG.info(
            "model={} goes on learning with {} on {}, was {} on {}",
            model,
            header.getEngine(),
            header.getCpu(),
            last.getEngine(),
            last.getCpu());
      }
      String digest = last.getModel().isEmpty() ? "" : LearnerReplay.digest(state);
      journal.orElseThrow().roll();
      begin(digest);
      if (!header.getSettings().equals(last.getSettings())) {
        state = LearnerReplay.with(settings, state, networks);
      }
    } else if (journal.orElseThrow().isSegmentEmpty()) {
      begin(LearnerReplay.digest(state)); // the process died between a checkpoint and its header
    }
    return state;
  }

  /** Last record of the journal; 0 without one. */
  long sequence() {
    return journal.map(LearningJournal::lastSequence).orElse(0L);
  }

  long bytes() {
    return journal.map(LearningJournal::bytes).orElse(0L);
  }

  /** Build of the engine that computes the gradients. */
  String engine() {
    return DifferentiableNetwork.engineBuild();
  }

  /** The processor, as artifacts name it. */
  String cpu() {
    return cpu;
  }

  /**
   * Writes a record down, before it is applied.
   *
   * @throws IOException when the disk does not take it; the journal is as before
   */
  void append(LearningRecord.Builder record) throws IOException {
    if (journal.isPresent()) {
      journal.get().append(record.build());
      sinceCheckpoint++;
    }
  }

  boolean checkpointDue() {
    return journal.isPresent() && sinceCheckpoint >= settings.journal().checkpointEvery();
  }

  /**
   * Writes a checkpoint, begins a new segment and removes the oldest.
   *
   * @throws IOException when the disk does not take it; the journal goes on without it
   */
  void checkpoint(LearnerState state, Optional<WatchImage> watch, List<Long> counts)
      throws IOException {
    if (journal.isEmpty() || sinceCheckpoint <= 1) {
      return; // nothing but the header since the last
    }
    LearningJournal open = journal.get();
    sinceCheckpoint = 0; // a disk that refuses is asked again after as many records
    var image = state.image();
    open.force();
    Checkpoints checkpoints = new Checkpoints(directory.orElseThrow());
    checkpoints.write(
        open.lastSequence(),
        Checkpoint.newBuilder()
            .setModel(model)
            .setImage(image)
            .setWatch(watch.orElse(WatchImage.getDefaultInstance()))
            .addAllCounts(counts)
            .setHeader(header)
            .build());
    open.roll();
    begin(ModelDesk.sha256(image.toByteArray()));
    checkpoints.prune(open.prune(settings.journal().keptSegments()));
  }

  private void begin(String stateDigest) throws IOException {
    append(LearningRecord.newBuilder().setHeader(header.toBuilder().setStateDigest(stateDigest)));
  }

  @Override
  public void close() throws IOException {
    if (journal.isPresent()) {
      journal.get().close();
    }
    journal = Optional.empty();
  }
}
