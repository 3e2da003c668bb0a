package ai.neo.modeltier;

import ai.neo.modelgateway.Gateway;
import ai.neo.modelgateway.learning.LearningSettings;
import ai.neo.modelgateway.serving.RegistryClient;
import ai.neo.modelregistry.ModelRegistry;
import ai.neo.modelregistry.RegistrySettings;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gateway and registry in one process, as the orchestrator starts it: says on standard output when
 * it serves, logs to standard error, and ends when its parent is gone.
 */
public final class ModelTier implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ModelTier.class);
  private static final Set<String> OPTIONS =
      Set.of("--host", "--grpc-port", "--http-port", "--data-dir", "--parent-pid", "--model");

  private final TierTracing tracing = TierTracing.open(System.getenv());
  private final ModelRegistry registry;
  private final Server inner;
  private final ManagedChannel toRegistry;
  private final Gateway gateway;

  private ModelTier(Map<String, String> options, String postgresUrl) throws IOException {
    Path artifacts = Path.of(options.get("--data-dir"), "artifacts");
    registry = ModelRegistry.open(new RegistrySettings(postgresUrl, artifacts));
    String name = InProcessServerBuilder.generateName();
    inner =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .maxInboundMessageSize(ModelRegistry.MESSAGE_MAX_BYTES)
            .addService(registry.service())
            .build()
            .start();
    toRegistry =
        InProcessChannelBuilder.forName(name)
            .maxInboundMessageSize(ModelRegistry.MESSAGE_MAX_BYTES)
            .build();
    gateway =
        new Gateway(
            new Gateway.Settings(
                options.getOrDefault("--host", "127.0.0.1"),
                Integer.parseInt(options.getOrDefault("--grpc-port", "8001")),
                Integer.parseInt(options.getOrDefault("--http-port", "8002")),
                LearningSettings.defaults()),
            new RegistryClient(toRegistry),
            tracing.openTelemetry(),
            List.of(registry.service()));
    gateway.catalog().restore(options.getOrDefault("--model", "direction"));
    gateway.start();
  }

  /** Starts and waits for the end of the parent or a signal. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Map<String, String> options = options(arguments);
    String postgresUrl = System.getenv("NEO_POSTGRES_URL");
    if (postgresUrl == null || !options.containsKey("--data-dir")) {
      System.err.println(
          "model tier: --data-dir and the environment variable NEO_POSTGRES_URL are needed");
      System.exit(2);
    }
    CountDownLatch end = new CountDownLatch(1);
    ModelTier tier = new ModelTier(options, postgresUrl);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  end.countDown();
                  tier.close();
                },
                "shutdown"));
    String parent = options.get("--parent-pid");
    if (parent != null) {
      endWith(Long.parseLong(parent));
    }
    System.out.println(
        "READY {\"grpc_port\":"
            + tier.gateway.grpcPort()
            + ",\"http_port\":"
            + tier.gateway.httpPort()
            + "}");
    System.out.flush();
    LOG.info("serving grpc_port={} http_port={}", tier.gateway.grpcPort(), tier.gateway.httpPort());
    end.await();
  }

  private static void endWith(long parentPid) {
    Thread.ofVirtual()
        .name("parent-watch")
        .start(
            () -> {
              ProcessHandle.of(parentPid).ifPresent(parent -> parent.onExit().join());
              System.exit(0);
            });
  }

  private static Map<String, String> options(String[] arguments) {
    Map<String, String> options = new HashMap<>();
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      if (!OPTIONS.contains(arguments[i])) {
        throw new IllegalArgumentException(
            "unknown option " + arguments[i] + ", expected one of " + OPTIONS);
      }
      options.put(arguments[i], arguments[i + 1]);
    }
    return options;
  }

  @Override
  public void close() {
    gateway.close();
    toRegistry.shutdownNow();
    inner.shutdownNow();
    registry.close();
    tracing.close();
  }
}
