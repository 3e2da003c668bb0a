package ai.neo.featurestore;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * One feature of a set.
 *
 * @param name unique in its set; lower case letters, digits and underscores
 * @param params every setting of the kind by name, defaults filled in; sorted by name
 */
public record FeatureDefinition(String name, FeatureKind kind, Map<String, Double> params) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,63}");

  /**
   * Fills in defaults and checks every setting.
   *
   * @throws IllegalArgumentException if the name is malformed, a setting unknown or out of range
   */
  public FeatureDefinition {
    checkName(name, "feature name");
    Objects.requireNonNull(kind, "kind");
    Map<String, Double> given = Map.copyOf(params);
    TreeMap<String, Double> complete = new TreeMap<>();
    for (FeatureKind.Parameter parameter : kind.parameters()) {
      double value = given.getOrDefault(parameter.name(), parameter.standard());
      checkRange(name, parameter, value);
      complete.put(parameter.name(), value);
    }
    for (String key : given.keySet()) {
      if (!complete.containsKey(key)) {
        throw new IllegalArgumentException(
            "feature=" + name + ": " + NearestName.explain("param", key, complete.keySet()));
      }
    }
    if (complete.containsKey("fast") && complete.get("fast") >= complete.get("slow")) {
      throw new IllegalArgumentException(
          "feature="
              + name
              + " fast="
              + complete.get("fast")
              + " slow="
              + complete.get("slow")
              + ", expected fast < slow");
    }
    params = Collections.unmodifiableMap(complete);
  }

  static void checkName(String name, String what) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          what + "=" + name + ", expected lower case letters, digits and underscores");
    }
  }

  private static void checkRange(String feature, FeatureKind.Parameter parameter, double value) {
    boolean inRange = value >= parameter.least() && value <= parameter.most();
    if (!inRange || (parameter.whole() && value != Math.rint(value))) {
      throw new IllegalArgumentException(
          "feature="
              + feature
              + " "
              + parameter.name()
              + "="
              + value
              + ", expected a "
              + (parameter.whole() ? "whole number" : "number")
              + " from "
              + parameter.least()
              + " to "
              + parameter.most());
    }
  }

  /** A setting that is a whole number. */
  int count(String param) {
    return (int) number(param);
  }

  /** A setting. */
  double number(String param) {
    return params.get(param);
  }

  /** How many bars must come before the feature is known. */
  int barsNeeded() {
    return switch (kind) {
      case LOG_RETURN -> count("bars") + count("lag") + 1;
      case RSI, ATR_RATIO, REALISED_VOLATILITY -> count("period") + 1;
      case MACD_HISTOGRAM, MACD_SIGNAL -> count("slow") + count("signal") - 1;
      case SMA_DISTANCE, EMA_DISTANCE, BOLLINGER_PERCENT_B, BOLLINGER_WIDTH, VOLUME_Z ->
          count("period");
      case RANGE, HOUR_SIN, HOUR_COS, BOOK_IMBALANCE, SPREAD -> 1;
    };
  }

  /** The definition as one line that does not depend on how it was written down. */
  String canonical() {
    StringBuilder line = new StringBuilder(name).append('|').append(kind.text());
    params.forEach(
        (key, value) -> line.append('|').append(key).append('=').append(canonical(value)));
    return line.toString();
  }

  private static String canonical(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
