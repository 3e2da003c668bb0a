package ai.neo.orchestrator.configuration;

import java.util.Objects;
import java.util.Optional;

/** A machine and a port on it, 1 to 65535. */
public record Endpoint(String host, int port) {
  public Endpoint {
    Objects.requireNonNull(host, "host");
    if (host.isBlank() || port < 1 || port > 65_535) {
      throw new IllegalArgumentException(
          "address '" + host + ":" + port + "', expected HOST:PORT with a port from 1 to 65535");
    }
  }

  /** Reads {@code HOST:PORT}; an IPv6 host stands in brackets. Empty if the text is none. */
  public static Optional<Endpoint> parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
      return Optional.empty();
    }
    String host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]") && host.length() > 2;
    int port = Integer.parseInt(text.substring(colon + 1));
    if (port < 1 || port > 65_535 || !(bracketed || host.matches("[A-Za-z0-9._-]+"))) {
      return Optional.empty();
    }
    return Optional.of(new Endpoint(bracketed ? host.substring(1, host.length() - 1) : host, port));
  }

  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
