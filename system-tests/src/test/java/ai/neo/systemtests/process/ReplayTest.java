package ai.neo.systemtests.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A run in which an operator swaps models while it learns; then its journal, whole and changed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReplayTest {
  private static final Duration LONG = Duration.ofSeconds(90);

  @TempDir private static Path folder;
  private Path journal;
  private JsonObject summary;

  @BeforeAll
  void swapWhileItTrades() throws Exception {
    Path data = folder.resolve("data");
    Path candles = Candles.write(folder, 0, 20_000);
    try (NeoProcess run =
        NeoProcess.run(
            NeoProcess.Surroundings.AS_SHIPPED,
            data,
            "--data",
            candles.toString(),
            "--speed",
            "12000")) {
      run.awaitTrading();
      run.awaitCount("updates_learned", 1);
      Finished pushed = model(data, "push", artifact(data).toString());
      assertThat(pushed.exitCode()).as(pushed.err()).isZero();
      assertThat(pushed.json().getString("version")).isEqualTo("2");

      Finished promoted = model(data, "promote", "2", "--reason", "try it");
      assertThat(promoted.exitCode()).as(promoted.err()).isZero();
      assertThat(promoted.json().getString("from_version")).isEqualTo("1");
      run.await("version 2 answers", LONG, () -> answered(run, "2") > 5);

      Finished rolledBack = model(data, "rollback");
      assertThat(rolledBack.exitCode()).as(rolledBack.err()).isZero();
      assertThat(rolledBack.json().getString("to_version")).isEqualTo("1");
      long before = answered(run, "1");
      run.await("version 1 answers again", LONG, () -> answered(run, "1") > before + 5);

      Finished history = model(data, "history", "--json");
      assertThat(history.json().getJsonArray("items").encode())
          .contains("try it", "by hand", "operator");
      run.terminate();
      Finished ended = run.awaitEnd(Duration.ofSeconds(30));
      summary = ended.json();
      journal = Path.of(summary.getString("journal"));
    }
  }

  private static long answered(NeoProcess run, String version) throws Exception {
    return run.api().get("status").getJsonObject("predictions_by_version").getLong(version, 0L);
  }

  private static Finished model(Path data, String command, String... more) {
    Stream<String> all =
        Stream.concat(Stream.of("model", command, "--data-dir", data.toString()), Stream.of(more));
    return NeoProcess.command(all.toArray(String[]::new));
  }

  /** The first model's file, so that the second is as good as the first. */
  private static Path artifact(Path data) throws IOException {
    try (Stream<Path> files = Files.walk(data.resolve("artifacts").resolve("sha256"))) {
      return files.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
  }

  private static Finished replay(Path journal) {
    return NeoProcess.command("replay", journal.toString(), "--json");
  }

  private Path copyOfJournal(String name) throws IOException {
    Path copy = Files.createDirectory(folder.resolve(name));
    try (Stream<Path> files = Files.list(journal)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    return copy;
  }

  @Test
  void countsTheSwapAndTheRollback() {
    assertThat(summary.getLong("swaps")).as(summary.encode()).isGreaterThanOrEqualTo(2);
    assertThat(summary.getJsonObject("predictions").fieldNames()).contains("1", "2");
    assertThat(summary.getLong("fallbacks")).isZero();
    assertThat(summary.getLong("updates_learned")).isPositive();
  }

  @Test
  void isIdenticalThroughLearningSwapAndRollback() {
    Finished replayed = replay(journal);
    assertThat(replayed.exitCode()).as(replayed.out() + replayed.err()).isZero();
    assertThat(replayed.json().getString("result")).isEqualTo("identical");
    assertThat(replayed.json().getString("decision_digest"))
        .isEqualTo(summary.getString("decision_digest"));
  }

  @Test
  void namesTheFrameThatIsDamaged() throws IOException {
    Path damaged = copyOfJournal("damaged");
    JournalBytes bytes = JournalBytes.open(damaged);
    List<JournalBytes.Frame> frames = bytes.frames();
    JournalBytes.Frame middle = frames.get(frames.size() / 2);
    bytes.flip(middle);
    Finished replayed = replay(damaged);
    assertThat(replayed.exitCode()).as(replayed.out() + replayed.err()).isEqualTo(4);
    JsonObject found = replayed.json();
    assertThat(found.getString("result")).isEqualTo("corrupt");
    assertThat(found.getLong("sequence")).isEqualTo(middle.sequence());
    assertThat(found.getLong("offset")).isEqualTo(middle.offset());
  }

  @Test
  void showsBothSidesOfAForgedDecision() throws IOException {
    Path forged = copyOfJournal("forged");
    JournalBytes bytes = JournalBytes.open(forged);
    List<JournalBytes.Frame> frames = bytes.frames();
    JournalBytes.Frame decision =
        frames.stream()
            .skip(frames.size() / 2)
            .filter(frame -> frame.type() == JournalBytes.DECIDE)
            .filter(frame -> bytes.contains(frame, "model"))
            .findFirst()
            .orElseThrow();
    bytes.forge(decision, "model", "MODEL");
    Finished replayed = replay(forged);
    assertThat(replayed.exitCode()).as(replayed.out() + replayed.err()).isEqualTo(3);
    JsonObject found = replayed.json();
    assertThat(found.getString("result")).isEqualTo("different");
    assertThat(found.getLong("sequence")).isEqualTo(decision.sequence());
    assertThat(found.getString("journaled")).contains("MODEL");
    assertThat(found.getString("derived")).contains("model").doesNotContain("MODEL");
  }
}
