package ai.neo.orchestrator.configuration;

/**
 * A key with the value that holds.
 *
 * @param text empty if nothing is set; may hold a password
 */
public record Setting(SettingKey key, String text, Origin origin) {
  /** The value as it may be shown. */
  public String shown() {
    return key.kind().masked(text);
  }

  @Override
  public String toString() {
    return key.name() + "=" + shown() + " (" + origin.describe() + ")";
  }
}
