package ai.neo.featurestore;

import ai.neo.featurestore.indicator.Atr;
import ai.neo.featurestore.indicator.Bollinger;
import ai.neo.featurestore.indicator.Ema;
import ai.neo.featurestore.indicator.Lags;
import ai.neo.featurestore.indicator.Macd;
import ai.neo.featurestore.indicator.RealisedVolatility;
import ai.neo.featurestore.indicator.RollingMoments;
import ai.neo.featurestore.indicator.Rsi;
import ai.neo.featurestore.indicator.Sma;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The indicators of one pipeline. Two features that need the same one share it; each is updated
 * once a bar, before any feature is read.
 */
final class SharedIndicators {
  /** Feeds one indicator from a bar. */
  @FunctionalInterface
  interface Step {
    void update(BarValues bar);
  }

  private final Map<String, Object> indicators = new LinkedHashMap<>();
  private final Map<String, Step> steps = new LinkedHashMap<>();

  private <T> T shared(String key, Class<T> type, Supplier<T> make, Function<T, Step> feed) {
    Object known = indicators.get(key);
    if (known != null) {
      return type.cast(known);
    }
    T made = make.get();
    indicators.put(key, made);
    steps.put(key, feed.apply(made));
    return made;
  }

  /** One step for each indicator, in the order in which they were first asked for. */
  Step[] steps() {
    return steps.values().toArray(Step[]::new);
  }

  /** Logarithms of the closes, at least {@code depth} back. */
  Lags logarithms(int depth) {
    return shared(
        "logarithms/" + depth,
        Lags.class,
        () -> new Lags(depth),
        lags -> bar -> lags.update(bar.logarithm()));
  }

  Rsi rsi(int period) {
    return shared(
        "rsi/" + period, Rsi.class, () -> new Rsi(period), rsi -> bar -> rsi.update(bar.close()));
  }

  Macd macd(int fast, int slow, int signal) {
    return shared(
        "macd/" + fast + "/" + slow + "/" + signal,
        Macd.class,
        () -> new Macd(fast, slow, signal),
        macd -> bar -> macd.update(bar.close()));
  }

  Sma sma(int period) {
    return shared(
        "sma/" + period, Sma.class, () -> new Sma(period), sma -> bar -> sma.update(bar.close()));
  }

  Ema ema(int period) {
    return shared(
        "ema/" + period, Ema.class, () -> new Ema(period), ema -> bar -> ema.update(bar.close()));
  }

  Bollinger bollinger(int period, double deviations) {
    return shared(
        "bollinger/" + period + "/" + deviations,
        Bollinger.class,
        () -> new Bollinger(period, deviations),
        bollinger -> bar -> bollinger.update(bar.close()));
  }

  Atr atr(int period) {
    return shared(
        "atr/" + period,
        Atr.class,
        () -> new Atr(period),
        atr -> bar -> atr.update(bar.high(), bar.low(), bar.close()));
  }

  RealisedVolatility volatility(int period) {
    return shared(
        "volatility/" + period,
        RealisedVolatility.class,
        () -> new RealisedVolatility(period),
        volatility -> bar -> volatility.updateLogarithm(bar.logarithm()));
  }

  RollingMoments volume(int period) {
    return shared(
        "volume/" + period,
        RollingMoments.class,
        () -> new RollingMoments(period),
        moments -> bar -> moments.update(bar.volume()));
  }
}
