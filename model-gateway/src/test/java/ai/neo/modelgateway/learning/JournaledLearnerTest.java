package ai.neo.modelgateway.learning;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.network.NetworkEngine;
import ai.neo.modelgateway.quality.QualitySettings;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.proto.learning.v1.LearnRequest;
import ai.neo.proto.learning.v1.LearnResponse;
import ai.neo.proto.learning.v1.LearnerStatus;
import ai.neo.proto.learning.v1.ReplayLearningResponse;
import ai.neo.proto.registry.v1.ModelVersion;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What survives a death of the learner: everything. */
class JournaledLearnerTest {
  private static final String MODEL = "direction";
  private static final int OUTCOMES = 4100;

  @TempDir private Path directory;

  private final LearningSettings settings = everythingOn(LearningSettings.defaults());
  private final AtomicBoolean full = new AtomicBoolean();
  private InMemoryRegistry registry;
  private ServingCatalog catalog;
  private Learner learner;
  private Trainer.Trained first;

  @BeforeEach
  void begin() throws Exception {
    first =
        new Trainer(settings)
            .train(
                Market.rows(1500, 3, -1),
                new TrainingPlan(Market.FEATURE_SET, 1, 3, Market.COST),
                progress -> true);
    house(directory.resolve("one"));
  }

  @AfterEach
  void end() {
    learner.close();
    catalog.close();
  }

  @Test
  void aLearnerThatDiedGoesOnWithTheSameBits() throws Exception {
    learn(0, OUTCOMES);
    String uninterrupted = versions();
    end();

    house(directory.resolve("two"));
    for (int at = 0; at < OUTCOMES; at += 850) { // in blocks, snapshots and on probation
      learn(at, Math.min(OUTCOMES, at + 850));
      die();
      // Whoever did not hear the answer sends again.
      assertThat(learner.learn(outcome(at)).getOutcome())
          .isEqualTo(LearnResponse.Outcome.DUPLICATE);
    }
    assertThat(versions()).isEqualTo(uninterrupted);
    assertThat(registry.list(MODEL)).hasSizeGreaterThan(2);
    assertThat(learner.status().getLearned()).isEqualTo(OUTCOMES);
    assertThat(learner.status().getPromotions()).isPositive();
    ReplayLearningResponse replay = learner.replay();
    assertThat(replay.getDifference()).isEmpty();
    assertThat(replay.getIdentical()).isTrue();
    assertThat(replay.getSnapshots()).isEqualTo(registry.list(MODEL).size() - 1);
  }

  @Test
  void aReplayNamesTheFirstStateThatCameOutOtherwise() throws Exception {
    learn(0, 2100);
    learner.close();
    Path journal = newest("journal-");
    falsify(journal);
    house();
    ReplayLearningResponse replay = learner.replay();
    assertThat(replay.getIdentical()).isFalse();
    assertThat(replay.getDifference()).contains("before record 1001: recorded", "replayed");
  }

  @Test
  void aTornRecordIsCutOffAndADamagedOneStopsLearningAlone() throws Exception {
    learn(0, 300);
    learner.close();
    Path journal = newest("journal-");
    Files.deleteIfExists(newest("checkpoint-")); // all has to be read
    Files.deleteIfExists(journal); // the segment behind the checkpoint: its header alone
    journal = newest("journal-");
    long whole = Files.size(journal);
    try (FileChannel file = FileChannel.open(journal, java.nio.file.StandardOpenOption.WRITE)) {
      file.truncate(whole - 5);
    }
    house();
    assertThat(learner.status().getLearned()).isEqualTo(299);
    assertThat(learner.learn(outcome(299)).getOutcome()).isEqualTo(LearnResponse.Outcome.LEARNED);
    kill();

    byte[] bytes = Files.readAllBytes(journal);
    bytes[2000] ^= 1;
    Files.write(journal, bytes);
    house();
    LearnResponse refused = learner.learn(outcome(300));
    assertThat(refused.getOutcome()).isEqualTo(LearnResponse.Outcome.REFUSED);
    assertThat(refused.getReason()).contains("damaged at byte", "begin anew");
    assertThat(catalog.champion(MODEL)).isPresent();
    assertThat(learner.status().getFrozen()).isTrue();
  }

