package ai.neo.modelgateway.forward;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server whose models are served through this gateway.
 *
 * @param name as metrics, logs and answers call it
 * @param port of its gRPC, 1 to 65535
 * @param models that are forwarded; empty for all that it has
 */
public record ForwardTarget(String name, String host, int port, Set<String> models) {

  private static final int PORT_MAX = 65_535;
  private static final Pattern TEXT =
      Pattern.compile(
          "(?<name>[A-Za-z0-9_.-]{1,64})=(?<host>\\[[0-9A-Fa-f:.]+]|[^:/=\\[\\],\\s]+)"
              + ":(?<port>[0-9]{1,5})(?<models>(/[^/,=\\s]+)*)");

  public ForwardTarget {
    if (name.isBlank() || host.isBlank() || port < 1 || port > PORT_MAX) {
      throw new IllegalArgumentException(
          "a server needs a name, a host and a port from 1 to %d: %s=%s:%d"
              .formatted(PORT_MAX, name, host, port));
    }
    models = Set.copyOf(models);
  }

  /**
   * Reads {@code NAME=HOST:PORT}, with {@code /MODEL} after it for each model where not all are
   * meant.
   *
   * @throws IllegalArgumentException with what was expected
   */
  public static ForwardTarget parse(String text) {
    Matcher parts = TEXT.matcher(text.strip());
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "a server to forward to must be NAME=HOST:PORT or NAME=HOST:PORT/MODEL/MODEL, not '"
              + text
              + "'");
    }
    Set<String> models = new LinkedHashSet<>(List.of(parts.group("models").split("/")));
    models.remove("");
    return new ForwardTarget(
        parts.group("name"), parts.group("host"), Integer.parseInt(parts.group("port")), models);
  }

  boolean offers(String model) {
    return models.isEmpty() || models.contains(model);
  }

  /** Host and port. */
  public String address() {
    return host + ":" + port;
  }

  /** How texts for people call it. */
  String shown() {
    return "'" + name + "' (" + address() + ")";
  }
}
