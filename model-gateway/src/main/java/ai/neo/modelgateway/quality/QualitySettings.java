package ai.neo.modelgateway.quality;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How models are watched, and what makes a new training due.
 *
 * @param window outcomes over which inputs are compared and answers are judged; at least 64
 * @param falseAlarms how seldom an alarm may be false
 * @param retrain what makes a new training due
 * @param names of features, where they are known
 */
public record QualitySettings(
    int window, FalseAlarms falseAlarms, Retrain retrain, FeatureNames names) {
  /** Fewer values than this have no distribution that could be compared. */
  static final int SMALLEST_WINDOW = 64;

  private static final int LARGEST_WINDOW = 1 << 16;
  private static final long SECOND_NS = 1_000_000_000L;

  /** One line for each feature set whose features have names. */
  private static final String FEATURES = "features";

  private static final List<String> NAMES =
      List.of(
          "window", "falseAlarmEvery", "retrainOnDrift", "retrainMaxAge", "retrainEvery", FEATURES);

  /**
   * What makes a new training due. Times are of the data, in nanoseconds; 0: it does not.
   *
   * @param onDrift an alarm
   * @param maxAgeNs so long after a version became champion
   * @param everyNs so long after the training before it, or after the first outcome
   */
  public record Retrain(boolean onDrift, long maxAgeNs, long everyNs) {
    /** Nothing does. */
    public static final Retrain NEVER = new Retrain(false, 0, 0);

    public Retrain {
      if (maxAgeNs < 0 || everyNs < 0) {
        throw new IllegalArgumentException("times must not be negative");
      }
    }

    /** Whether anything does. */
    public boolean isOn() {
      return onDrift || maxAgeNs > 0 || everyNs > 0;
    }
  }

  public QualitySettings {
    if (window < SMALLEST_WINDOW || window > LARGEST_WINDOW) {
      throw new IllegalArgumentException(
          "window must be from %d to %d, is %d".formatted(SMALLEST_WINDOW, LARGEST_WINDOW, window));
    }
  }

  /** Watching without retraining. */
  public static QualitySettings defaults() {
    // A window is most of a day of one-minute bars; one false alarm a month can be lived with.
    return new QualitySettings(1024, FalseAlarms.of("30d"), Retrain.NEVER, FeatureNames.NONE);
  }

  /**
   * The defaults, changed by lines of {@code name=value}.
   *
   * @throws IllegalArgumentException when there is no such setting, or its value is no good
   */
  public static QualitySettings of(String lines) {
    Map<String, String> given = new LinkedHashMap<>();
    Map<String, List<String>> names = new LinkedHashMap<>();
    for (String line : lines.lines().toList()) {
      int sign = line.indexOf('=');
      String name = sign < 0 ? line : line.substring(0, sign);
      if (sign < 0 || !NAMES.contains(name)) {
        throw new IllegalArgumentException(
            "there is no setting '" + name + "'; there are " + String.join(", ", NAMES));
      }
      String value = line.substring(sign + 1);
      if (name.equals(FEATURES)) {
        Map.Entry<String, List<String>> set = FeatureNames.set(value);
        names.put(set.getKey(), set.getValue());
      } else {
        given.put(name, value);
      }
    }
    QualitySettings byDefault = defaults();
    return new QualitySettings(
        whole(given.getOrDefault("window", Integer.toString(byDefault.window))),
        given.containsKey("falseAlarmEvery")
            ? FalseAlarms.of(given.get("falseAlarmEvery"))
            : byDefault.falseAlarms,
        new Retrain(
            yes(given.getOrDefault("retrainOnDrift", "false")),
            span(given.getOrDefault("retrainMaxAge", "0")),
            span(given.getOrDefault("retrainEvery", "0"))),
        new FeatureNames(names));
  }

  /**
   * Nanoseconds of {@code 30d}, {@code 12h}, {@code 90m}, {@code 30s} or {@code 0}.
   *
   * @throws IllegalArgumentException when it is none of them
   */
  public static long span(String text) {
    if (text.equals("0")) {
      return 0;
    }
    if (!text.matches("[0-9]{1,6}[dhms]")) {
      throw new IllegalArgumentException(
          "expected a time such as 30d, 12h, 90m, not '" + text + "'");
    }
    long number = Long.parseLong(text.substring(0, text.length() - 1));
    long seconds =
        switch (text.charAt(text.length() - 1)) {
          case 'd' -> 86_400;
          case 'h' -> 3_600;
          case 'm' -> 60;
          default -> 1;
        };
    try {
      return Math.multiplyExact(number, seconds * SECOND_NS);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(text + " is longer than 292 years", e);
    }
  }

  private static int whole(String text) {
    if (!text.matches("[0-9]{1,9}")) {
      throw new IllegalArgumentException("window must be a number, not '" + text + "'");
    }
    return Integer.parseInt(text);
  }

  private static boolean yes(String text) {
    if (!text.equals("true") && !text.equals("false")) {
      throw new IllegalArgumentException(
          "retrainOnDrift must be true or false, not '" + text + "'");
    }
    return text.equals("true");
  }
}
