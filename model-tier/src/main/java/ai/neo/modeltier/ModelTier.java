package ai.neo.modeltier;

import ai.neo.modelregistry.RegistryException;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process of the model tier. When it serves, it writes one line to standard output, {@code
 * READY {"grpc_port":…,"http_port":…,"registry_port":…}}, and nothing else ever; logs go to
 * standard error. It ends on SIGTERM or when its parent is gone, within three seconds.
 */
public final class ModelTier {

  private static final Logger LOG = LoggerFactory.getLogger(ModelTier.class);

  private static final int EXIT_FAILURE = 1;
  private static final int EXIT_USAGE = 2;
  private static final int EXIT_SERVICE_AWAY = 5;
  private static final int EXIT_TERMINATED = 143;

  /** What is not closed by then ends with the process: everything kept is durable already. */
  private static final long CLOSE_MS = 2_800;

  private ModelTier() {}

  /** See {@link TierSettings#USAGE}. Exit codes: 1 failure, 2 wrong usage, 5 no PostgreSQL. */
  public static void main(String[] arguments) throws InterruptedException {
    PrintStream out = System.out;
    System.setOut(System.err); // whatever a library prints must not be taken for our line
    TierSettings settings;
    try {
      settings = TierSettings.of(List.of(arguments), System.getenv());
    } catch (IllegalArgumentException e) {
      System.err.print(mistake(List.of(arguments), String.valueOf(e.getMessage())));
      System.exit(EXIT_USAGE);
      return;
    }
    Optional<ProcessHandle> parent = parent(settings.parentPid());
    keepNativesUnder(settings);
    RunningTier tier;
    try {
      tier = new RunningTier(settings);
    } catch (RegistryException e) {
      System.err.println("model-tier: the registry cannot be opened: " + e.getMessage());
      System.exit(EXIT_SERVICE_AWAY);
      return;
    } catch (IOException e) {
      System.err.println("model-tier: cannot serve: " + e.getMessage());
      System.exit(EXIT_FAILURE);
      return;
    }
    AtomicInteger status = new AtomicInteger(EXIT_TERMINATED);
    closeOnExit(tier, status);
    parent.ifPresent(watched -> endWith(watched, status));
    out.printf(
        "READY {\"grpc_port\":%d,\"http_port\":%d,\"registry_port\":%d}%n",
        tier.grpcPort(), tier.httpPort(), tier.registryPort());
    out.flush();
    new CountDownLatch(1).await(); // ends by System.exit or a signal
  }

  /** Whoever was not started by a parent, which has a usage of its own, is shown this one's. */
  static String mistake(List<String> arguments, String message) {
    String line = "model-tier: " + message + System.lineSeparator();
    return arguments.contains("--parent-pid") ? line : line + TierSettings.USAGE;
  }

  private static Optional<ProcessHandle> parent(OptionalLong pid) {
    if (pid.isEmpty()) {
      return Optional.empty();
    }
    Optional<ProcessHandle> parent = ProcessHandle.of(pid.getAsLong());
    if (parent.isEmpty()) {
      parentIsGone();
    }
    return parent;
  }

  private static void endWith(ProcessHandle parent, AtomicInteger status) {
    Thread.ofVirtual()
        .name("parent-watch")
        .start(
            () -> {
              parent.onExit().join();
              status.set(0);
              parentIsGone();
            });
  }

  private static void parentIsGone() {
    LOG.info("the parent process is gone; ending");
    System.exit(0);
  }

  /**
   * @param status of a process that does not wait for everything to close
   */
  private static void closeOnExit(RunningTier tier, AtomicInteger status) {
    Thread closing = Thread.ofPlatform().daemon().name("closing").unstarted(tier::close);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  closing.start();
                  if (!joined(closing)) {
                    LOG.warn("not everything closed within {} ms; ending", CLOSE_MS);
                    Runtime.getRuntime().halt(status.get());
                  }
                },
                "shutdown"));
  }

  private static boolean joined(Thread closing) {
    try {
      return closing.join(Duration.ofMillis(CLOSE_MS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Engines unpack their native libraries once; under the data directory they are found again. */
  private static void keepNativesUnder(TierSettings settings) {
    String variable = "DJL_CACHE_DIR";
    if (System.getenv(variable) == null && System.getProperty(variable) == null) {
      System.setProperty(variable, settings.dataDirectory().resolve("djl").toString());
    }
  }
}
