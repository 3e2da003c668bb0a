package ai.neo.systemtests.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a run prints, and that it depends on data and seed alone. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RunTest {
  private static final int CANDLES = 1_200;
  private static final String MONEY = "-?\\d+(\\.\\d{1,8})?";

  @TempDir private static Path folder;
  private Path candles;
  private Finished first;

  @BeforeAll
  void run() {
    candles = Candles.write(folder, 0, CANDLES);
    first =
        NeoProcess.runToEnd(
            folder.resolve("first"), "--data", candles.toString(), "--speed", "max");
  }

  @AfterAll
  void nothingIsLeft() {
    assertThat(Processes.on(folder)).isEmpty();
  }

  @Test
  void printsTheSummaryThatScriptsRelyOn() {
    assertThat(first.exitCode()).as(first.err()).isZero();
    JsonObject summary = first.json();
    assertThat(summary.fieldNames())
        .containsExactlyInAnyOrder(
            "run_id",
            "seed",
            "journal",
            "events",
            "bars",
            "predictions",
            "fallbacks",
            "decisions",
            "decision_digest",
            "orders",
            "refused",
            "fills",
            "fees",
            "realised_pnl",
            "unrealised_pnl",
            "equity",
            "max_drawdown",
            "updates_learned",
            "swaps",
            "rollbacks",
            "wall_seconds");
    for (String money : new String[] {"fees", "realised_pnl", "unrealised_pnl", "equity"}) {
      assertThat(summary.getValue(money)).as(money).isInstanceOf(String.class);
      assertThat(summary.getString(money)).as(money).matches(MONEY);
    }
    assertThat(summary.getString("decision_digest")).matches("[0-9a-f]{64}");
    assertThat(Path.of(summary.getString("journal"))).isDirectory();
    assertThat(summary.getJsonObject("refused")).isNotNull();
  }

  @Test
  void trades() {
    JsonObject summary = first.json();
    assertThat(summary.getLong("bars")).isEqualTo(CANDLES - CANDLES / 4 - 120);
    long predictions =
        summary.getJsonObject("predictions").stream()
            .mapToLong(version -> ((Number) version.getValue()).longValue())
            .sum();
    assertThat(predictions).isGreaterThan(summary.getLong("bars") * 9 / 10);
    assertThat(summary.getLong("fallbacks")).isZero();
    assertThat(summary.getLong("decisions")).isPositive();
    assertThat(summary.getLong("orders")).isPositive();
    assertThat(summary.getLong("fills")).isPositive();
    assertThat(summary.getLong("updates_learned")).isPositive();
  }

  @Test
  void itsMoneyAddsUp() {
    JsonObject summary = first.json();
    BigDecimal gained =
        money(summary, "realised_pnl")
            .add(money(summary, "unrealised_pnl"))
            .subtract(money(summary, "fees"));
    assertThat(money(summary, "equity")).isEqualByComparingTo(new BigDecimal("100000").add(gained));
  }

  @Test
  void decidesTheSameAtAnotherSpeed() {
    try (NeoProcess paced =
        NeoProcess.run(
            folder.resolve("paced"),
            "--until-end",
            "--data",
            candles.toString(),
            "--speed",
            "10000")) {
      Finished again = paced.awaitEnd(Duration.ofMinutes(2));
      assertThat(again.exitCode()).as(again.err()).isZero();
      JsonObject one = first.json();
      JsonObject other = again.json();
      for (String differs : new String[] {"journal", "wall_seconds"}) {
        one.remove(differs);
        other.remove(differs);
      }
      assertThat(other).isEqualTo(one);
    }
  }

  @Test
  void decidesOtherwiseWithAnotherSeed() {
    Finished other =
        NeoProcess.runToEnd(
            folder.resolve("seed"),
            "--data",
            candles.toString(),
            "--speed",
            "max",
            "--set",
            "run.seed=43");
    assertThat(other.json().getLong("seed")).isEqualTo(43);
    assertThat(digest(other)).isNotEqualTo(digest(first));
  }

  @Test
  void decidesOtherwiseOnOtherData() throws Exception {
    Path others = java.nio.file.Files.createDirectory(folder.resolve("others"));
    Finished other =
        NeoProcess.runToEnd(
            folder.resolve("data"),
            "--data",
            Candles.write(others, 500, CANDLES).toString(),
            "--speed",
            "max");
    assertThat(digest(other)).isNotEqualTo(digest(first));
  }

  private static String digest(Finished run) {
    return run.json().getString("decision_digest");
  }

  private static BigDecimal money(JsonObject summary, String name) {
    return new BigDecimal(summary.getString(name));
  }
}