  @Test
  void aFullDiskFreezesTheLearnerAndUnfreezingTriesAgain() throws Exception {
    learn(0, 100);
    long sequence = learner.status().getJournalSequence();
    full.set(true);
    LearnResponse refused = learner.learn(outcome(100));
    assertThat(refused.getOutcome()).isEqualTo(LearnResponse.Outcome.REFUSED);
    assertThat(refused.getReason()).contains("No space left on device", "unfrozen");
    assertThat(learner.status().getFrozen()).isTrue();
    learner.freeze(false, "operator", "hoped");
    assertThat(learner.status().getFrozen()).isTrue();
    full.set(false);
    assertThat(learner.learn(outcome(100)).getOutcome()).isEqualTo(LearnResponse.Outcome.REFUSED);
    learner.freeze(false, "operator", "made room");
    assertThat(learner.status().getFrozen()).isFalse();
    assertThat(learner.learn(outcome(100)).getOutcome()).isEqualTo(LearnResponse.Outcome.LEARNED);
    assertThat(learner.status().getJournalSequence()).isEqualTo(sequence + 2);
    learn(101, 400);
    long updates = learner.status().getUpdates();
    die();
    assertThat(learner.status().getUpdates()).isEqualTo(updates);
  }

  @Test
  void aFreezeOutlivesTheProcessAndSettingsMayChangeInBetween() throws Exception {
    learn(0, 500);
    learner.freeze(true, "operator", "holidays");
    kill();
    house(
        new LearnerStore(MODEL, LearningSettings.defaults(), Optional.of(directory.resolve("one"))),
        LearningSettings.defaults());
    assertThat(learner.status().getFrozenReason()).contains("holidays");
    learner.freeze(false, "operator", "back");
    learn(500, 2600);
    assertThat(registry.list(MODEL)).hasSize(2);
    ModelVersion candidate = registry.list(MODEL).getFirst();
    long offset = candidate.getLineage().getLearnerJournalOffset();
    assertThat(offset).isBetween(2000L, learner.status().getJournalSequence());
    assertThat(candidate.getDataDescription()).endsWith("learning journal up to " + offset);
    assertThat(candidate.getMetricsMap()).doesNotContainKey("learning_journal_sequence");
    assertThat(candidate.getLineage().getCode()).contains("pytorch");
    assertThat(registry.list(MODEL).getLast().getLineage().hasLearnerJournalOffset())
        .as("the trainer's version")
        .isFalse();
    assertThat(learner.replay().getDifference()).isEmpty();
  }

  @Test
  void theJournalsDiskIsBounded() throws Exception {
    LearningSettings.Journal often = new LearningSettings.Journal(200, 3, 1000);
    LearningSettings small = settings.with(settings.replay(), settings.guards(), often);
    Path here = directory.resolve("small");
    learner.close();
    house(new LearnerStore(MODEL, small, Optional.of(here)), small);
    learn(0, 2500);
    for (int i = 0; i < 60; i++) {
      learner.learn(outcome(1)); // duplicates
    }
    try (Stream<Path> files = Files.list(here)) {
      assertThat(files.filter(f -> f.getFileName().toString().startsWith("journal-"))).hasSize(3);
    }
    assertThat(Files.size(here.resolve("dead-letters.jsonl"))).isLessThan(2000);
    assertThat(Files.readString(here.resolve("dead-letters.jsonl"))).contains("\"DUPLICATE\"");
    assertThat(learner.status().getDeadLetters()).isEqualTo(60);
    ReplayLearningResponse replay = learner.replay();
    assertThat(replay.getDifference()).isEmpty();
    assertThat(replay.getFirstSequence()).isGreaterThan(1500);
  }

  @Test
  void lateUnknownAndForeignFeedbackIsKeptAside() throws Exception {
    learn(0, 2);
    LearnRequest good = outcome(2000).toBuilder().setModelVersion("1").build();
    assertThat(learner.learn(good).getOutcome()).isEqualTo(LearnResponse.Outcome.LEARNED);
    aside(outcome(3), LearnResponse.Outcome.LATE);
    aside(outcome(2001).toBuilder().clearFeatures().build(), LearnResponse.Outcome.UNKNOWN);
    aside(outcome(2001).toBuilder().setModelVersion("9").build(), LearnResponse.Outcome.UNKNOWN);
    LearnRequest reward = outcome(2001).toBuilder().setReward(0.002f).setAction(2).build();
    aside(reward, LearnResponse.Outcome.FOREIGN);
    serve(); // version 2 is not an ancestor of 1, nor 1 of 2
    aside(reward.toBuilder().setModelVersion("1").build(), LearnResponse.Outcome.FOREIGN);
    LearnRequest own = reward.toBuilder().setModelVersion("2").setPropensity(0.25f).build();
    assertThat(learner.learn(own).getOutcome()).isEqualTo(LearnResponse.Outcome.LEARNED);
    LearnerStatus status = learner.status();
    assertThat(status.getLate()).isEqualTo(1);
    assertThat(status.getUnknown()).isEqualTo(2);
    assertThat(status.getForeign()).isEqualTo(2);
    assertThat(status.getDeadLetters()).isEqualTo(5);
    assertThat(Files.readAllLines(directory.resolve("one").resolve("dead-letters.jsonl")))
        .hasSize(5)
        .allMatch(line -> line.contains("\"request\":"));
  }

