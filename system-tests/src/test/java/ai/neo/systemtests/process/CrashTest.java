package ai.neo.systemtests.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} in mid-run, twice, beside the same run left in peace. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrashTest {
  @TempDir private static Path folder;
  private JsonObject peaceful;
  private JsonObject crashed;
  private Database.Counts counts;
  private List<Database.FillRow> fills;
  private Finished replayed;
  private List<String> left;
  private boolean socketLeft;

  @BeforeAll
  void crash() throws Exception {
    Path candles = Candles.write(folder, 0, 3_000);
    peaceful =
        NeoProcess.runToEnd(
                folder.resolve("peaceful"), "--data", candles.toString(), "--speed", "max")
            .json();
    Path data = folder.resolve("crashed");
    JsonObject ports;
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    NeoProcess.Surroundings surroundings =
        new NeoProcess.Surroundings(
            List.of(),
            List.of(NeoProcess.FIRST_COMPILER_ALONE, "-Djava.io.tmpdir=" + temporary),
            Map.of());
    try (NeoProcess first =
        NeoProcess.run(surroundings, data, "--data", candles.toString(), "--speed", "12000")) {
      first.awaitTrading().awaitCount("bars", 400);
      ports = first.runFile();
      first.kill();
      try (Stream<Path> files = Files.list(temporary)) {
        left = files.map(file -> file.getFileName().toString()).toList();
      }
      socketLeft = Files.exists(Path.of("/tmp/.s.PGSQL." + ports.getInteger("postgres_port")));
      // What it started is still there, on the same ports, when the next one comes.
      try (NeoProcess second =
          NeoProcess.run(
              data,
              "--data",
              candles.toString(),
              "--speed",
              "12000",
              "--set",
              "page.port=" + ports.getInteger("page_port"),
              "--set",
              "gateway.port=" + ports.getInteger("gateway_port"),
              "--set",
              "metrics.port=" + ports.getInteger("metrics_port"),
              "--set",
              "registry.port=" + ports.getInteger("registry_port"))) {
        second.awaitTrading().awaitCount("bars", 900);
        second.kill();
      }
    }
    try (NeoProcess last = NeoProcess.run(data, "--data", candles.toString(), "--speed", "max")) {
      last.awaitTrading().awaitFeedEnded().awaitProjected();
      fills = last.database().fills();
      counts = last.database().counts();
      last.terminate();
      crashed = last.awaitEnd(Duration.ofSeconds(30)).json();
    }
    replayed = NeoProcess.command("replay", crashed.getString("journal"), "--json");
  }

  @AfterAll
  void nothingIsLeft() {
    assertThat(Processes.on(folder)).isEmpty();
  }

  @Test
  void endsWhereTheRunWithoutCrashEnds() {
    for (JsonObject one : List.of(peaceful, crashed)) {
      one.remove("journal");
      one.remove("wall_seconds");
      // The learner died with its process, and begins anew: it is told less before it can learn.
      one.remove("events");
      one.remove("updates_learned");
    }
    assertThat(crashed).isEqualTo(peaceful);
  }

  /**
   * The script is the embedded PostgreSQL's library's own; {@code ./neo} gives it another place.
   */
  @Test
  void leavesNoFilesOfItsOwnInTheTemporaryDirectory() {
    assertThat(left)
        .allMatch(
            name -> name.startsWith("detect_linux_distribution_") || name.equals("embedded-pg"));
    assertThat(socketLeft).isFalse();
  }

  @Test
  void doublesNothing() {
    assertThat(fills).extracting(Database.FillRow::id).doesNotHaveDuplicates();
    assertThat(fills).hasSize(Math.toIntExact(crashed.getLong("fills")));
    assertThat(counts.orders()).isEqualTo(crashed.getLong("orders"));
    assertThat(counts.decisions()).isEqualTo(crashed.getLong("decisions"));
    assertThat(counts.filledE8ByOrders()).isEqualTo(counts.filledE8ByFills());
  }

  @Test
  void replaysIdentically() {
    assertThat(replayed.exitCode()).as(replayed.out() + replayed.err()).isZero();
    assertThat(replayed.json().getString("decision_digest"))
        .isEqualTo(crashed.getString("decision_digest"));
  }
}
