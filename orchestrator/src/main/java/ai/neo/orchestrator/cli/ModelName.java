package ai.neo.orchestrator.cli;

/**
 * {@code NAME[@VERSION]}.
 *
 * @param version empty for the champion
 */
record ModelName(String name, String version) {
  static ModelName parse(String text) {
    int at = text.indexOf('@');
    ModelName parsed =
        at < 0
            ? new ModelName(text, "")
            : new ModelName(text.substring(0, at), text.substring(at + 1));
    if (parsed.name().isEmpty() || (at >= 0 && !parsed.version().matches("[1-9][0-9]{0,17}"))) {
      throw new IllegalArgumentException(
          "'" + text + "' is no model; expected NAME or NAME@VERSION, such as direction@3");
    }
    return parsed;
  }
}
