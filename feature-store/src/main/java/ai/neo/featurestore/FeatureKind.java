package ai.neo.featurestore;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** What a feature can be. All are free of the price's scale. */
public enum FeatureKind {
  /** Change over some bars, a fraction. */
  RETURN("bars"),
  /** The one-bar return of some bars ago. */
  LAGGED_RETURN("bars"),
  /** RSI, moved from 0..100 to −1..1. */
  RSI("period"),
  /** MACD's line over the close. */
  MACD_LINE("fast", "slow", "signal"),
  /** MACD's signal over the close. */
  MACD_SIGNAL("fast", "slow", "signal"),
  /** MACD's histogram over the close. */
  MACD_HISTOGRAM("fast", "slow", "signal"),
  /** Close over its simple average, less one. */
  SMA_DISTANCE("period"),
  /** Close over its exponential average, less one. */
  EMA_DISTANCE("period"),
  /** Where the close lies between the Bollinger bands (2 deviations), moved to −1..1. */
  BOLLINGER_POSITION("period"),
  /** Distance of the Bollinger bands (2 deviations) over their middle. */
  BOLLINGER_WIDTH("period"),
  /** Average true range over the close. */
  ATR("period"),
  /** Standard deviation of log returns. */
  VOLATILITY("period"),
  /** Logarithm of volume over its average; −3..3. */
  VOLUME_RATIO("period"),
  /** High less low over the close. */
  RANGE(),
  /** Sine of the hour of the day, UTC. */
  HOUR_SINE(),
  /** Cosine of the hour of the day, UTC. */
  HOUR_COSINE(),
  /** Imbalance of the best levels of the order book; zero where there is none. */
  BOOK_IMBALANCE("levels");

  private final String parameters;

  FeatureKind(String... parameters) {
    this.parameters = String.join(" ", parameters);
  }

  /** The kind's name in a definition. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  Set<String> parameters() {
    return parameters.isEmpty() ? Set.of() : new TreeSet<>(Arrays.asList(parameters.split(" ", -1)));
  }
}
