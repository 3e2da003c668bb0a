package ai.neo.featurestore;

import ai.neo.featurestore.book.OrderBook;
import ai.neo.featurestore.indicator.Atr;
import ai.neo.featurestore.indicator.Bollinger;
import ai.neo.featurestore.indicator.Ema;
import ai.neo.featurestore.indicator.Lag;
import ai.neo.featurestore.indicator.Macd;
import ai.neo.featurestore.indicator.RealisedVolatility;
import ai.neo.featurestore.indicator.Return;
import ai.neo.featurestore.indicator.Rsi;
import ai.neo.featurestore.indicator.Sma;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.E8;
import java.util.function.DoubleUnaryOperator;

/** One feature at work on one instrument: NaN until it is ready. */
interface Feature {
  void onBar(Bar bar);

  double value();

  /**
   * @param book the instrument's, which changes along
   */
  static Feature of(FeatureDefinition definition, OrderBook book) {
    return switch (definition.kind()) {
      case RETURN -> {
        Return change = new Return(definition.parameter("bars"));
        yield closes(change::update, close -> change.value());
      }
      case LAGGED_RETURN -> {
        Return change = new Return(1);
        Lag lag = new Lag(definition.parameter("bars"));
        yield closes(
            close -> {
              change.update(close);
              lag.update(change.value());
            },
            close -> lag.value());
      }
      case RSI -> {
        Rsi rsi = new Rsi(definition.parameter("period"));
        yield closes(rsi::update, close -> rsi.value() / 50 - 1);
      }
      case MACD_LINE -> {
        Macd macd = macd(definition);
        yield closes(macd::update, close -> macd.line() / close);
      }
      case MACD_SIGNAL -> {
        Macd macd = macd(definition);
        yield closes(macd::update, close -> macd.signal() / close);
      }
      case MACD_HISTOGRAM -> {
        Macd macd = macd(definition);
        yield closes(macd::update, close -> macd.histogram() / close);
      }
      case SMA_DISTANCE -> {
        Sma average = new Sma(definition.parameter("period"));
        yield closes(average::update, close -> close / average.value() - 1);
      }
      case EMA_DISTANCE -> {
        Ema average = new Ema(definition.parameter("period"));
        yield closes(average::update, close -> close / average.value() - 1);
      }
      case BOLLINGER_POSITION -> {
        Bollinger bands = new Bollinger(definition.parameter("period"), 2);
        yield closes(bands::update, close -> 2 * bands.percentB() - 1);
      }
      case BOLLINGER_WIDTH -> {
        Bollinger bands = new Bollinger(definition.parameter("period"), 2);
        yield closes(bands::update, close -> bands.relativeWidth());
      }
      case ATR -> atr(new Atr(definition.parameter("period")));
      case VOLATILITY -> {
        RealisedVolatility volatility = new RealisedVolatility(definition.parameter("period"));
        yield closes(volatility::update, close -> volatility.value());
      }
      case VOLUME_RATIO -> volumeRatio(new Sma(definition.parameter("period")));
      case RANGE -> ofBar(bar -> (double) (bar.highE8() - bar.lowE8()) / bar.closeE8());
      case HOUR_SINE -> ofBar(bar -> Math.sin(dayAngle(bar)));
      case HOUR_COSINE -> ofBar(bar -> Math.cos(dayAngle(bar)));
      case BOOK_IMBALANCE -> {
        int levels = definition.parameter("levels");
        yield ofBar(bar -> book.imbalance(levels));
      }
    };
  }

  /** Takes a close in. */
  interface OnClose {
    void update(double close);
  }

  /** Computes from a bar alone. */
  interface FromBar {
    double of(Bar bar);
  }

  private static Feature closes(OnClose update, DoubleUnaryOperator value) {
    return new Feature() {
      private double close = Double.NaN;

      @Override
      public void onBar(Bar bar) {
        close = E8.toDouble(bar.closeE8());
        update.update(close);
      }

      @Override
      public double value() {
        return value.applyAsDouble(close);
      }
    };
  }

  private static Feature ofBar(FromBar from) {
    return new Feature() {
      private double value = Double.NaN;

      @Override
      public void onBar(Bar bar) {
        value = from.of(bar);
      }

      @Override
      public double value() {
        return value;
      }
    };
  }

  private static Feature atr(Atr atr) {
    return new Feature() {
      private double close = Double.NaN;

      @Override
      public void onBar(Bar bar) {
        close = E8.toDouble(bar.closeE8());
        atr.update(E8.toDouble(bar.highE8()), E8.toDouble(bar.lowE8()), close);
      }

      @Override
      public double value() {
        return atr.value() / close;
      }
    };
  }

  private static Feature volumeRatio(Sma average) {
    return new Feature() {
      private double volume;

      @Override
      public void onBar(Bar bar) {
        volume = E8.toDouble(bar.volumeE8());
        average.update(volume);
      }

      @Override
      public double value() {
        if (!average.ready()) {
          return Double.NaN;
        }
        if (average.value() <= 0 || volume <= 0) {
          return -3;
        }
        return Math.clamp(Math.log(volume / average.value()), -3, 3);
      }
    };
  }

  private static double dayAngle(Bar bar) {
    long dayNs = 86_400_000_000_000L;
    return 2 * Math.PI * Math.floorMod(bar.closeTimeNs(), dayNs) / dayNs;
  }

  private static Macd macd(FeatureDefinition definition) {
    return new Macd(
        definition.parameter("fast"),
        definition.parameter("slow"),
        definition.parameter("signal"));
  }
}
