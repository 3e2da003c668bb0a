package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.operations.DataDirectory;
import ai.neo.orchestrator.operations.EmbeddedPostgresServer;
import ai.neo.orchestrator.operations.FeatureNamesOption;
import ai.neo.orchestrator.operations.ServiceProcess;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** {@code ./neo registry} and {@code ./neo gateway}: either half of the model tier by itself. */
final class TierCommands {
  private TierCommands() {}

  /** What they have in common. */
  abstract static class Tier implements Callable<Integer> {
    @CommandLine.Mixin private DataDirOption dataDir;

    @CommandLine.Option(names = "--host", description = "Address to listen on (127.0.0.1).")
    private Optional<String> host = Optional.empty();

    @CommandLine.Option(names = "--port", description = "gRPC; 0 for a free one (8001).")
    private Optional<Integer> port = Optional.empty();

    @CommandLine.Option(
        names = "--policy",
        paramLabel = "FILE",
        description = "Gates, trusted keys and webhook hosts, as YAML (none).")
    private Optional<Path> policy = Optional.empty();

    @CommandLine.Option(names = "--json", description = "Say where it listens as one JSON object.")
    private boolean json;

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    Path data() {
      return dataDir.path().toAbsolutePath();
    }

    List<String> arguments() {
      List<String> all = new ArrayList<>(List.of("--data-dir", data().toString()));
      host.ifPresent(name -> all.addAll(List.of("--host", name)));
      port.ifPresent(number -> all.addAll(List.of("--grpc-port", number.toString())));
      policy.ifPresent(file -> all.addAll(List.of("--policy", file.toAbsolutePath().toString())));
      return all;
    }

    /** Serves until a signal ends it, or the service itself ends. */
    int serve(List<String> arguments, Map<String, String> environment) throws IOException {
      Path home = Path.of(System.getProperty("neo.home", "."));
      Path jars =
          Path.of(
              System.getProperty(
                  "neo.model-tier", home.resolve("model-tier").resolve("target").toString()));
      try (ServiceProcess service = ServiceProcess.start(jars, arguments, environment)) {
        service.ready().ifPresent(this::print);
        int code = service.awaitEnd();
        if (json && service.ready().isEmpty()) {
          Failures.json(spec.commandLine(), "it did not start; standard error says why", code);
        }
        return code;
      }
    }

    private void print(JsonObject ready) {
      if (json) {
        spec.commandLine().getOut().println(ready.encode());
      } else {
        ready.forEach(
            entry ->
                spec.commandLine()
                    .getOut()
                    .printf(Locale.ROOT, "%-16s %s%n", entry.getKey(), entry.getValue()));
      }
      spec.commandLine().getOut().flush();
    }
  }

  @CommandLine.Command(
      name = "registry",
      mixinStandardHelpOptions = true,
      description = "Runs the model registry alone, until Ctrl-C.",
      subcommands = {KeygenCommand.class, WebhookCommand.class},
      footerHeading = "%nExamples:%n",
      footer = {
        "  ./neo registry --port 8011 --registry-port 8013",
        "  ./neo registry --postgres postgresql://neo:secret@db:5432/neo --policy policy.yaml",
        "  ./neo registry --artifacts s3://models/neo --s3-endpoint http://127.0.0.1:9000",
        "  ./neo registry keygen anna.key",
        "  ./neo registry webhook list"
      })
  static final class Registry extends Tier {
    @CommandLine.Option(
        names = "--postgres",
        paramLabel = "URL",
        description = "A PostgreSQL of your own (NEO_POSTGRES_URL is the same); else an embedded.")
    private Optional<String> postgres = Optional.empty();

    @CommandLine.Option(
        names = "--registry-port",
        description = "HTTP for MLflow's clients; 0 for a free one (8003).")
    private Optional<Integer> registryPort = Optional.empty();

    @CommandLine.Option(
        names = "--artifacts",
        paramLabel = "s3://BUCKET/PREFIX",
        description = "Keep artifacts there; AWS's environment says who logs in (--data-dir).")
    private Optional<String> artifacts = Optional.empty();

    @CommandLine.Option(
        names = "--s3-endpoint",
        paramLabel = "URL",
        description = "Of a server that speaks S3, such as http://127.0.0.1:9000 (Amazon's).")
    private Optional<String> s3Endpoint = Optional.empty();

    @CommandLine.Option(names = "--s3-region", description = "Where the bucket is.")
    private Optional<String> s3Region = Optional.empty();

    @Override
    public Integer call() throws IOException {
      List<String> arguments = arguments();
      arguments.add("--registry-only");
      registryPort.ifPresent(
          number -> arguments.addAll(List.of("--registry-port", number.toString())));
      artifacts.ifPresent(place -> arguments.addAll(List.of("--artifacts", place)));
      s3Endpoint.ifPresent(url -> arguments.addAll(List.of("--s3-endpoint", url)));
      s3Region.ifPresent(region -> arguments.addAll(List.of("--s3-region", region)));
      Optional<String> given =
          postgres.or(() -> Optional.ofNullable(System.getenv("NEO_POSTGRES_URL")));
      if (given.isPresent()) {
        return serve(arguments, Map.of("NEO_POSTGRES_URL", given.get()));
      }
      try (DataDirectory directory = DataDirectory.open(data());
          EmbeddedPostgresServer server =
              EmbeddedPostgresServer.start(
                  directory.path().resolve("postgres"),
                  Path.of(System.getProperty("user.home"), ".neo", "cache", "postgres"),
                  directory.secret("postgres-password"))) {
        return serve(arguments, Map.of("NEO_POSTGRES_URL", server.url()));
      }
    }
  }

  @CommandLine.Command(
      name = "gateway",
      mixinStandardHelpOptions = true,
      description = "Runs the model gateway alone, following a registry elsewhere, until Ctrl-C.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  ./neo gateway --registry 127.0.0.1:8011 --port 8021 --metrics-port 8022",
        "  ./neo gateway --registry models.lan:8001 --model direction --model spread"
      })
  static final class Gateway extends Tier {
    @CommandLine.Option(
        names = "--registry",
        required = true,
        paramLabel = "HOST:PORT",
        description = "gRPC of the registry whose champions it serves.")
    private String registry;

    @CommandLine.Option(names = "--metrics-port", description = "HTTP; 0 for a free one (8002).")
    private Optional<Integer> metricsPort = Optional.empty();

    @CommandLine.Option(
        names = "--model",
        paramLabel = "NAME",
        description = "Warm and followed from the start; may be given more than once (direction).")
    private List<String> models = List.of();

    @CommandLine.Option(names = "--allow-torchscript", description = "Load models of any author.")
    private boolean torchScript;

    @CommandLine.Option(names = "--admin", description = "Let callers load and unload models.")
    private boolean admin;

    @Override
    public Integer call() throws IOException {
      RegistryDoor.endpoint(registry);
      List<String> arguments = arguments();
      arguments.addAll(List.of("--registry", registry));
      arguments.addAll(FeatureNamesOption.arguments());
      metricsPort.ifPresent(number -> arguments.addAll(List.of("--http-port", number.toString())));
      models.forEach(name -> arguments.addAll(List.of("--model", name)));
      if (torchScript) {
        arguments.add("--allow-torchscript");
      }
      if (admin) {
        arguments.add("--admin");
      }
      return serve(arguments, Map.of());
    }
  }
}
