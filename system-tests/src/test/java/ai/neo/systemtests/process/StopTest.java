package ai.neo.systemtests.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** What runs is told to stop; alone on the machine, for it has five seconds by the clock. */
@Isolated
class StopTest {
  private static final Duration STOPS_WITHIN = Duration.ofSeconds(5);

  @TempDir private Path folder;

  private NeoProcess start() {
    return NeoProcess.run(
        folder.resolve("data"),
        "--data",
        Candles.write(folder, 0, 30_000).toString(),
        "--speed",
        "max");
  }

  @Test
  void bySigterm() {
    try (NeoProcess run = start().awaitTrading().awaitCount("fills", 1)) {
      run.terminate();
      stopped(run, 143);
    }
  }

  @Test
  void byCtrlC() {
    try (NeoProcess run = start().awaitTrading().awaitCount("fills", 1)) {
      run.interrupt();
      JsonObject summary = stopped(run, 130);
      // The signal reaches the model tier too, which must not go before the loop has stopped.
      assertThat(summary.getLong("fallbacks")).isZero();
    }
  }

  private JsonObject stopped(NeoProcess run, int exitCode) {
    Finished ended = run.awaitEnd(STOPS_WITHIN);
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(exitCode);
    assertThat(ended.json().getLong("bars")).isPositive();
    assertThat(ended.json().getString("decision_digest")).matches("[0-9a-f]{64}");
    assertThat(Processes.on(folder)).isEmpty();
    assertThat(run.dataDirectory().resolve("run.json")).doesNotExist();
    assertThat(run.dataDirectory().resolve("postgres").resolve("postmaster.pid")).doesNotExist();
    return ended.json();
  }

  @Test
  void whileItStarts() {
    try (NeoProcess run = start()) {
      run.await(
          "PostgreSQL has been initialised",
          Duration.ofSeconds(60),
          () -> Files.exists(run.dataDirectory().resolve("postgres").resolve("postmaster.pid")));
      run.terminate();
      Finished ended = run.awaitEnd(STOPS_WITHIN);
      assertThat(ended.exitCode()).as(ended.err()).isEqualTo(143);
      assertThat(ended.err()).contains("stopped while it started").doesNotContain("\tat ");
      assertThat(Processes.on(folder)).isEmpty();
    }
  }

  @Test
  void whileTheModelTierHangs() {
    try (NeoProcess run = start().awaitTrading().awaitCount("fills", 1)) {
      Processes.signal("STOP", Long.toString(run.modelTier().pid()));
      run.terminate();
      assertThat(run.awaitEnd(STOPS_WITHIN).json().getLong("bars")).isPositive();
      assertThat(Processes.on(folder)).isEmpty();
    }
  }

  /** It has a PostgreSQL as well, which nobody would stop after it. */
  @Test
  void theRegistryByItself() {
    try (NeoProcess registry = NeoProcess.registry(folder.resolve("data"))) {
      assertThat(registry.postgres()).isPresent();
      registry.terminate();
      Finished ended = registry.awaitEnd(STOPS_WITHIN);
      assertThat(ended.exitCode()).as(ended.err()).isEqualTo(143);
      assertThat(Processes.on(folder)).isEmpty();
      assertThat(registry.dataDirectory().resolve("postgres").resolve("postmaster.pid"))
          .doesNotExist();
    }
  }
}
