package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.configuration.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;

/** A {@link TierDoor} for those who leave their name in the ledger. */
final class RegistryDoor {
  @CommandLine.Mixin private TierDoor tier;

  @CommandLine.Option(
      names = "--actor",
      paramLabel = "NAME",
      description = "Who you are, as the ledger will say it (default: operator).")
  private String actor = "operator";

  String actor() {
    return actor;
  }

  /** Asks what a registry knows. */
  <T, E extends Exception> T with(TierDoor.Call<T, E> call) throws E {
    return tier.withRegistry(call);
  }

  /** Asks what only a gateway can do. */
  <T, E extends Exception> T withGateway(TierDoor.Call<T, E> call) throws E {
    return tier.withGateway(call);
  }

  static Endpoint endpoint(String text) {
    return Endpoint.parse(text)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'" + text + "' is no address; expected HOST:PORT, such as 127.0.0.1:8001"));
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read: " + e, e);
    }
  }
}
