package ai.neo.systemtests.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run finds when it starts. */
class DataDirectoryTest {
  @TempDir private Path folder;
  private Path data;
  private String candles;

  @BeforeEach
  void candles() {
    data = folder.resolve("data");
    candles = Candles.write(folder, 0, 1_000).toString();
  }

  @Test
  void aSecondRunOnOneDirectoryIsRefused() {
    try (NeoProcess first = NeoProcess.run(data, "--data", candles, "--speed", "600")) {
      first.awaitTrading();
      Finished second = NeoProcess.command("run", "--data-dir", data.toString(), "--data", candles);
      assertThat(second.exitCode()).as(second.err()).isEqualTo(2);
      assertThat(second.err())
          .contains("is in use by process " + first.pid(), "--data-dir")
          .doesNotContain("\tat ");
      assertThat(second.out()).isEmpty();
      assertThat(first.alive()).isTrue();
      assertThat(first.runFile().getLong("pid")).isEqualTo(first.pid());
    }
  }

  @Test
  void aTakenPortIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (String key : new String[] {"page.port", "gateway.port"}) {
        Finished refused =
            NeoProcess.runToEnd(data, "--data", candles, "--set", key + "=" + taken.getLocalPort());
        assertThat(refused.exitCode()).as(refused.err()).isEqualTo(2);
        assertThat(refused.err())
            .contains(key + "=" + taken.getLocalPort(), "is taken by", "--set " + key + "=PORT")
            .doesNotContain("\tat ");
        assertThat(Processes.on(folder)).isEmpty();
      }
    }
  }

  @Test
  void whatAKilledRunLeftIsTakenOver() throws IOException {
    Files.createDirectories(data);
    Files.writeString(data.resolve("lock"), "");
    Files.writeString(
        data.resolve("run.json"), "{\"pid\":999999999,\"api\":\"http://127.0.0.1:1\"}");
    Finished told = NeoProcess.command("halt", "--data-dir", data.toString());
    assertThat(told.exitCode()).as(told.err()).isEqualTo(5);
    assertThat(told.err()).contains("no Neo runs on").doesNotContain("\tat ");
    Finished run = NeoProcess.runToEnd(data, "--data", candles, "--speed", "max");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.json().getLong("bars")).isPositive();
  }

  @Test
  void aHalfInitialisedPostgresIsMovedAside() throws IOException {
    Path postgres = Files.createDirectories(data.resolve("postgres"));
    Files.writeString(postgres.resolve("PG_VERSION"), "18\n");
    Files.createDirectory(postgres.resolve("base"));
    Finished run = NeoProcess.runToEnd(data, "--data", candles, "--speed", "max");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.err()).contains("half initialised");
    try (Stream<Path> files = Files.list(data)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .anyMatch(name -> name.startsWith("postgres.half-"));
    }
  }

  @Test
  void aPostgresOfAStrangersProcessIdIsNoObstacle() throws IOException {
    NeoProcess.runToEnd(data, "--data", candles, "--speed", "max");
    // As after a power cut: the file names a process id that somebody else has by now.
    Files.writeString(
        data.resolve("postgres").resolve("postmaster.pid"),
        ProcessHandle.current().pid() + "\n" + data + "/postgres\n1\n5432\n\n127.0.0.1\n");
    Finished again = NeoProcess.runToEnd(data, "--data", candles, "--speed", "max");
    assertThat(again.exitCode()).as(again.err()).isZero();
  }

  @Test
  void aRunOfYesterdayIsGoneOnWith() {
    try (NeoProcess first = NeoProcess.run(data, "--data", candles, "--speed", "600")) {
      first.awaitTrading().awaitCount("bars", 20);
      first.terminate();
      first.awaitEnd(Duration.ofSeconds(10));
    }
    Finished second = NeoProcess.runToEnd(data, "--data", candles, "--speed", "max");
    assertThat(second.err()).contains("went on with run-1");
    assertThat(second.json().getLong("bars")).isEqualTo(1_000 - 250 - 120);
  }
}
