package ai.neo.riskrules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a limits file may say, and what is said of one that is wrong. */
class RiskLimitsTest {
  @Test
  void theBundledFileSetsEveryLimit() throws IOException {
    try (InputStream file = RiskLimits.class.getResourceAsStream(RiskLimits.BUNDLED)) {
      RiskLimits limits =
          RiskLimits.fromYaml(new String(file.readAllBytes(), StandardCharsets.UTF_8), "bundled");

      assertThat(limits.general().missing()).isEmpty();
      assertThat(limits.instruments().values())
          .isNotEmpty()
          .allSatisfy(own -> assertThat(own.missing()).isEmpty());
      assertThat(limits.origin()).isEqualTo("bundled");
    }
  }

  @Test
  void anInstrumentsOwnLimitsComeFirst() {
    RiskLimits limits =
        RiskLimits.fromYaml(
            """
            instruments:
              BTCUSDT: {max_order_quantity: 0.5, max_volatility: "1e-3"}
            max_order_quantity: 100_000
            price_collar_bps: 12.5
            """,
            "test");

    assertThat(limits.of("BTCUSDT").text(Limit.MAX_ORDER_QUANTITY)).contains("0.5");
    assertThat(limits.of("BTCUSDT").text(Limit.MAX_VOLATILITY)).contains("0.001");
    assertThat(limits.of("BTCUSDT").text(Limit.PRICE_COLLAR_BPS)).contains("12.5");
    assertThat(limits.of("ETHUSDT").text(Limit.MAX_ORDER_QUANTITY)).contains("100000");
    assertThat(limits.of("ETHUSDT").text(Limit.MAX_VOLATILITY)).isEmpty();
    assertThat(limits.general().missing())
        .hasSize(Limit.values().length - 4)
        .doesNotContain(Limit.MAX_UNCERTAINTY, Limit.MAX_RECONSTRUCTION_ERROR)
        .doesNotContain(Limit.MAX_ORDER_QUANTITY);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -1      | max_daily_loss: -1                                     | max_daily_loss=-1, expected zero or more
          NaN | max_daily_loss: .nan | max_daily_loss=.nan, expected a number
          inf | max_daily_loss: .inf | max_daily_loss=.inf, expected a number
          word | max_daily_loss: much | max_daily_loss=much, expected a number
          nothing | max_daily_loss: | max_daily_loss: expected a number
          list | max_daily_loss: [1] | max_daily_loss: expected a number
          truth | max_daily_loss: true | max_daily_loss: expected a number
          huge | max_daily_loss: 1e999999999 | expected at most 92233720368.54775807
          fine | max_daily_loss: 0.000000001 | expected at most 8 decimals
          all | max_drawdown: 20 | max_drawdown=20, expected at most 1
          sure | min_confidence: 1.5 | expected at most 1
          doubt | max_uncertainty: 1.5 | expected at most 1
          on | max_uncertainty: on | max_uncertainty: expected a number or off
          word | max_uncertainty: none | max_uncertainty=none, expected a number or off
          off | max_daily_loss: off | max_daily_loss: expected a number
          off | 'max_daily_loss: "off"' | max_daily_loss=off, expected a number
          minus | max_reconstruction_error: -1 | expected zero or more
          half | max_orders_per_minute: 1.5 | expected at most 0 decimals
          many | max_orders_per_minute: 1000001 | expected at most 1000000
          long | duplicate_window_ms: 60001 | expected at most 60000
          typo | max_drawdwn: 0.1 | unknown limit 'max_drawdwn', did you mean 'max_drawdown'?
          plural | instrument: {} | unknown limit 'instrument', did you mean 'instruments'?
          no map | instruments: 5 | instruments: expected a mapping
          no map | 'instruments: {BTC: 5}' | instruments.BTC: expected a mapping
          typo | 'instruments: {BTC: {max_order_size: 5}}' | unknown limit 'max_order_size', did you mean 'max_order_
          account | 'instruments: {BTC: {max_daily_loss: 5}}' | max_daily_loss holds for the account; no instrument has its own
          twice | 'instruments: {BTC: {}, BTC: {}}' | BTC is there twice
          """)
  void aWrongLineIsNamedWithItsNumber(String what, String line, String problem) {
    assertThatIllegalArgumentException()
        .as(what)
        .isThrownBy(() -> RiskLimits.fromYaml("# ours\nmax_volatility: 1\n" + line, "limits.yaml"))
        .withMessageStartingWith("limits.yaml:3: ")
        .withMessageContaining(problem);
  }

  @Test
  void anOptionalLimitIsOffUntilItIsSetAndAnInstrumentMayHaveItsOwn() {
    RiskLimits limits =
        RiskLimits.fromYaml(
            """
            max_uncertainty: 0.1
            instruments:
              BTCUSDT: {max_uncertainty: "off", max_reconstruction_error: 2.5}
            """,
            "test");

    assertThat(limits.general().text(Limit.MAX_UNCERTAINTY)).contains("0.1");
    assertThat(limits.general().text(Limit.MAX_RECONSTRUCTION_ERROR)).contains("off");
    assertThat(limits.of("BTCUSDT").text(Limit.MAX_UNCERTAINTY)).contains("off");
    assertThat(limits.of("BTCUSDT").text(Limit.MAX_RECONSTRUCTION_ERROR)).contains("2.5");
    assertThat(limits.of("BTCUSDT").has(Limit.MAX_UNCERTAINTY)).isFalse();
    assertThat(limits.of("BTCUSDT").missing())
        .doesNotContain(Limit.MAX_UNCERTAINTY, Limit.MAX_RECONSTRUCTION_ERROR);
  }

  @Test
  void theBundledFileSaysThatTheOptionalLimitsAreOff() throws IOException {
    try (InputStream file = RiskLimits.class.getResourceAsStream(RiskLimits.BUNDLED)) {
      String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      for (Limit limit : Limit.values()) {
        assertThat(text.lines().anyMatch(line -> line.startsWith(limit.key() + ":")))
            .as(limit.key())
            .isTrue();
        if (limit.optional()) {
          assertThat(RiskLimits.fromYaml(text, "bundled").general().text(limit)).contains("off");
        }
      }
    }
  }

  @Test
  void aKeyThatIsThereTwiceIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RiskLimits.fromYaml("max_drawdown: 0.1\nmax_drawdown: 0.2\n", "f"))
        .withMessageStartingWith("f:2: ")
        .withMessageContaining("max_drawdown");
  }

  @Test
  void whatIsNoMappingIsRefused() {
    for (String text : new String[] {"", "# nothing", "5", "- max_drawdown: 1"}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RiskLimits.fromYaml(text, "f"))
          .withMessage("f: expected a mapping of limits");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RiskLimits.fromYaml("max_drawdown: {", "f"))
        .withMessageStartingWith("f:1: ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RiskLimits.fromYaml("max_drawdown: \"1\n", "f"))
        .withMessageContaining("no valid YAML");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RiskLimits.fromYaml("max_drawdown: 1\n---\nmax_drawdown: 0\n", "f"))
        .withMessageContaining("expected one document");
  }
}
