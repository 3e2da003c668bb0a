package ai.neo.modelgateway;

import java.util.Objects;

/**
 * Where and how the gateway serves.
 *
 * @param host address to listen on; loopback unless told otherwise
 * @param grpcPort 0 takes a free one
 * @param httpPort for health and metrics; 0 takes a free one
 * @param allowTorchScript whether models that are programs may be loaded
 * @param admin whether callers may load and unload models
 */
public record GatewaySettings(
    String host, int grpcPort, int httpPort, boolean allowTorchScript, boolean admin) {

  private static final int PORT_MAX = 65_535;

  public GatewaySettings {
    if (Objects.requireNonNull(host, "host").isBlank()) {
      throw new IllegalArgumentException("host must not be blank");
    }
    requirePort(grpcPort, "grpcPort");
    requirePort(httpPort, "httpPort");
  }

  /** Loopback, the protocol's ports, nothing allowed that is not needed. */
  public static GatewaySettings defaults() {
    return new GatewaySettings("127.0.0.1", 8001, 8002, false, false);
  }

  private static void requirePort(int port, String name) {
    if (port < 0 || port > PORT_MAX) {
      throw new IllegalArgumentException(name + " must be 0 to " + PORT_MAX + ": " + port);
    }
  }
}
