package ai.neo.orchestrator.operations;

import ai.neo.orchestrator.configuration.Configuration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A port that a run will listen on.
 *
 * @param key that sets it
 * @param host that is listened on
 * @param port 0 for a free one
 */
public record WantedPort(String key, String host, int port) {
  private static final String LOOPBACK = "127.0.0.1";
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(3);
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Those of a run with this configuration. */
  public static List<WantedPort> of(Configuration configuration) {
    List<WantedPort> ports = new ArrayList<>();
    ports.add(
        new WantedPort("page.port", configuration.page().host(), configuration.page().port()));
    Configuration.ModelTier tier = configuration.modelTier();
    if (tier.elsewhere().isEmpty()) {
      ports.add(new WantedPort("gateway.port", LOOPBACK, tier.port()));
      ports.add(new WantedPort("metrics.port", LOOPBACK, tier.metricsPort()));
      ports.add(new WantedPort("registry.port", LOOPBACK, tier.registryPort()));
    }
    return ports;
  }

  /** Whether a server could listen on it now. */
  public boolean free() {
    return port == 0 || PortHolder.free(host, port);
  }

  /** What to do when it is not. */
  public String remedy() {
    return "stop that, or choose another port with --set " + key + "=PORT (0 takes a free one)";
  }

  /**
   * Waits a moment for ports that are taken: a Neo that was killed leaves its model tier behind,
   * which ends soon.
   *
   * @throws OperationsException naming every port that is taken, who holds it, and the key to set
   */
  public static void requireFree(List<WantedPort> ports) {
    long deadlineNs = System.nanoTime() + PATIENCE_NS;
    while (!ports.stream().allMatch(WantedPort::free) && System.nanoTime() - deadlineNs < 0) {
      LockSupport.parkNanos(POLL_NS);
    }
    List<String> taken = new ArrayList<>();
    for (WantedPort wanted : ports) {
      if (!wanted.free()) {
        taken.add(
            wanted.key()
                + "="
                + wanted.port()
                + " on "
                + wanted.host()
                + " is taken by "
                + PortHolder.describe(wanted.port())
                + "; "
                + wanted.remedy());
      }
    }
    if (!taken.isEmpty()) {
      throw new OperationsException(2, String.join("\n", taken));
    }
  }
}
