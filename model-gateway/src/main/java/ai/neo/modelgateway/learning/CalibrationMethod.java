package ai.neo.modelgateway.learning;

import java.util.Locale;

/** How probabilities are fitted to what happened. */
public enum CalibrationMethod {
  NONE,
  /** One number by which the logits are divided. */
  TEMPERATURE,
  /** A rising curve for each action, by pooling adjacent violators. */
  ISOTONIC;

  /**
   * By its name in lower case; empty is none.
   *
   * @throws IllegalArgumentException with the names there are
   */
  public static CalibrationMethod of(String label) {
    if (label.isEmpty()) {
      return NONE;
    }
    for (CalibrationMethod one : values()) {
      if (one.name().toLowerCase(Locale.ROOT).equals(label)) {
        return one;
      }
    }
    throw new IllegalArgumentException(
        "calibration must be none, temperature or isotonic, is '" + label + "'");
  }
}
