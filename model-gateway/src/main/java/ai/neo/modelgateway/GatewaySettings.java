package ai.neo.modelgateway;

import java.util.Objects;

/**
 * Where and how the gateway serves.
 *
 * @param host address to listen on; loopback unless told otherwise
 * @param grpcPort 0 takes a free one
 * @param httpPort for health and metrics; 0 takes a free one
 */
public record GatewaySettings(
    String host, int grpcPort, int httpPort, Permissions permissions, InferenceLimits limits) {

  private static final int PORT_MAX = 65_535;

  public GatewaySettings {
    if (Objects.requireNonNull(host, "host").isBlank()) {
      throw new IllegalArgumentException("host must not be blank");
    }
    requirePort(grpcPort, "grpcPort");
    requirePort(httpPort, "httpPort");
    Objects.requireNonNull(permissions, "permissions");
    Objects.requireNonNull(limits, "limits");
  }

  /**
   * What is forbidden unless an operator allows it.
   *
   * @param torchScript whether models that are programs may be loaded
   * @param admin whether callers may load and unload models
   */
  public record Permissions(boolean torchScript, boolean admin) {}

  /**
   * How much is computed and kept waiting at once, by models that take longer than a hand-over
   * between threads.
   *
   * @param threads that compute; at least 1
   * @param waiting requests that wait for one of them; more are refused at once
   */
  public record InferenceLimits(int threads, int waiting) {
    private static final int MAX = 65_536;

    public InferenceLimits {
      if (threads < 1 || threads > MAX || waiting < 1 || waiting > MAX) {
        throw new IllegalArgumentException(
            "inference threads and waiting requests must be 1 to %d: threads=%d waiting=%d"
                .formatted(MAX, threads, waiting));
      }
    }

    /** A thread for each processor, and a wait of well under a second for the last in the queue. */
    public static InferenceLimits defaults() {
      return new InferenceLimits(Runtime.getRuntime().availableProcessors(), 256);
    }
  }

  /** Loopback, the protocol's ports, nothing allowed that is not needed. */
  public static GatewaySettings defaults() {
    return new GatewaySettings(
        "127.0.0.1", 8001, 8002, new Permissions(false, false), InferenceLimits.defaults());
  }

  private static void requirePort(int port, String name) {
    if (port < 0 || port > PORT_MAX) {
      throw new IllegalArgumentException(name + " must be 0 to " + PORT_MAX + ": " + port);
    }
  }
}
