package ai.neo.modelgateway.quality;

import java.util.Locale;

/**
 * How seldom a model's alarms may be false: once in so many outcomes, or once in so much time of
 * the data. Inputs and loss share it evenly, so each alone may be false once in twice as long.
 *
 * @param every in outcomes, or in nanoseconds; above 0
 * @param inTime whether it is in nanoseconds
 */
public record FalseAlarms(long every, boolean inTime) {
  private static final int DETECTORS = 2;

  private static final long HOUR_NS = 3_600_000_000_000L;

  /** What lies between two moments of the data. */
  record Stretch(long outcomes, long ns) {}

  public FalseAlarms {
    if (every < 1) {
      throw new IllegalArgumentException(
          "the time between false alarms must be above 0, is " + every);
    }
  }

  /**
   * Reads {@code 30d}, {@code 12h}, {@code 90m} as time and a plain number as outcomes.
   *
   * @throws IllegalArgumentException when it is neither
   */
  public static FalseAlarms of(String text) {
    if (text.matches("[0-9]{1,12}") && Long.parseLong(text) > 0) {
      return new FalseAlarms(Long.parseLong(text), false);
    }
    long ns = QualitySettings.span(text);
    if (ns == 0) {
      throw new IllegalArgumentException(
          "expected 30d, 12h, 90m or a number of outcomes, not '" + text + "'");
    }
    return new FalseAlarms(ns, true);
  }

  /** Which part of one detector's time between false alarms a stretch is; may be above 1. */
  double share(Stretch stretch) {
    double passed = inTime ? stretch.ns() : stretch.outcomes();
    return passed / ((double) DETECTORS * every);
  }

  /** {@code 720h} or {@code 43200 outcomes}. */
  public String text() {
    if (!inTime) {
      return every + " outcomes";
    }
    return every % HOUR_NS == 0
        ? every / HOUR_NS + "h"
        : String.format(Locale.ROOT, "%.3fh", (double) every / HOUR_NS);
  }
}
