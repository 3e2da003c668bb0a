package ai.neo.modelregistry.mlflow;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** MLflow's rules for names, keys and the length of values. Lengths count code points. */
final class Names {
  static final int EXPERIMENT_NAME_MAX = 500;
  static final int EXPERIMENT_TAG_MAX = 20_000;
  static final int REGISTRY_TAG_MAX = 100_000;
  static final int RUN_TAG_MAX = 8_000;
  static final int PARAM_MAX = 6_000;
  private static final int MODEL_NAME_MAX = 256;
  private static final int KEY_MAX = 250;
  private static final int ALIAS_MAX = 255;
  private static final int SHOWN_MAX = 100;

  private static final Pattern KEY = Pattern.compile("[\\p{L}\\p{N}_ \\-./:]+");
  private static final Pattern ALIAS = Pattern.compile("[\\p{L}\\p{N}_-]+");
  private static final Pattern LIKE_A_VERSION = Pattern.compile("[vV]\\d+");
  private static final List<String> STAGES = List.of("None", "Staging", "Production", "Archived");

  private Names() {}

  static String experiment(String name) {
    if (length(name) > EXPERIMENT_NAME_MAX) {
      throw tooLong("experiment name", name, EXPERIMENT_NAME_MAX);
    }
    return name;
  }

  static String model(String name) {
    if (name.isBlank()) {
      throw MlflowException.invalid("Registered model name cannot be empty.");
    }
    if (name.indexOf('/') >= 0 || name.indexOf(':') >= 0) {
      throw MlflowException.invalid(
          "Invalid model name '%s'. Names cannot contain '/' or ':'.".formatted(shown(name)));
    }
    if (name.equals(".") || name.equals("..")) {
      throw MlflowException.invalid("Invalid model name '%s'. It means a folder.".formatted(name));
    }
    if (length(name) > MODEL_NAME_MAX) {
      throw tooLong("model name", name, MODEL_NAME_MAX);
    }
    return name;
  }

  /**
   * The key of a metric, param or tag.
   *
   * @param what such as {@code metric name}
   */
  static String key(String what, String key) {
    if (length(key) > KEY_MAX) {
      throw tooLong(what, key, KEY_MAX);
    }
    if (!KEY.matcher(key).matches()) {
      throw MlflowException.invalid(
          "Invalid %s: '%s'. Names may only contain alphanumerics, underscores (_), dashes (-),"
                  .formatted(what, shown(key))
              + " periods (.), spaces ( ), colon(:) and slashes (/).");
    }
    boolean isPath =
        Arrays.stream(key.split("/", -1))
            .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
    if (!isPath) {
      throw MlflowException.invalid(
          "Invalid %s: '%s'. Names may be treated as files in certain cases, and must not resolve"
                  .formatted(what, shown(key))
              + " to other names when treated as such.");
    }
    return key;
  }

  static String alias(String alias) {
    if (length(alias) > ALIAS_MAX) {
      throw tooLong("registered model alias", alias, ALIAS_MAX);
    }
    if (!ALIAS.matcher(alias).matches()) {
      throw MlflowException.invalid(
          "Invalid alias name: '%s'. Names may only contain alphanumerics, underscores (_), and"
                  .formatted(shown(alias))
              + " dashes (-).");
    }
    if (alias.toLowerCase(Locale.ROOT).equals("latest")) {
      throw MlflowException.invalid("'latest' alias name (case insensitive) is reserved.");
    }
    if (LIKE_A_VERSION.matcher(alias).matches()) {
      throw MlflowException.invalid("Version alias name '%s' is reserved.".formatted(alias));
    }
    return alias;
  }

  /** The stage's canonical spelling. */
  static String stage(String stage) {
    return STAGES.stream()
        .filter(known -> known.equalsIgnoreCase(stage))
        .findFirst()
        .orElseThrow(
            () ->
                MlflowException.invalid(
                    "Invalid Model Version stage: %s. Value must be one of %s."
                        .formatted(shown(stage), String.join(", ", STAGES))));
  }

  /** A version number as callers write it, such as 3 or 03. */
  static int version(String version) {
    try {
      return Integer.parseInt(version.strip());
    } catch (NumberFormatException e) {
      throw MlflowException.invalid(
          "Parameter 'version' must be an integer, got '%s'.".formatted(shown(version)));
    }
  }

  static String limited(String what, String value, int max) {
    if (length(value) > max) {
      throw tooLong(what, value, max);
    }
    return value;
  }

  static String truncated(String value, int max) {
    return length(value) <= max ? value : value.substring(0, value.offsetByCodePoints(0, max));
  }

  static String shown(String text) {
    String clean = text.replaceAll("\\p{Cntrl}", "?");
    return clean.length() <= SHOWN_MAX ? clean : clean.substring(0, SHOWN_MAX) + "…";
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  private static MlflowException tooLong(String what, String text, int max) {
    return MlflowException.invalid(
        "Invalid %s '%s': it has %d characters, more than the %d allowed"
            .formatted(what, shown(text), length(text), max));
  }
}
