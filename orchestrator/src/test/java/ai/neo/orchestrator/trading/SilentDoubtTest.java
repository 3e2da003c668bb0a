package ai.neo.orchestrator.trading;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.orchestrator.strategy.Prediction;
import ai.neo.riskrules.ModelDoubt;
import ai.neo.riskrules.RiskLimits;
import java.util.List;
import org.junit.jupiter.api.Test;

class SilentDoubtTest {
  private static final ModelDoubt UNCERTAINTY_ALONE = new ModelDoubt(0.1f, Float.NaN);

  private static SilentDoubt watch(String limits) {
    return new SilentDoubt(RiskLimits.fromYaml(limits, "test"));
  }

  private static Prediction prediction(String version, long epoch, ModelDoubt doubt) {
    return new Prediction(1, 0, 1, "direction", version, "d", epoch, 0.2f, 0.2f, 0.6f, 0f, doubt);
  }

  @Test
  void aVersionIsNamedOnceAndAgainWhenItIsPromotedAgain() {
    SilentDoubt watch = watch("max_uncertainty: 0.1\nmax_reconstruction_error: 2\n");
    ModelDoubt both = new ModelDoubt(0.1f, 0.5f);
    assertThat(watch.notice(prediction("1", 1, both), "BTCUSDT")).isEmpty();
    assertThat(watch.notice(prediction("2", 2, UNCERTAINTY_ALONE), "BTCUSDT"))
        .singleElement()
        .asString()
        .contains("direction v2", " reconstruction_error,", "max_reconstruction_error=2");
    assertThat(watch.notice(prediction("2", 2, UNCERTAINTY_ALONE), "ETHUSDT")).isEmpty();
    assertThat(watch.notice(prediction("3", 3, ModelDoubt.NONE), "BTCUSDT"))
        .hasSize(2)
        .allMatch(each -> each.contains("direction v3"));
    assertThat(watch.notice(prediction("1", 4, both), "BTCUSDT")).isEmpty();
    assertThat(watch.notice(prediction("2", 5, UNCERTAINTY_ALONE), "BTCUSDT")).hasSize(1);
    assertThat(watch.notice(prediction("2", 5, UNCERTAINTY_ALONE), "BTCUSDT")).isEmpty();
  }

  @Test
  void onlyALimitThatHoldsForTheInstrumentAsks() {
    assertThat(watch("max_uncertainty: off\n").notice(prediction("1", 1, ModelDoubt.NONE), "A"))
        .isEmpty();
    SilentDoubt watch =
        watch("max_uncertainty: off\ninstruments:\n  ETHUSDT: {max_uncertainty: 0.2}\n");
    Prediction silent = prediction("1", 1, ModelDoubt.NONE);
    assertThat(watch.notice(silent, "BTCUSDT")).isEqualTo(List.of());
    assertThat(watch.notice(silent, "ETHUSDT")).hasSize(1);
  }
}
