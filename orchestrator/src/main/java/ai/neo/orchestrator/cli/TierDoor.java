package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.configuration.Endpoint;
import ai.neo.orchestrator.operations.OperationsException;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import picocli.CommandLine;

/** Where a command finds registry and gateway: those of the run on a data directory, or others. */
final class TierDoor {
  private static final int MESSAGE_MAX_BYTES = (256 << 20) + (1 << 20);

  @CommandLine.Mixin private DataDirOption dataDir;

  @CommandLine.Option(
      names = "--registry",
      paramLabel = "HOST:PORT",
      description = "gRPC of a registry, or of a gateway that knows one; else the run's.")
  private Optional<String> registry = Optional.empty();

  @CommandLine.Option(
      names = "--gateway",
      paramLabel = "HOST:PORT",
      description = "gRPC of a gateway, which passes on what is the registry's; else the run's.")
  private Optional<String> gateway = Optional.empty();

  /** What is asked over a connection that is closed afterwards. */
  interface Call<T, E extends Exception> {
    T on(ManagedChannel channel) throws E;
  }

  /** Asks what a registry knows; a gateway passes it on. */
  <T, E extends Exception> T withRegistry(Call<T, E> call) throws E {
    return call(place(registry.or(() -> gateway)), call);
  }

  /** Asks what only a gateway can do. */
  <T, E extends Exception> T withGateway(Call<T, E> call) throws E {
    return call(place(gateway.or(() -> registry)), call);
  }

  /** To a gateway, for whoever closes it. */
  ManagedChannel gatewayChannel() {
    return channel(place(gateway.or(() -> registry)));
  }

  /** What the run on the data directory says of itself; empty where a gateway is named. */
  Optional<JsonObject> run() {
    return gateway.or(() -> registry).isPresent()
        ? Optional.empty()
        : Optional.of(dataDir.running());
  }

  private static <T, E extends Exception> T call(Endpoint at, Call<T, E> call) throws E {
    ManagedChannel channel = channel(at);
    try {
      return call.on(channel);
    } catch (StatusRuntimeException e) {
      throw explained(e, at);
    } finally {
      channel.shutdownNow();
    }
  }

  private static ManagedChannel channel(Endpoint at) {
    return NettyChannelBuilder.forAddress(at.host(), at.port())
        .usePlaintext()
        .maxInboundMessageSize(MESSAGE_MAX_BYTES)
        .build();
  }

  /** gRPC's own words name no way out; others are told by {@link Failures}. */
  private static RuntimeException explained(StatusRuntimeException e, Endpoint at) {
    Status status = e.getStatus();
    String said = String.valueOf(status.getDescription());
    if (status.getCode() != Status.Code.UNIMPLEMENTED || !said.startsWith("Method not found")) {
      return e;
    }
    return new IllegalArgumentException(
        said.contains("RegistryService")
            ? "%s does not serve this (%s); expected the address of a registry, or of a gateway"
                .formatted(at, said)
            : ("%s does not serve this (%s); is it the address of a gateway? A registry alone cannot"
                    + " do it: name a gateway that follows it with --gateway HOST:PORT")
                .formatted(at, said),
        e);
  }

  private Endpoint place(Optional<String> named) {
    return named.map(RegistryDoor::endpoint).orElseGet(this::ofRun);
  }

  private Endpoint ofRun() {
    try {
      JsonObject running = dataDir.running();
      return new Endpoint(running.getString("gateway_host"), running.getInteger("gateway_port"));
    } catch (OperationsException e) {
      throw new OperationsException(
          e.exitCode(),
          e.getMessage()
              + "; a registry or gateway that runs by itself is named by its address, with"
              + " --registry HOST:PORT or --gateway HOST:PORT");
    }
  }
}
