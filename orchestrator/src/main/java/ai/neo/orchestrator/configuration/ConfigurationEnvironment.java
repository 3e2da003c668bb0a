package ai.neo.orchestrator.configuration;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads {@code NEO_SECTION__KEY}. Variables without the double underscore are left alone:
 * schedulers put such into the environment for services that are called neo.
 */
final class ConfigurationEnvironment {
  private static final String PREFIX = "NEO_";

  /** Names that deployments know such a thing by. */
  private static final Map<String, String> OTHER_NAMES =
      Map.of(
          "NEO_POSTGRES_URL", "postgres.url",
          "NEO_REDIS_URL", "redis.url",
          "OTEL_EXPORTER_OTLP_ENDPOINT", "telemetry.otlp_endpoint");

  private ConfigurationEnvironment() {}

  static List<Given> read(Map<String, String> environment) {
    List<Given> given = new ArrayList<>();
    new TreeMap<>(environment)
        .forEach(
            (variable, text) -> {
              Origin origin = new Origin.Environment(variable);
              if (OTHER_NAMES.containsKey(variable)) {
                // First, so that the longer name wins where both are set.
                given.addFirst(new Given(OTHER_NAMES.get(variable), text, origin));
              } else if (variable.startsWith(PREFIX) && variable.contains("__")) {
                given.add(new Given(key(variable), text, origin));
              }
            });
    return given;
  }

  private static String key(String variable) {
    return variable.substring(PREFIX.length()).replace("__", ".").toLowerCase(Locale.ROOT);
  }
}
