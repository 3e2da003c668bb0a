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

    /** As the model tier takes them. */
    List<String> arguments() {
      List<String> all = new ArrayList<>(List.of("--data-dir", data().toString()));
      add(all, "--host", host);
      add(all, "--grpc-port", port);
      add(all, "--policy", policy.map(Path::toAbsolutePath));
      return all;
    }

    static void add(List<String> all, String option, Optional<?> value) {
      value.ifPresent(one -> all.addAll(List.of(option, one.toString())));
    }

    static void add(List<String> all, String option, List<String> values) {
      values.forEach(one -> all.addAll(List.of(option, one)));
    }

    /**
     * Serves until a signal ends it, or the service itself ends.
     *
     * @param afterwards what a signal ends besides, after the service
     */
    int serve(List<String> arguments, Map<String, String> environment, Runnable afterwards)
        throws IOException {
      Path home = Path.of(System.getProperty("neo.home", "."));
      Path jars =
          Path.of(
              System.getProperty(
                  "neo.model-tier", home.resolve("model-tier").resolve("target").toString()));
      try (ServiceProcess service =
          ServiceProcess.start(jars, arguments, environment, afterwards)) {
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
        "  ./neo registry --port 8011 --registry-port 8013 --gateway 127.0.0.1:8021",
        "  ./neo registry --host 0.0.0.0 --mlflow-host 0.0.0.0 --allow-host models.lan",
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
        names = "--mlflow-host",
        paramLabel = "HOST",
        description =
            "Address that MLflow's HTTP listens on (127.0.0.1). Nobody is asked who he is:"
                + " whoever reaches it may change models.")
    private Optional<String> mlflowHost = Optional.empty();

    @CommandLine.Option(
        names = "--allow-host",
        paramLabel = "NAME",
        description =
            "A name or address that MLflow's clients may call it by; may be given more than once"
                + " (localhost).")
    private List<String> allowHosts = List.of();

    @CommandLine.Option(
        names = "--gateway",
        paramLabel = "HOST:PORT",
        description =
            "gRPC of the gateway that loads, checks and warms a version that somebody promotes here"
                + " (none: promote at a gateway).")
    private Optional<String> gateway = Optional.empty();

    @CommandLine.Option(
        names = "--may-end",
        paramLabel = "MODEL",
        description =
            "The champion of this model may be taken away, as no gateway needs it; may be given"
                + " more than once (none).")
    private List<String> mayEnd = List.of();

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
    List<String> arguments() {
      gateway.ifPresent(RegistryDoor::endpoint);
      List<String> all = super.arguments();
      all.add("--registry-only");
      add(all, "--registry-port", registryPort);
      add(all, "--mlflow-host", mlflowHost);
      add(all, "--allow-host", allowHosts);
      add(all, "--gateway", gateway);
      add(all, "--may-end", mayEnd);
      add(all, "--artifacts", artifacts);
      add(all, "--s3-endpoint", s3Endpoint);
      add(all, "--s3-region", s3Region);
      return all;
    }

    @Override
    public Integer call() throws IOException {
      List<String> arguments = arguments();
      Optional<String> given =
          postgres.or(() -> Optional.ofNullable(System.getenv("NEO_POSTGRES_URL")));
      if (given.isPresent()) {
        return serve(arguments, Map.of("NEO_POSTGRES_URL", given.get()), () -> {});
      }
      try (DataDirectory directory = DataDirectory.open(data());
          EmbeddedPostgresServer server =
              EmbeddedPostgresServer.start(
                  directory.path().resolve("postgres"),
                  Path.of(System.getProperty("user.home"), ".neo", "cache", "postgres"),
                  directory.secret("postgres-password"))) {
        return serve(arguments, Map.of("NEO_POSTGRES_URL", server.url()), server::close);
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
        "  ./neo gateway --registry models.lan:8001 --model direction --model spread",
        "  ./neo gateway --registry models.lan:8001 --forward triton=127.0.0.1:9001 --batch spread=32"
      })
  static final class Gateway extends Tier {
    @CommandLine.Option(
        names = "--registry",
        required = true,
        paramLabel = "HOST:PORT",
        description =
            "gRPC of the registry whose champions it serves. There is no gateway without one; one"
                + " that has no models yet will do.")
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

    @CommandLine.ArgGroup(exclusive = false, heading = "%nModels from elsewhere:%n")
    private Elsewhere elsewhere = new Elsewhere();

    @CommandLine.ArgGroup(exclusive = false, heading = "%nComputing and learning:%n")
    private Work work = new Work();

    @Override
    List<String> arguments() {
      RegistryDoor.endpoint(registry);
      List<String> all = super.arguments();
      all.addAll(List.of("--registry", registry));
      all.addAll(FeatureNamesOption.arguments());
      add(all, "--http-port", metricsPort);
      add(all, "--model", models);
      if (torchScript) {
        all.add("--allow-torchscript");
      }
      if (admin) {
        all.add("--admin");
      }
      elsewhere.addTo(all);
      work.addTo(all);
      return all;
    }

    @Override
    public Integer call() throws IOException {
      return serve(arguments(), Map.of(), () -> {});
    }
  }

  /** As {@code gateway.forward} and the others of {@code ./neo run} do. */
  static final class Elsewhere {
    @CommandLine.Option(
        names = "--forward",
        paramLabel = "NAME=HOST:PORT[/MODEL...]",
        description =
            "Serve the models of an Open Inference server (Triton), or only those named; may be"
                + " given more than once.")
    private List<String> servers = List.of();

    @CommandLine.Option(
        names = "--forward-hedge-ms",
        paramLabel = "MS",
        description =
            "When such a server has not answered by then, a version loaded here does (50).")
    private Optional<Integer> hedgeMs = Optional.empty();

    @CommandLine.Option(
        names = "--model-repository",
        paramLabel = "DIR",
        description = "Serve the ONNX and TorchScript models of a Triton model repository.")
    private Optional<Path> repository = Optional.empty();

    void addTo(List<String> all) {
      Tier.add(all, "--forward", servers);
      Tier.add(all, "--forward-hedge-ms", hedgeMs);
      Tier.add(all, "--model-repository", repository.map(Path::toAbsolutePath));
    }
  }

  /** What a gateway may spend, and how its models learn and are watched. */
  static final class Work {
    @CommandLine.Option(
        names = "--batch",
        paramLabel = "MODEL=ROWS",
        description = "Compute up to so many rows of waiting requests at once; repeatable.")
    private List<String> batches = List.of();

    @CommandLine.Option(
        names = "--model-threads",
        paramLabel = "MODEL=N",
        description = "Threads that one model may hold (all but one); repeatable.")
    private List<String> modelThreads = List.of();

    @CommandLine.Option(
        names = "--model-waiting",
        paramLabel = "MODEL=N",
        description = "Requests of one model that may wait (--max-waiting); repeatable.")
    private List<String> modelWaiting = List.of();

    @CommandLine.Option(
        names = "--inference-threads",
        paramLabel = "N",
        description = "Compute with ONNX Runtime and PyTorch (one more than processors).")
    private Optional<Integer> threads = Optional.empty();

    @CommandLine.Option(
        names = "--max-waiting",
        paramLabel = "N",
        description = "Requests that may wait for them, for each model (256).")
    private Optional<Integer> waiting = Optional.empty();

    @CommandLine.Option(
        names = "--trial-memory-mb",
        paramLabel = "MB",
        description = "What loading an ONNX file and answering with it may take (2048).")
    private Optional<Integer> trialMemory = Optional.empty();

    @CommandLine.Option(
        names = "--learning",
        paramLabel = "NAME=VALUE",
        description = "A setting of the learner, such as guards.probeChange=0.3; repeatable.")
    private List<String> learning = List.of();

    @CommandLine.Option(
        names = "--quality",
        paramLabel = "NAME=VALUE",
        description = "How models are watched, such as falseAlarmEvery=30d; repeatable.")
    private List<String> quality = List.of();

    void addTo(List<String> all) {
      Tier.add(all, "--batch", batches);
      Tier.add(all, "--inference-threads", threads);
      Tier.add(all, "--max-waiting", waiting);
      Tier.add(all, "--trial-memory-mb", trialMemory);
      Tier.add(all, "--learning", learning);
      Tier.add(all, "--quality", quality);
      Tier.add(all, "--model-threads", modelThreads);
      Tier.add(all, "--model-waiting", modelWaiting);
    }
  }
}
