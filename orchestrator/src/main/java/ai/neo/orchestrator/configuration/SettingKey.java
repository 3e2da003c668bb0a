package ai.neo.orchestrator.configuration;

import java.util.Locale;

/**
 * Something that can be set.
 *
 * @param name {@code section.key}
 * @param defaultText empty if it is left out by default
 * @param description one sentence
 */
public record SettingKey(String name, ValueKind kind, String defaultText, String description) {
  public SettingKey {
    if (!defaultText.isEmpty() && !kind.accepts(defaultText)) {
      throw new IllegalArgumentException(
          name + "'s default '" + defaultText + "', expected " + kind.expected());
    }
  }

  /** The environment variable that sets it, {@code NEO_SECTION__KEY}. */
  public String environmentName() {
    return "NEO_" + name.toUpperCase(Locale.ROOT).replace(".", "__");
  }

  /** Completes "expected …". */
  public String expected() {
    return kind.expected();
  }
}
