package ai.neo.featurestore;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The ways of computing a feature. Each is free of scale: the same market quoted in another unit
 * gives the same number. All are computed at a bar's close.
 */
public enum FeatureKind {
  /** {@code ln(close[lag] / close[lag + bars])}. */
  LOG_RETURN(count("bars", 1, 1), count("lag", 0, 0)),
  /** Wilder's RSI as -1 to 1; 0 where the price never moved. */
  RSI(count("period", 14, 2)),
  /** MACD's histogram as a part of the close. */
  MACD_HISTOGRAM(count("fast", 12, 2), count("slow", 26, 3), count("signal", 9, 1)),
  /** MACD's signal as a part of the close. */
  MACD_SIGNAL(count("fast", 12, 2), count("slow", 26, 3), count("signal", 9, 1)),
  /** {@code close / SMA - 1}. */
  SMA_DISTANCE(count("period", 20, 1)),
  /** {@code close / EMA - 1}. */
  EMA_DISTANCE(count("period", 20, 1)),
  /** Where the close lies between the Bollinger bands: 0 at the lower, 1 at the upper. */
  BOLLINGER_PERCENT_B(count("period", 20, 2), number("deviations", 2, 0.01, 100)),
  /** Distance between the Bollinger bands as a part of the middle. */
  BOLLINGER_WIDTH(count("period", 20, 2), number("deviations", 2, 0.01, 100)),
  /** Wilder's average true range as a part of the close. */
  ATR_RATIO(count("period", 14, 2)),
  /** Sample standard deviation of log returns, per bar. */
  REALISED_VOLATILITY(count("period", 20, 2)),
  /** How many standard deviations the volume lies above its mean; 0 where it never changed. */
  VOLUME_Z(count("period", 20, 2)),
  /** {@code (high - low) / close}. */
  RANGE,
  /** Sine of the time of day (UTC) of the close, one turn a day, to the minute. */
  HOUR_SIN,
  /** Cosine of the time of day (UTC) of the close, one turn a day, to the minute. */
  HOUR_COS,
  /** {@code (bid - ask) / (bid + ask)} of the best levels' quantities; 0 without a fresh book. */
  BOOK_IMBALANCE(count("levels", 5, 1)),
  /** {@code (best ask - best bid) / middle}; 0 without a fresh book. */
  SPREAD;

  /** Factor that every kind takes: brings features to a like size. */
  static final String SCALE = "scale";

  /** Bound that every kind takes, on the scaled value, to both sides. */
  static final String CLIP = "clip";

  /** As good as none for a number without scale, and safe to hold in a float. */
  private static final double CLIP_DEFAULT = 1e6;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of and never changed
  private final List<Parameter> parameters;

  FeatureKind(Parameter... own) {
    Parameter[] all = Arrays.copyOf(own, own.length + 2);
    all[own.length] = number(SCALE, 1, 1e-9, 1e9);
    all[own.length + 1] = number(CLIP, CLIP_DEFAULT, 1e-9, CLIP_DEFAULT);
    parameters = List.of(all);
  }

  /** The kind's name in a definition, such as {@code log_return}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What the kind can be told. */
  List<Parameter> parameters() {
    return parameters;
  }

  /**
   * One setting of a kind.
   *
   * @param whole whether only whole numbers are meant
   */
  record Parameter(String name, double standard, double least, double most, boolean whole) {}

  /** Longest window in bars: a bound on memory, and weeks of one-minute bars. */
  private static Parameter count(String name, int standard, int least) {
    return new Parameter(name, standard, least, 100_000, true);
  }

  private static Parameter number(String name, double standard, double least, double most) {
    return new Parameter(name, standard, least, most, false);
  }
}
