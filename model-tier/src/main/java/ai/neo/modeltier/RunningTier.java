package ai.neo.modeltier;

import ai.neo.modelgateway.Gateway;
import ai.neo.modelgateway.engine.ModelEngine;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.ProgramTrust;
import ai.neo.modelgateway.engine.TorchScriptEngine;
import ai.neo.modelgateway.ensemble.EnsembleEngine;
import ai.neo.modelgateway.explain.ExplanationService;
import ai.neo.modelgateway.forward.Forwarding;
import ai.neo.modelgateway.learning.LearningService;
import ai.neo.modelgateway.network.NetworkEngine;
import ai.neo.modelgateway.protocol.OtherModels;
import ai.neo.modelgateway.repository.ModelRepository;
import ai.neo.modelgateway.routing.RouteService;
import ai.neo.modelgateway.serving.RegistryClient;
import ai.neo.modelgateway.serving.RegistryException;
import ai.neo.modelgateway.serving.RegistryFollower;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.modelgateway.serving.TriedEngine;
import ai.neo.modelgateway.serving.VersionRegistry;
import ai.neo.modelregistry.GatewayWord;
import ai.neo.modelregistry.ModelRegistry;
import ai.neo.modelregistry.mlflow.MlflowServer;
import io.grpc.BindableService;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registry and gateway, wired by hand and served on one port; the registry also by MLflow's HTTP.
 * The gateway reaches the registry by an in-process channel, as it reaches one elsewhere, and
 * follows its changes. Either of the two can run without the other.
 */
final class RunningTier implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RunningTier.class);

  /** So that a gateway soon knows when its registry's machine is gone. */
  private static final long KEEP_ALIVE_SECONDS = 20;

  private static final long KEEP_ALIVE_MIN_SECONDS = 10;

  /** Closed last to first. */
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  private final Ports ports;

  /** Starts every part, and ends those that run when a later one cannot. */
  RunningTier(TierSettings settings) throws IOException {
    try {
      this.ports = start(settings);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** 0 for what is not served here. */
  private record Ports(int grpc, int http, int registry) {}

  private Ports start(TierSettings settings) throws IOException {
    TierTracing tracing = opened(TierTracing.open(System.getenv())); // closed last
    return switch (settings.registry()) {
      case TierSettings.Registry.Elsewhere there -> {
        ManagedChannel channel = channelTo(there.address());
        Served served = gateway(settings, tracing, channel, new RegistryForward(channel));
        yield new Ports(served.gateway().port(), served.gateway().httpPort(), 0);
      }
      case TierSettings.Registry.Here here -> {
        ModelRegistry registry = opened(ModelRegistry.open(here.settings(), settings.policy()));
        yield here.alone().isPresent()
            ? alone(settings, registry, here.alone().get())
            : both(settings, tracing, registry);
      }
    };
  }

  private Ports alone(
      TierSettings settings, ModelRegistry registry, TierSettings.Registry.Alone how)
      throws IOException {
    ChampionsElsewhere champions =
        new ChampionsElsewhere(how.gateway().map(CheckingGateway::new), how.mayEnd(), registry);
    Server server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(settings.gateway().host(), settings.gateway().grpcPort()))
            .permitKeepAliveTime(KEEP_ALIVE_MIN_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .directExecutor() // the registry leaves the transport's thread by itself
            .maxInboundMessageSize(ModelRegistry.MESSAGE_MAX_BYTES)
            .addService(registry.service(champions))
            .addService(
                ServerInterceptors.intercept(
                    new LearningElsewhere(champions), CheckingGateway.notForRegistries()))
            .addService(new HealthStatusManager().getHealthService())
            .build()
            .start();
    parts.push(server::shutdownNow);
    MlflowServer mlflow = opened(MlflowServer.start(registry, champions, settings.mlflow()));
    return new Ports(server.getPort(), 0, mlflow.port());
  }

  private Ports both(TierSettings settings, TierTracing tracing, ModelRegistry registry)
      throws IOException {
    Served served = gateway(settings, tracing, channelTo(registry), registry.service());
    MlflowServer mlflow =
        opened(
            MlflowServer.start(
                registry,
                new GatewayChampions(served.catalog(), Set.copyOf(settings.models())),
                settings.mlflow()));
    return new Ports(served.gateway().port(), served.gateway().httpPort(), mlflow.port());
  }

  private record Served(Gateway gateway, ServingCatalog catalog) {}

  private Served gateway(
      TierSettings settings, TierTracing tracing, ManagedChannel channel, BindableService registry)
      throws IOException {
    VersionRegistry versions =
        new RegistryClient(
            ClientInterceptors.intercept(channel, GatewayWord.giving()),
            channel::resetConnectBackoff);
    ProgramTrust trust =
        new ProgramTrust(
            settings.gateway().permissions().torchScript(), settings.policy().trustedKeys());
    ServedModels before = ServedModels.in(settings.dataDirectory());
    ServingCatalog catalog =
        opened(new ServingCatalog(versions, engines(trust, settings.trial(), versions), before));
    Set<String> models = new LinkedHashSet<>(settings.models());
    models.addAll(before.names());
    models.forEach(model -> restore(catalog, model));
    RouteService routes =
        opened(
            new RouteService(
                catalog, versions, Optional.of(settings.dataDirectory().resolve("routes"))));
    LearningService learning =
        opened(
            new LearningService(
                new LearningService.Settings(settings.learning(), settings.quality()),
                catalog,
                versions,
                Optional.of(settings.dataDirectory().resolve("learning")),
                routes.outcomes()));
    settings.models().forEach(learning::open);
    ExplanationService explaining = opened(new ExplanationService(catalog, learning::features));
    ModelRepository repository = opened(repository(settings, catalog));
    Forwarding forwarding = opened(Forwarding.start(settings.elsewhere().forward(), versions));
    Gateway started =
        opened(
            Gateway.start(
                settings.gateway(),
                new Gateway.Parts(
                    catalog,
                    tracing.openTelemetry(),
                    learning::statuses,
                    List.of(registry, learning, explaining, routes),
                    new OtherModels(forwarding, repository, routes.active()))));
    opened(RegistryFollower.start(versions, catalog, models, repository));
    return new Served(started, catalog);
  }

  private static List<ModelEngine> engines(
      ProgramTrust trust, TriedEngine.Limits trial, VersionRegistry versions) {
    List<ModelEngine> single =
        List.of(new NetworkEngine(), new TriedEngine(trial), new TorchScriptEngine(trust));
    List<ModelEngine> all = new ArrayList<>(single);
    all.add(new EnsembleEngine(versions, single));
    return all;
  }

  private static ModelRepository repository(TierSettings settings, ServingCatalog catalog)
      throws IOException {
    Optional<Path> folder = settings.elsewhere().repository();
    try {
      return folder.isPresent()
          ? ModelRepository.open(folder.get(), catalog)
          : ModelRepository.none();
    } catch (IOException e) {
      throw new IOException("the model repository cannot be read: " + e, e);
    }
  }

  int grpcPort() {
    return ports.grpc();
  }

  int httpPort() {
    return ports.http();
  }

  int registryPort() {
    return ports.registry();
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

  private ManagedChannel channelTo(TierSettings.Address there) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(there.host(), there.port())
            .usePlaintext()
            .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveWithoutCalls(true)
            .maxInboundMessageSize(ModelRegistry.MESSAGE_MAX_BYTES)
            .build();
    parts.push(channel::shutdownNow);
    return channel;
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
