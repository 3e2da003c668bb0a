package ai.neo.orchestrator.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.riskrules.Limit;
import ai.neo.riskrules.RiskLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitsTextTest {
  private static final String BUNDLED =
      "max_daily_loss: 3_000  # ours\nmax_order_quantity: 5\nprice_collar_bps: 0.1\n"
          + "instruments:\n  BTCUSDT: {max_order_quantity: 2, max_volatility: 0.02}\n";

  @TempDir Path directory;

  @Test
  void withoutAnythingInsteadTheTextStaysAsItIs() {
    assertThat(LimitsText.of(new Configuration.Risk(Optional.empty(), Map.of()), BUNDLED))
        .isEqualTo(BUNDLED);
  }

  @Test
  void whatIsSetHoldsForTheAccountAndForEveryInstrument() {
    String text =
        LimitsText.of(
            new Configuration.Risk(
                Optional.empty(),
                Map.of(Limit.MAX_ORDER_QUANTITY, "0.00000001", Limit.MAX_DRAWDOWN, "0.1")),
            BUNDLED);
    RiskLimits expected =
        RiskLimits.fromYaml(
            "max_daily_loss: 3000\nmax_order_quantity: 0.00000001\nprice_collar_bps: 0.1\n"
                + "max_drawdown: 0.1\ninstruments:\n  BTCUSDT: {max_volatility: 0.02}\n",
            "expected");
    RiskLimits found = RiskLimits.fromYaml(text, "found");
    assertThat(found.general()).usingRecursiveComparison().isEqualTo(expected.general());
    assertThat(found.instruments()).usingRecursiveComparison().isEqualTo(expected.instruments());
  }

  @Test
  void anOptionalLimitCanBeSetAndSwitchedOff() {
    String set = "max_uncertainty: 0.1\ninstruments:\n  BTCUSDT: {max_uncertainty: 0.2}\n";
    String off = text(Map.of(Limit.MAX_UNCERTAINTY, "off"), set);
    assertThat(RiskLimits.fromYaml(off, "f").of("BTCUSDT").text(Limit.MAX_UNCERTAINTY))
        .contains("off");
    String on = text(Map.of(Limit.MAX_UNCERTAINTY, "0.05"), "max_uncertainty: off\n");
    assertThat(RiskLimits.fromYaml(on, "f").general().text(Limit.MAX_UNCERTAINTY)).contains("0.05");
    String other = text(Map.of(Limit.MAX_DRAWDOWN, "0.05"), "max_uncertainty: off\n");
    assertThat(RiskLimits.fromYaml(other, "f").general().text(Limit.MAX_UNCERTAINTY))
        .contains("off");
  }

  @Test
  void offIsAWordForOptionalLimitsAlone() {
    assertThat(new ValueKind.LimitValue(Limit.MAX_UNCERTAINTY).problem("off")).isEmpty();
    assertThat(new ValueKind.LimitValue(Limit.MAX_UNCERTAINTY).problem("none"))
        .contains("expected a number or off");
    assertThat(new ValueKind.LimitValue(Limit.MAX_UNCERTAINTY).problem("1.5"))
        .contains("expected at most 1");
    assertThat(new ValueKind.LimitValue(Limit.MAX_DRAWDOWN).problem("off"))
        .contains("expected a number");
  }

  private static String text(Map<Limit, String> instead, String bundled) {
    return LimitsText.of(new Configuration.Risk(Optional.empty(), instead), bundled);
  }

  @Test
  void aNegativeLimitInAFileIsRefusedWithItsLine() throws IOException {
    Path file = Files.writeString(directory.resolve("limits.yaml"), "# a\nmax_daily_loss: -1\n");
    assertThatThrownBy(
            () -> LimitsText.of(new Configuration.Risk(Optional.of(file), Map.of()), BUNDLED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("limits.yaml:2: max_daily_loss=-1, expected zero or more");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    Path file = directory.resolve("none.yaml");
    assertThatThrownBy(
            () -> LimitsText.of(new Configuration.Risk(Optional.of(file), Map.of()), BUNDLED))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("none.yaml cannot be read");
  }
}
