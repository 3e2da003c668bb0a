package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.configuration.Endpoint;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine;

/** Where a command finds a registry: that of the run on a data directory, or one elsewhere. */
final class RegistryDoor {
  private static final int MESSAGE_MAX_BYTES = (256 << 20) + (1 << 20);

  @CommandLine.Mixin private DataDirOption dataDir;

  @CommandLine.Option(
      names = "--registry",
      paramLabel = "HOST:PORT",
      description = "gRPC of a registry, or of a gateway that knows one; else the run's.")
  private Optional<String> registry = Optional.empty();

  @CommandLine.Option(
      names = "--actor",
      paramLabel = "NAME",
      description = "Who you are, as the ledger will say it (default: operator).")
  private String actor = "operator";

  String actor() {
    return actor;
  }

  /** Calls it, and closes the connection. */
  <T> T with(Function<ManagedChannel, T> call) {
    Endpoint at = registry.map(RegistryDoor::endpoint).orElseGet(this::ofRun);
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(at.host(), at.port())
            .usePlaintext()
            .maxInboundMessageSize(MESSAGE_MAX_BYTES)
            .build();
    try {
      return call.apply(channel);
    } finally {
      channel.shutdownNow();
    }
  }

  private Endpoint ofRun() {
    JsonObject running = dataDir.running();
    return new Endpoint(running.getString("gateway_host"), running.getInteger("gateway_port"));
  }

  static Endpoint endpoint(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
      throw new IllegalArgumentException("'" + text + "' is no address; expected HOST:PORT");
    }
    return new Endpoint(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read: " + e, e);
    }
  }
}