  private void aside(LearnRequest request, LearnResponse.Outcome expected) {
    LearnResponse response = learner.learn(request);
    assertThat(response.getOutcome()).isEqualTo(expected);
    assertThat(response.getReason()).isNotEmpty();
  }

  private static LearningSettings everythingOn(LearningSettings some) {
    LearningSettings.Guards guards =
        new LearningSettings.Guards(1f, 64, 0.6, 10f, 1_000_000_000, 0.5, 32, 86_400_000_000_000L);
    return some.with(
        new LearningSettings.Replay(true, 0.6, 0.4),
        guards,
        new LearningSettings.Journal(1000, 8, 1 << 20));
  }

  /** A learner over an empty registry that has the first network as its champion. */
  private void house(Path at) throws Exception {
    registry = new InMemoryRegistry();
    catalog = new ServingCatalog(registry, List.of(new NetworkEngine()));
    house(store(at), settings);
    serve();
  }

  private void house() {
    house(store(directory.resolve("one")), settings);
  }

  private void house(LearnerStore store, LearningSettings with) {
    learner =
        new Learner(
            MODEL,
            with,
            new ModelDesk(MODEL, catalog, registry),
            store,
            QualitySettings.defaults());
    learner.follow();
  }

  private LearnerStore store(Path at) {
    return new LearnerStore(
        MODEL,
        settings,
        Optional.of(at),
        (file, frame) -> {
          if (full.get()) {
            frame.limit(frame.limit() / 2);
            file.write(frame); // half a record, as a disk does that runs full
            throw new IOException("No space left on device");
          }
          LearningJournal.write(file, frame);
        });
  }

  private void serve() throws ModelRefusedException {
    ModelDesk desk = new ModelDesk(MODEL, catalog, registry);
    String version =
        desk.register(
                new ModelDesk.Proposal(first.network(), "", "rows", Map.of(), "trainer"), "test")
            .getVersion();
    desk.promote(version, "", "operator", "test");
  }

  /** The learner is gone without a word, and another one takes its files up. */
  private void die() throws IOException {
    Path from = directory.resolve("two");
    from = Files.isDirectory(from) ? from : directory.resolve("one");
    Path copy = directory.resolve(from.getFileName() + "x");
    copy(from, copy);
    learner.close(); // would write a checkpoint, which a killed process does not
    copy(copy, from);
    house(store(from), settings);
  }

  private void kill() throws IOException {
    Path from = directory.resolve("one");
    Path copy = directory.resolve("one-before");
    copy(from, copy);
    learner.close();
    copy(copy, from);
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    for (Path old : all(to)) {
      Files.delete(old);
    }
    for (Path file : all(from)) {
      Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static List<Path> all(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private Path newest(String prefix) throws IOException {
    return all(directory.resolve("one")).stream()
        .filter(file -> file.getFileName().toString().startsWith(prefix))
        .toList()
        .getLast();
  }

  /** Writes the segments anew with one label changed, as if something else had been learned. */
  private void falsify(Path newest) throws IOException {
    Path folder = newest.getParent();
    Path segment = folder.resolve("journal-%020d.log".formatted(1));
    try (FileChannel out =
        FileChannel.open(
            folder.resolve("false"),
            java.nio.file.StandardOpenOption.CREATE,
            java.nio.file.StandardOpenOption.WRITE)) {
      JournalSegment.read(
          segment,
          1,
          false,
          (sequence, payload) -> {
            var read = ai.neo.proto.learning.v1.LearningRecord.parseFrom(payload).toBuilder();
            if (sequence == 40) {
              read.getFeedbackBuilder().setLabel((read.getFeedback().getLabel() + 1) % 3);
            }
            LearningJournal.write(out, JournalSegment.frame(sequence, read.build().toByteArray()));
          });
    }
    Files.move(folder.resolve("false"), segment, StandardCopyOption.REPLACE_EXISTING);
  }

  private void learn(int from, int to) {
    for (int i = from; i < to; i++) {
      assertThat(learner.learn(outcome(i)).getOutcome()).isEqualTo(LearnResponse.Outcome.LEARNED);
    }
  }

  /** The same for the same number, whatever was asked before. */
  private static LearnRequest outcome(int number) {
    Market market = new Market(7000 + number);
    long time = 60_000_000_000L * number;
    return market.outcome(1).toBuilder()
        .setPredictionId("prediction-" + number)
        .setEventTimeNs(time)
        .setMaturedTimeNs(time + 300_000_000_000L)
        .build();
  }

  private String versions() {
    StringBuilder all = new StringBuilder();
    for (ModelVersion version : registry.list(MODEL)) {
      all.append(version.getVersion())
          .append(' ')
          .append(version.getDigest())
          .append(' ')
          .append(version.getParentVersion())
          .append(' ')
          .append(version.getLineage().getLearnerJournalOffset())
          .append('\n');
    }
    return all.toString();
  }
}
