package ai.neo.featurestore.indicator;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.featurestore.RandomWalk;
import com.tictactec.ta.lib.Core;
import com.tictactec.ta.lib.MAType;
import com.tictactec.ta.lib.MInteger;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Where TA-Lib 0.4.0 is wrong and we differ on purpose. Each test shows its answer, ours, and what
 * arithmetic in 60 digits says.
 */
class TaLibDifferencesTest {
  private static final int BARS = 300;

  private final Core taLib = new Core();
  private final MInteger begin = new MInteger();
  private final MInteger count = new MInteger();
  private final double[] out = new double[BARS];

  @ParameterizedTest
  @ValueSource(doubles = {0.01, 1e-5, 1e-8})
  void bollingerBandsOfACheapAssetHaveAWidth(double price) {
    double[] closes = RandomWalk.closes(1, BARS, price, 0.001);
    double[] middle = new double[BARS];
    double[] lower = new double[BARS];
    taLib.bbands(0, BARS - 1, closes, 20, 2, 2, MAType.Sma, begin, count, out, middle, lower);
    assertThat(out[0] - lower[0]).as("TA-Lib's width").isZero();
    Bollinger bollinger = new Bollinger(20, 2);
    for (int i = 0; i < BARS; i++) {
      bollinger.update(closes[i]);
      if (i >= 19) {
        double exact =
            4
                * ExactReference.populationDeviation(closes, i, 20)
                / ExactReference.mean(closes, i, 20);
        assertThat(bollinger.width()).isCloseTo(exact, Percentage.withPercentage(1e-8));
      }
    }
  }

  @Test
  void rsiOfACheapAssetIsThatOfADearOne() {
    double[] closes = RandomWalk.closes(2, BARS, 1e-11, 0.001);
    taLib.rsi(0, BARS - 1, closes, 14, begin, count, out);
    assertThat(out[50]).as("TA-Lib's answer").isZero();
    Rsi rsi = new Rsi(14);
    for (int i = 0; i < BARS; i++) {
      rsi.update(closes[i]);
    }
    assertThat(rsi.value())
        .isCloseTo(ExactReference.rsi(closes, BARS - 1, 14), Offset.offset(1e-9));
  }

  @Test
  void deviationOfASmallMoveOnAHighPriceKeepsItsDigits() {
    double[] closes = new double[BARS];
    for (int i = 0; i < BARS; i++) {
      closes[i] = 1e8 + (i % 2 == 0 ? 0.005 : -0.005);
    }
    taLib.stdDev(0, BARS - 1, closes, 20, 1, begin, count, out);
    assertThat(out[100]).as("TA-Lib's answer").isZero();
    RollingMoments moments = new RollingMoments(20);
    for (int i = 0; i < BARS; i++) {
      moments.update(closes[i]);
      if (i >= 19) {
        assertThat(moments.populationDeviation())
            .isCloseTo(
                ExactReference.populationDeviation(closes, i, 20), Percentage.withPercentage(1e-7));
      }
    }
  }

  @Test
  void oneValueThatIsNotFiniteIsRefusedInsteadOfSpoilingTheAverageForEver() {
    double[] closes = RandomWalk.closes(3, BARS, 100, 0.01);
    closes[100] = Double.NaN;
    taLib.sma(0, BARS - 1, closes, 10, begin, count, out);
    assertThat(out[BARS - 1 - begin.value]).as("TA-Lib's answer").isNaN();
    Sma sma = new Sma(10);
    for (double close : closes) {
      assertThat(sma.update(close)).isEqualTo(Double.isFinite(close));
    }
    assertThat(sma.value())
        .isCloseTo(ExactReference.mean(closes, BARS - 1, 10), Percentage.withPercentage(1e-12));
  }
}
