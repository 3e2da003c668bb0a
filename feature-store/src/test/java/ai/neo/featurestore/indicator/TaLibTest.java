package ai.neo.featurestore.indicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.tictactec.ta.lib.Core;
import com.tictactec.ta.lib.MAType;
import com.tictactec.ta.lib.MInteger;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** TA-Lib is the oracle, where its old Java port is right: prices around one hundred. */
class TaLibTest {
  private static final int BARS = 2_000;
  private static final double TOLERANCE = 1e-9;

  private final double[] high = new double[BARS];
  private final double[] low = new double[BARS];
  private final double[] close = new double[BARS];
  private final MInteger begin = new MInteger();
  private final MInteger length = new MInteger();
  private final double[] out = new double[BARS];
  private final double[] out2 = new double[BARS];
  private final double[] out3 = new double[BARS];
  private final Core core = new Core();

  @BeforeEach
  void randomWalk() {
    SplittableRandom random = new SplittableRandom(7);
    double price = 100;
    for (int i = 0; i < BARS; i++) {
      price *= 1 + 0.01 * (random.nextDouble() - 0.5);
      close[i] = price;
      high[i] = price * (1 + 0.004 * random.nextDouble());
      low[i] = price * (1 - 0.004 * random.nextDouble());
    }
  }

  @Test
  void sma() {
    core.sma(0, BARS - 1, close, 20, begin, length, out);
    Sma sma = new Sma(20);
    same(sma::update, sma::value, out);
  }

  @Test
  void ema() {
    core.ema(0, BARS - 1, close, 26, begin, length, out);
    Ema ema = new Ema(26);
    same(ema::update, ema::value, out);
  }

  @Test
  void rsi() {
    core.rsi(0, BARS - 1, close, 14, begin, length, out);
    Rsi rsi = new Rsi(14);
    same(rsi::update, rsi::value, out);
  }

  @Test
  void macd() {
    core.macd(0, BARS - 1, close, 12, 26, 9, begin, length, out, out2, out3);
    Macd line = new Macd(12, 26, 9);
    same(line::update, line::line, out);
    Macd signal = new Macd(12, 26, 9);
    same(signal::update, signal::signal, out2);
    Macd histogram = new Macd(12, 26, 9);
    same(histogram::update, histogram::histogram, out3);
  }

  @Test
  void bollinger() {
    core.bbands(
        0, BARS - 1, close, 20, 2, 2, MAType.Sma, begin, length, out, out2, out3);
    Bollinger upper = new Bollinger(20, 2);
    same(upper::update, upper::upper, out);
    Bollinger lower = new Bollinger(20, 2);
    same(lower::update, lower::lower, out3);
  }

  @Test
  void atr() {
    core.atr(0, BARS - 1, high, low, close, 14, begin, length, out);
    Atr atr = new Atr(14);
    for (int i = 0; i < BARS; i++) {
      atr.update(high[i], low[i], close[i]);
      check(i, atr.value(), out);
    }
  }

  @Test
  void bollingerSeesTheWidthOfCheapAssetsWhereTheOldPortSeesNone() {
    double[] cheap = new double[BARS];
    for (int i = 0; i < BARS; i++) {
      cheap[i] = close[i] * 1e-7;
    }
    core.bbands(0, BARS - 1, cheap, 20, 2, 2, MAType.Sma, begin, length, out, out2, out3);
    Bollinger bands = new Bollinger(20, 2);
    Bollinger scaled = new Bollinger(20, 2);
    for (int i = 0; i < BARS; i++) {
      bands.update(cheap[i]);
      scaled.update(close[i]);
    }
    int last = length.value - 1;
    assertThat(out[last] - out3[last]).isZero();
    assertThat(bands.relativeWidth()).isCloseTo(scaled.relativeWidth(), within(1e-9));
  }

  @Test
  void aNumberThatIsNoneIsRefusedAndChangesNothing() {
    Rsi rsi = new Rsi(14);
    for (int i = 0; i < 100; i++) {
      rsi.update(close[i]);
    }
    double before = rsi.value();
    assertThatThrownBy(() -> rsi.update(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    assertThat(rsi.value()).isEqualTo(before);
  }

  private void same(DoubleConsumer update, DoubleSupplier value, double[] expected) {
    for (int i = 0; i < BARS; i++) {
      update.accept(close[i]);
      check(i, value.getAsDouble(), expected);
    }
  }

  private void check(int bar, double value, double[] expected) {
    if (bar < begin.value) {
      assertThat(value).as("bar %d", bar).isNaN();
    } else {
      assertThat(value).as("bar %d", bar).isCloseTo(expected[bar - begin.value], within(TOLERANCE));
    }
  }
}
