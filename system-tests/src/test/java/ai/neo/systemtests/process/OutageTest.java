package ai.neo.systemtests.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that a run needs dies under it. */
class OutageTest {
  private static final Duration LONG = Duration.ofSeconds(90);

  @TempDir private Path folder;

  private NeoProcess start(int candles, String speed) {
    return NeoProcess.run(
        folder.resolve("data"),
        "--data",
        Candles.write(folder, 0, candles).toString(),
        "--speed",
        speed);
  }

  @Test
  void theModelTierDies() throws Exception {
    try (NeoProcess run = start(30_000, "6000")) {
      run.awaitTrading().awaitCount("predictions", 20);
      run.await("something is held", LONG, () -> held(run).signum() > 0);
      ProcessHandle died = run.modelTier();
      assertThat(run.count("fallbacks")).isZero();

      NeoProcess.kill(died);
      // Closing what is held needs no model; the child takes seconds to be back.
      assertThat(run.api().command("flatten")).isEqualTo(200);
      run.await("all is closed", LONG, () -> held(run).signum() == 0);
      run.awaitCount("fallbacks", 1);
      assertThat(run.count("bars")).isPositive();

      run.await(
          "another model tier is announced",
          LONG,
          () -> run.runFile().getLong("model_tier_pid") != died.pid());
      long answered = run.count("predictions");
      run.await("predictions resume", LONG, () -> run.count("predictions") > answered + 20);
      run.await("the gateway is found to be up", LONG, () -> run.health("Gateway").equals("up"));
      long missed = run.count("fallbacks");
      run.awaitCount("predictions", answered + 40);
      assertThat(run.count("fallbacks")).isEqualTo(missed);

      run.terminate();
      JsonObject summary = run.awaitEnd(Duration.ofSeconds(30)).json();
      assertThat(summary.getLong("fallbacks")).isEqualTo(missed);
      Finished replayed = NeoProcess.command("replay", summary.getString("journal"), "--json");
      assertThat(replayed.json().getString("result")).isEqualTo("identical");
    }
  }

  private static BigDecimal held(NeoProcess run) throws Exception {
    return run.api()
        .items("positions")
        .map(position -> new BigDecimal(position.getString("quantity")).abs())
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  @Test
  void redisDiesAndNothingIsDecidedOtherwise() throws Exception {
    String peaceful;
    try (NeoProcess run = start(1_500, "max")) {
      peaceful = ended(run).getString("decision_digest");
    }
    NeoProcess run =
        NeoProcess.run(
            folder.resolve("without-redis"),
            "--data",
            folder.resolve("BTCUSDT-1m.csv").toString(),
            "--speed",
            "12000");
    try (run) {
      run.awaitTrading().awaitCount("bars", 100);
      ProcessHandle died = run.redis().orElseThrow();
      NeoProcess.kill(died);
      run.await(
          "another Redis serves",
          LONG,
          () -> run.redis().filter(next -> next.pid() != died.pid()).isPresent());
      run.await("it is back", LONG, () -> run.health("Redis").equals("up"));
      assertThat(ended(run).getString("decision_digest")).isEqualTo(peaceful);
      assertThat(run.err()).contains("Redis");
    }
  }

  private static JsonObject ended(NeoProcess run) {
    run.awaitTrading().awaitFeedEnded();
    run.terminate();
    JsonObject summary = run.awaitEnd(Duration.ofSeconds(30)).json();
    assertThat(summary.getLong("fallbacks")).isZero();
    return summary;
  }

  @Test
  void postgresDies() throws Exception {
    try (NeoProcess run = start(3_000, "6000")) {
      run.awaitTrading();
      run.await("something is projected", LONG, () -> run.database().projected() > 100);
      ProcessHandle died = run.postgres().orElseThrow();
      long bars = run.count("bars");

      NeoProcess.kill(died);
      run.await("it is seen", LONG, () -> run.health("PostgreSQL").equals("down"));
      run.awaitCount("bars", bars + 50); // Trades on: the journal has everything.

      run.await(
          "another PostgreSQL serves",
          LONG,
          () -> run.postgres().filter(next -> next.pid() != died.pid()).isPresent());
      run.await("it is back", LONG, () -> run.health("PostgreSQL").equals("up"));
      run.awaitFeedEnded().awaitProjected();
      long fills = run.count("fills");
      assertThat(run.database().fills())
          .hasSize(Math.toIntExact(fills))
          .extracting(Database.FillRow::id)
          .doesNotHaveDuplicates();
      Database.Counts counts = run.database().counts();
      assertThat(counts.decisions()).isEqualTo(run.count("decisions"));
      assertThat(counts.filledE8ByOrders()).isEqualTo(counts.filledE8ByFills());

      // The registry, a client of its own in another process, is back as well.
      Finished list =
          NeoProcess.command("model", "list", "--json", "--data-dir", run.dataDirectory() + "");
      assertThat(list.json().getJsonArray("items")).isNotEmpty();
      assertThat(run.count("fallbacks")).isZero();
    }
    assertThat(Processes.on(folder)).isEmpty();
  }
}
