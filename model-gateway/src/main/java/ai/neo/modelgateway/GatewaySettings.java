package ai.neo.modelgateway;

import ai.neo.modelgateway.scheduling.Batching;
import ai.neo.modelgateway.scheduling.ModelLimits;
import java.util.Objects;

/**
 * Where and how the gateway serves.
 *
 * @param host address to listen on; loopback unless told otherwise
 * @param grpcPort 0 takes a free one
 * @param httpPort for REST, health and metrics; 0 takes a free one
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
   * How much is computed and kept waiting at once.
   *
   * @param threads that compute for models that take longer than a hand-over between threads; at
   *     least 1
   * @param waiting requests that wait for one of them, for each model, or that are computed at once
   *     on their callers' threads; more are refused at once
   * @param batching which requests may be computed together
   * @param models what holds for one model instead
   */
  public record InferenceLimits(int threads, int waiting, Batching batching, ModelLimits models) {
    private static final int MAX = 65_536;

    public InferenceLimits {
      Objects.requireNonNull(batching, "batching");
      Objects.requireNonNull(models, "models");
      if (threads < 1 || threads > MAX || waiting < 1 || waiting > MAX) {
        throw new IllegalArgumentException(
            "inference threads and waiting requests must be 1 to %d: threads=%d waiting=%d"
                .formatted(MAX, threads, waiting));
      }
    }

    /** The same for every model. */
    public InferenceLimits(int threads, int waiting, Batching batching) {
      this(threads, waiting, batching, ModelLimits.none());
    }

    /** Every request is computed alone, unless its caller agrees otherwise. */
    public InferenceLimits(int threads, int waiting) {
      this(threads, waiting, Batching.off());
    }

    /**
     * A thread for each processor, which one model may hold, and one more for the others; and a
     * wait of well under a second for the last in the queue.
     */
    public static InferenceLimits defaults() {
      return new InferenceLimits(Runtime.getRuntime().availableProcessors() + 1, 256);
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
