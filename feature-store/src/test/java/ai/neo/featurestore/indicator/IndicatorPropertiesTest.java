package ai.neo.featurestore.indicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.featurestore.RandomWalk;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class IndicatorPropertiesTest {
  /** An indicator that is fed one price at a time. */
  record Fed(String name, Feed update, DoubleSupplier value) {}

  /** Takes a price and says whether it was accepted. */
  @FunctionalInterface
  interface Feed {
    boolean take(double price);
  }

  static List<Supplier<Fed>> indicators() {
    return List.of(
        () -> {
          Sma sma = new Sma(5);
          return new Fed("sma", sma::update, sma::value);
        },
        () -> {
          Ema ema = new Ema(5);
          return new Fed("ema", ema::update, ema::value);
        },
        () -> {
          Rsi rsi = new Rsi(5);
          return new Fed("rsi", rsi::update, rsi::value);
        },
        () -> {
          Macd macd = new Macd(3, 6, 4);
          return new Fed("macd", macd::update, macd::histogram);
        },
        () -> {
          Atr atr = new Atr(5);
          return new Fed("atr", price -> atr.update(price, price, price), atr::value);
        },
        () -> {
          Bollinger bollinger = new Bollinger(5, 2);
          return new Fed("bollinger", bollinger::update, bollinger::percentB);
        },
        () -> {
          Returns returns = new Returns(3);
          return new Fed("returns", returns::update, returns::value);
        },
        () -> {
          Lags lags = new Lags(4);
          return new Fed("lags", lags::update, () -> lags.lag(4));
        },
        () -> {
          RealisedVolatility volatility = new RealisedVolatility(5);
          return new Fed("volatility", volatility::update, volatility::value);
        });
  }

  @ParameterizedTest
  @MethodSource("indicators")
  void aValueThatIsNotFiniteIsRefusedAndChangesNothing(Supplier<Fed> make) {
    Fed clean = make.get();
    Fed disturbed = make.get();
    for (double price : RandomWalk.closes(4, 60, 100, 0.01)) {
      assertThat(clean.update().take(price)).isTrue();
      for (double bad :
          new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
        assertThat(disturbed.update().take(bad)).as(disturbed.name()).isFalse();
      }
      disturbed.update().take(price);
      assertThat(disturbed.value().getAsDouble())
          .as(disturbed.name())
          .isEqualTo(Double.valueOf(clean.value().getAsDouble()));
    }
  }

  @ParameterizedTest
  @MethodSource("indicators")
  void isUnknownAtFirstAndKnownForEverAfter(Supplier<Fed> make) {
    Fed fed = make.get();
    assertThat(fed.value().getAsDouble()).isNaN();
    boolean known = false;
    for (double price : RandomWalk.closes(5, 60, 100, 0.01)) {
      fed.update().take(price);
      boolean now = !Double.isNaN(fed.value().getAsDouble());
      assertThat(now || !known).as(fed.name()).isTrue();
      known = now;
    }
    assertThat(known).as(fed.name()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-8, 1e-3, 7.3, 1e9})
  void ratiosDoNotDependOnTheUnitOfThePrice(double scale) {
    double[] closes = RandomWalk.closes(6, 400, 100, 0.01);
    double[] scaled = Arrays.stream(closes).map(close -> close * scale).toArray();
    for (Supplier<Fed> make : indicators()) {
      Fed one = make.get();
      Fed other = make.get();
      boolean inPriceUnits = List.of("sma", "ema", "macd", "atr", "lags").contains(one.name());
      for (int i = 0; i < closes.length; i++) {
        one.update().take(closes[i]);
        other.update().take(scaled[i]);
        double value = one.value().getAsDouble();
        if (!Double.isNaN(value)) {
          double expected = inPriceUnits ? value * scale : value;
          double tolerance = inPriceUnits ? 1e-11 * 100 * scale : 1e-9;
          assertThat(other.value().getAsDouble())
              .as("%s at %d", one.name(), i)
              .isCloseTo(expected, Offset.offset(tolerance));
        }
      }
    }
  }

  @Test
  void aPriceThatOnlyRisesHasAnRsiOf100() {
    Rsi rsi = new Rsi(14);
    for (int i = 0; i < 100; i++) {
      rsi.update(100 + i);
    }
    assertThat(rsi.value()).isEqualTo(100);
  }

  @Test
  void aPriceThatNeverMovesHasAnRsiOfZeroAndSaysSo() {
    Rsi rsi = new Rsi(14);
    for (int i = 0; i < 100; i++) {
      rsi.update(0.1);
    }
    assertThat(rsi.value()).isZero();
    assertThat(rsi.moved()).isFalse();
  }

  @Test
  void aFlatWindowHasNoWidthAtAllEvenAfterAWildOne() {
    Bollinger bollinger = new Bollinger(20, 2);
    for (double close : RandomWalk.closes(7, 500, 60_000, 0.05)) {
      bollinger.update(close);
    }
    for (int i = 0; i < 20; i++) {
      bollinger.update(0.1);
    }
    assertThat(bollinger.width()).isZero();
    assertThat(bollinger.percentB()).isEqualTo(0.5);
    assertThat(bollinger.middle()).isEqualTo(0.1);
  }

  @Test
  void oneWildValueLeavesNoTraceOnceItIsOutOfTheWindow() {
    double[] closes = RandomWalk.closes(8, 400, 1, 1e-4);
    closes[205] = 1e9;
    RollingMoments moments = new RollingMoments(20);
    Sma sma = new Sma(20);
    for (int i = 0; i < closes.length; i++) {
      moments.update(closes[i]);
      sma.update(closes[i]);
      if (i >= 19) {
        assertThat(moments.populationDeviation())
            .as("bar %d", i)
            .isCloseTo(
                ExactReference.populationDeviation(closes, i, 20), Percentage.withPercentage(1e-7));
        assertThat(sma.value())
            .as("bar %d", i)
            .isCloseTo(ExactReference.mean(closes, i, 20), Percentage.withPercentage(1e-12));
      }
    }
  }

  @Test
  void sumsDoNotDriftInTenMillionUpdates() {
    double[] closes = RandomWalk.closes(9, 100_003, 60_000, 0.01);
    Sma sma = new Sma(20);
    RollingMoments moments = new RollingMoments(20);
    for (int round = 0; round < 100; round++) {
      for (double close : closes) {
        sma.update(close);
        moments.update(close);
      }
    }
    int end = closes.length - 1;
    assertThat(sma.value())
        .isCloseTo(ExactReference.mean(closes, end, 20), Percentage.withPercentage(1e-12));
    assertThat(moments.populationDeviation())
        .isCloseTo(
            ExactReference.populationDeviation(closes, end, 20), Percentage.withPercentage(1e-9));
  }

  @Test
  void periodsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> new Sma(0)).hasMessageContaining("period=0");
    assertThatThrownBy(() -> new Rsi(1)).hasMessageContaining("period=1");
    assertThatThrownBy(() -> new Macd(26, 12, 9)).hasMessageContaining("slow=12");
    assertThatThrownBy(() -> new Bollinger(20, Double.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> new RollingMoments(2_000_000)).hasMessageContaining("1000000");
  }
}
