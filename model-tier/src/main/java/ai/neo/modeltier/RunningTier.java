package ai.neo.modeltier;

import ai.neo.modelgateway.Gateway;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.OnnxEngine;
import ai.neo.modelgateway.engine.TorchScriptEngine;
import ai.neo.modelgateway.learning.LearningService;
import ai.neo.modelgateway.network.NetworkEngine;
import ai.neo.modelgateway.serving.RegistryClient;
import ai.neo.modelgateway.serving.RegistryException;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.modelgateway.serving.VersionRegistry;
import ai.neo.modelregistry.ModelRegistry;
import ai.neo.modelregistry.mlflow.MlflowServer;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registry and gateway, wired by hand and served on one port; the registry also by MLflow's HTTP.
 * The gateway reaches the registry by an in-process channel, as it would reach one elsewhere.
 */
final class RunningTier implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RunningTier.class);

  /** Closed last to first. */
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  private final Gateway gateway;
  private final MlflowServer mlflow;

  /** Starts every part, and ends those that run when a later one cannot. */
  RunningTier(TierSettings settings) throws IOException {
    try {
      Servers servers = start(settings);
      this.gateway = servers.gateway();
      this.mlflow = servers.mlflow();
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private record Servers(Gateway gateway, MlflowServer mlflow) {}

  private Servers start(TierSettings settings) throws IOException {
    TierTracing tracing = opened(TierTracing.open(System.getenv())); // closed last
    ModelRegistry registry = opened(ModelRegistry.open(settings.registry()));
    VersionRegistry versions = new RegistryClient(channelTo(registry));
    ServingCatalog catalog =
        opened(
            new ServingCatalog(
                versions,
                List.of(
                    new NetworkEngine(),
                    new OnnxEngine(),
                    new TorchScriptEngine(settings.gateway().permissions().torchScript()))));
    settings.models().forEach(model -> restore(catalog, model));
    LearningService learning =
        opened(
            new LearningService(
                settings.learning(),
                catalog,
                versions,
                Optional.of(settings.dataDirectory().resolve("learning"))));
    settings.models().forEach(learning::open);
    Gateway started =
        opened(
            Gateway.start(
                settings.gateway(),
                new Gateway.Parts(
                    catalog,
                    tracing.openTelemetry(),
                    learning::statuses,
                    List.of(registry.service(), learning))));
    MlflowServer mlflowServer =
        opened(
            MlflowServer.start(
                registry,
                new GatewayChampions(catalog, Set.copyOf(settings.models())),
                settings.registryPort()));
    return new Servers(started, mlflowServer);
  }

  int grpcPort() {
    return gateway.port();
  }

  int httpPort() {
    return gateway.httpPort();
  }

  int registryPort() {
    return mlflow.port();
  }

  @Override
  public void close() {
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        part.close();
      } catch (Exception e) {
        LOG.warn("{} did not close cleanly", part.getClass().getSimpleName(), e);
      }
    }
  }

  private ManagedChannel channelTo(ModelRegistry registry) throws IOException {
    String name = InProcessServerBuilder.generateName();
    Server server =
        InProcessServerBuilder.forName(name)
            .directExecutor() // the registry leaves the caller's thread by itself
            .maxInboundMessageSize(ModelRegistry.MESSAGE_MAX_BYTES)
            .addService(registry.service())
            .build()
            .start();
    parts.push(server::shutdownNow);
    ManagedChannel channel =
        InProcessChannelBuilder.forName(name)
            .directExecutor()
            .maxInboundMessageSize(ModelRegistry.MESSAGE_MAX_BYTES)
            .build();
    parts.push(channel::shutdownNow);
    return channel;
  }

  /** A model that cannot be restored is not ready; that is no reason not to serve the others. */
  private static void restore(ServingCatalog catalog, String model) {
    try {
      catalog.restore(model);
    } catch (ModelRefusedException | RegistryException e) {
      LOG.error("model={} cannot be restored: {}", model, e.getMessage());
    }
  }

  private <T extends AutoCloseable> T opened(T part) {
    parts.push(part);
    return part;
  }
}
