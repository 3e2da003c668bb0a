package ai.neo.featurestore.indicator;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.featurestore.RandomWalk;
import com.tictactec.ta.lib.Core;
import com.tictactec.ta.lib.MInteger;
import com.tictactec.ta.lib.RetCode;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every indicator against TA-Lib, where TA-Lib is right: prices near 100. */
class TaLibAgreementTest {
  private static final int BARS = 600;
  private static final int SEEDS = 50;

  private final Core taLib = new Core();
  private final MInteger begin = new MInteger();
  private final MInteger count = new MInteger();
  private final double[] out = new double[BARS];

  private static double[] walk(long seed) {
    return RandomWalk.closes(seed, BARS, 100, 0.01);
  }

  /** Compares from TA-Lib's first index on, and wants {@code NaN} before it. */
  private void check(int bar, double ours, double[] theirs, double tolerance) {
    if (bar < begin.value) {
      assertThat(ours).as("bar %d", bar).isNaN();
    } else {
      assertThat(ours)
          .as("bar %d", bar)
          .isCloseTo(theirs[bar - begin.value], Offset.offset(tolerance));
    }
  }

  private static void ok(RetCode code) {
    assertThat(code).isEqualTo(RetCode.Success);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 14, 20, 200})
  void smaAgrees(int period) {
    for (int seed = 0; seed < SEEDS; seed++) {
      double[] closes = walk(seed);
      ok(taLib.sma(0, BARS - 1, closes, period, begin, count, out));
      Sma sma = new Sma(period);
      for (int i = 0; i < BARS; i++) {
        sma.update(closes[i]);
        check(i, sma.value(), out, 1e-11);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 12, 26, 200})
  void emaIsTheSameToTheBit(int period) {
    for (int seed = 0; seed < SEEDS; seed++) {
      double[] closes = walk(seed);
      ok(taLib.ema(0, BARS - 1, closes, period, begin, count, out));
      Ema ema = new Ema(period);
      for (int i = 0; i < BARS; i++) {
        ema.update(closes[i]);
        check(i, ema.value(), out, 0);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 14, 50})
  void rsiIsTheSameToTheBit(int period) {
    for (int seed = 0; seed < SEEDS; seed++) {
      double[] closes = walk(seed);
      ok(taLib.rsi(0, BARS - 1, closes, period, begin, count, out));
      Rsi rsi = new Rsi(period);
      for (int i = 0; i < BARS; i++) {
        rsi.update(closes[i]);
        check(i, rsi.value(), out, 0);
      }
    }
  }

  @Test
  void macdIsTheSameToTheBitWithBothSeedsEndingOnOneBar() {
    double[] signal = new double[BARS];
    double[] histogram = new double[BARS];
    for (int seed = 0; seed < SEEDS; seed++) {
      double[] closes = walk(seed);
      ok(taLib.macd(0, BARS - 1, closes, 12, 26, 9, begin, count, out, signal, histogram));
      assertThat(begin.value).isEqualTo(33);
      Macd macd = new Macd(12, 26, 9);
      for (int i = 0; i < BARS; i++) {
        macd.update(closes[i]);
        check(i, macd.line(), out, 0);
        check(i, macd.signal(), signal, 0);
        check(i, macd.histogram(), histogram, 0);
      }
    }
  }

  @Test
  void atrIsTheSameToTheBit() {
    for (int seed = 0; seed < SEEDS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      double[] closes = walk(seed);
      double[] highs = new double[BARS];
      double[] lows = new double[BARS];
      for (int i = 0; i < BARS; i++) {
        highs[i] = closes[i] * (1 + random.nextDouble(0.01));
        lows[i] = closes[i] * (1 - random.nextDouble(0.01));
      }
      ok(taLib.atr(0, BARS - 1, highs, lows, closes, 14, begin, count, out));
      assertThat(begin.value).isEqualTo(14);
      Atr atr = new Atr(14);
      for (int i = 0; i < BARS; i++) {
        atr.update(highs[i], lows[i], closes[i]);
        check(i, atr.value(), out, 0);
      }
    }
  }

  @Test
  void bollingerBandsAgree() {
    double[] middle = new double[BARS];
    double[] lower = new double[BARS];
    for (int seed = 0; seed < SEEDS; seed++) {
      double[] closes = walk(seed);
      ok(
          taLib.bbands(
              0,
              BARS - 1,
              closes,
              20,
              2,
              2,
              com.tictactec.ta.lib.MAType.Sma,
              begin,
              count,
              out,
              middle,
              lower));
      Bollinger bollinger = new Bollinger(20, 2);
      for (int i = 0; i < BARS; i++) {
        bollinger.update(closes[i]);
        check(i, bollinger.upper(), out, 1e-9);
        check(i, bollinger.middle(), middle, 1e-11);
        check(i, bollinger.lower(), lower, 1e-9);
        if (i >= begin.value) {
          int at = i - begin.value;
          assertThat(bollinger.percentB())
              .isCloseTo((closes[i] - lower[at]) / (out[at] - lower[at]), Offset.offset(1e-9));
        }
      }
    }
  }

  @Test
  void realisedVolatilityAgreesWithStandardDeviationOfReturns() {
    int period = 10;
    for (int seed = 0; seed < SEEDS; seed++) {
      double[] closes = walk(seed);
      // Scaled up, because TA-Lib takes a variance below 1e-8 for none.
      IntToDoubleFunction percent = i -> 100 * Math.log(closes[i + 1] / closes[i]);
      double[] returns = new double[BARS - 1];
      java.util.Arrays.setAll(returns, percent);
      ok(taLib.stdDev(0, BARS - 2, returns, period, 1, begin, count, out));
      begin.value++;
      RealisedVolatility volatility = new RealisedVolatility(period);
      double asSample = Math.sqrt(period / (period - 1.0));
      for (int i = 0; i < BARS; i++) {
        volatility.update(closes[i]);
        check(i, 100 * volatility.value() / asSample, out, 1e-9);
      }
    }
  }
}
