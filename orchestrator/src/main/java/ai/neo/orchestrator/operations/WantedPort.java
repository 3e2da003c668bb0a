package ai.neo.orchestrator.operations;

import ai.neo.orchestrator.configuration.Configuration;
import java.util.ArrayList;
import java.util.List;

/**
 * A port that a run will listen on.
 *
 * @param key that sets it
 * @param host that is listened on
 * @param port 0 for a free one
 */
public record WantedPort(String key, String host, int port) {
  private static final String LOOPBACK = "127.0.0.1";

  /** Those of a run with this configuration. */
  public static List<WantedPort> of(Configuration configuration) {
    List<WantedPort> ports = new ArrayList<>();
    ports.add(
        new WantedPort("page.port", configuration.page().host(), configuration.page().port()));
    Configuration.ModelTier tier = configuration.modelTier();
    if (tier.elsewhere().isEmpty()) {
      ports.add(new WantedPort("gateway.port", LOOPBACK, tier.port()));
      ports.add(new WantedPort("metrics.port", LOOPBACK, tier.metricsPort()));
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
   * @throws OperationsException naming every port that is taken, who holds it, and the key to set
   */
  public static void requireFree(List<WantedPort> ports) {
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
