package ai.neo.featurestore;

import ai.neo.featurestore.indicator.Atr;
import ai.neo.featurestore.indicator.Bollinger;
import ai.neo.featurestore.indicator.BookImbalance;
import ai.neo.featurestore.indicator.Ema;
import ai.neo.featurestore.indicator.Lags;
import ai.neo.featurestore.indicator.Macd;
import ai.neo.featurestore.indicator.RealisedVolatility;
import ai.neo.featurestore.indicator.RollingMoments;
import ai.neo.featurestore.indicator.Rsi;
import ai.neo.featurestore.indicator.Sma;

/** Turns each feature's definition into the code that reads it from indicators and book. */
final class FeatureCalculators {
  /** Reads one feature after the indicators took the bar: {@code NaN} until it is known. */
  @FunctionalInterface
  interface Calculator {
    double at(BarValues bar);
  }

  private final SharedIndicators indicators;
  private final LatestBook book;

  /** How far back any return looks: all read one ring of logarithms. */
  private final int deepestReturn;

  FeatureCalculators(
      FeatureSetDefinition definition, SharedIndicators indicators, LatestBook book) {
    this.indicators = indicators;
    this.book = book;
    this.deepestReturn =
        definition.features().stream()
            .filter(feature -> feature.kind() == FeatureKind.LOG_RETURN)
            .mapToInt(feature -> feature.count("bars") + feature.count("lag"))
            .max()
            .orElse(0);
  }

  Calculator of(FeatureDefinition feature) {
    return switch (feature.kind()) {
      case LOG_RETURN -> logReturn(feature);
      case RSI -> rsi(feature);
      case MACD_HISTOGRAM -> {
        Macd macd = macd(feature);
        yield bar -> macd.histogram() / bar.close();
      }
      case MACD_SIGNAL -> {
        Macd macd = macd(feature);
        yield bar -> macd.signal() / bar.close();
      }
      case SMA_DISTANCE -> {
        Sma sma = indicators.sma(feature.count("period"));
        yield bar -> bar.close() / sma.value() - 1;
      }
      case EMA_DISTANCE -> {
        Ema ema = indicators.ema(feature.count("period"));
        yield bar -> bar.close() / ema.value() - 1;
      }
      case BOLLINGER_PERCENT_B -> {
        Bollinger bollinger = bollinger(feature);
        yield bar -> bollinger.percentB();
      }
      case BOLLINGER_WIDTH -> {
        Bollinger bollinger = bollinger(feature);
        yield bar -> bollinger.width();
      }
      case ATR_RATIO -> {
        Atr atr = indicators.atr(feature.count("period"));
        yield bar -> atr.value() / bar.close();
      }
      case REALISED_VOLATILITY -> {
        RealisedVolatility volatility = indicators.volatility(feature.count("period"));
        yield bar -> volatility.value();
      }
      case VOLUME_Z -> volumeZ(feature);
      case RANGE -> bar -> (bar.high() - bar.low()) / bar.close();
      case HOUR_SIN -> bar -> TimeOfDay.sine(bar.closeTimeNs());
      case HOUR_COS -> bar -> TimeOfDay.cosine(bar.closeTimeNs());
      case BOOK_IMBALANCE -> {
        BookImbalance imbalance = new BookImbalance(book.book(), feature.count("levels"));
        yield bar -> book.imbalance(imbalance, bar);
      }
      case SPREAD -> book::spread;
    };
  }

  private Calculator logReturn(FeatureDefinition feature) {
    Lags logarithms = indicators.logarithms(deepestReturn);
    int to = feature.count("lag");
    int from = to + feature.count("bars");
    return bar -> logarithms.lag(to) - logarithms.lag(from);
  }

  /** A price that never moved is neither strong nor weak, though TA-Lib's RSI is then 0. */
  private Calculator rsi(FeatureDefinition feature) {
    Rsi rsi = indicators.rsi(feature.count("period"));
    return bar -> rsi.ready() && !rsi.moved() ? 0 : rsi.value() / 50 - 1;
  }

  private Calculator volumeZ(FeatureDefinition feature) {
    RollingMoments volume = indicators.volume(feature.count("period"));
    return bar -> {
      double deviation = volume.populationDeviation();
      return deviation == 0 ? 0 : volume.distance() / deviation;
    };
  }

  private Macd macd(FeatureDefinition feature) {
    return indicators.macd(feature.count("fast"), feature.count("slow"), feature.count("signal"));
  }

  private Bollinger bollinger(FeatureDefinition feature) {
    return indicators.bollinger(feature.count("period"), feature.number("deviations"));
  }
}
