package ai.neo.orchestrator.cli;

import java.util.Optional;

/**
 * {@code NAME[@VERSION]}, or a bare {@code VERSION} of the model that the loop asks.
 *
 * @param version empty for the champion
 */
record ModelName(String name, String version) {
  /** The model that the loop asks. */
  static final String USUAL = "direction";

  private static final String EXAMPLE = "such as 3 or " + USUAL + "@3";

  private static final String NUMBERS = "versions are whole numbers from 1, ";

  static ModelName parse(String text) {
    return of(text, Optional.empty());
  }

  /**
   * Reads what a command was told.
   *
   * @param model what {@code --model} says, whose version a bare number is
   * @throws IllegalArgumentException when the text is none, or names another model
   */
  static ModelName of(String text, Optional<String> model) {
    int at = text.lastIndexOf('@');
    String before = at < 0 ? text : text.substring(0, at);
    String after = at < 0 ? "" : text.substring(at + 1);
    if (at < 0 && isVersion(text)) {
      return new ModelName(model.orElse(USUAL), text);
    }
    if (!before.isEmpty() && at >= 0 && !isVersion(after)) {
      throw new IllegalArgumentException(
          "'%s' names no version; expected NAME or NAME@VERSION: %s%s"
              .formatted(text, NUMBERS, EXAMPLE));
    }
    if (before.isEmpty()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no model; expected NAME or NAME@VERSION, " + EXAMPLE);
    }
    if (model.isPresent() && !model.get().equals(before)) {
      throw new IllegalArgumentException(
          "'" + text + "' and --model " + model.get() + " name two models; leave one out");
    }
    return new ModelName(before, after);
  }

  /** The same where a version has to be named. */
  static ModelName ofVersion(String text, Optional<String> model) {
    if (text.indexOf('@') >= 0 || isVersion(text)) {
      return of(text, model);
    }
    throw new IllegalArgumentException(
        "'%s' is no version; expected VERSION or NAME@VERSION: %s%s"
            .formatted(text, NUMBERS, EXAMPLE));
  }

  static boolean isVersion(String text) {
    return text.matches("[1-9][0-9]{0,17}");
  }
}
