package ai.neo.modeltier;

import ai.neo.modelgateway.GatewaySettings;
import ai.neo.modelgateway.forward.ForwardSettings;
import ai.neo.modelgateway.forward.ForwardTarget;
import ai.neo.modelgateway.learning.LearningSettings;
import ai.neo.modelgateway.quality.QualitySettings;
import ai.neo.modelgateway.scheduling.Batching;
import ai.neo.modelgateway.scheduling.ModelLimits;
import ai.neo.modelgateway.serving.TriedEngine;
import ai.neo.modelregistry.ArtifactPlace;
import ai.neo.modelregistry.RegistrySettings;
import ai.neo.modelregistry.gates.PolicyFile;
import ai.neo.modelregistry.gates.RegistryPolicy;
import ai.neo.modelregistry.mlflow.MlflowAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What the process was told: options by argument, the database by environment alone, since anybody
 * on the machine can read a command line.
 *
 * @param policy what every promotion must pass, and whose programs may run
 * @param mlflow where the registry's HTTP listens
 * @param parentPid the process ends when this one has
 * @param models restored and warm before the process says that it is ready
 * @param learning how learners work, and what they keep under the data directory
 * @param quality how models are watched, and when they are trained anew
 * @param trial what an ONNX file may take before it is loaded here
 * @param elsewhere where models come from beside the registry
 */
record TierSettings(
    GatewaySettings gateway,
    Registry registry,
    RegistryPolicy policy,
    MlflowAddress mlflow,
    Path dataDirectory,
    OptionalLong parentPid,
    List<String> models,
    LearningSettings learning,
    QualitySettings quality,
    TriedEngine.Limits trial,
    Elsewhere elsewhere) {

  /** Which registry there is. */
  sealed interface Registry {
    /**
     * One in this process.
     *
     * @param alone when there is no gateway beside it
     */
    record Here(RegistrySettings settings, Optional<Alone> alone) implements Registry {}

    /** One in another process, whose changes are followed. */
    record Elsewhere(Address address) implements Registry {}

    /**
     * How champions change where gateways are elsewhere.
     *
     * @param gateway loads and checks versions before they become champion
     * @param mayEnd models whose champion may be taken away
     */
    record Alone(Optional<Address> gateway, Set<String> mayEnd) {}
  }

  /** Where another process listens. */
  record Address(String host, int port) {
    static Address of(String option, String text) {
      int colon = text.lastIndexOf(':');
      if (colon < 1) {
        throw new IllegalArgumentException(option + " must be HOST:PORT, not '" + text + "'");
      }
      long port = number(text.substring(colon + 1), option + "'s port");
      if (port < 1 || port > PORT_MAX) {
        throw new IllegalArgumentException(
            "%s's port must be 1 to %d, not %d".formatted(option, PORT_MAX, port));
      }
      return new Address(text.substring(0, colon), (int) port);
    }

    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  static final String USAGE =
      """
      usage: java -cp model-tier.jar ai.neo.modeltier.ModelTier --data-dir DIR [options]
        --host HOST            address to listen on (127.0.0.1)
        --grpc-port PORT       predictions, learning and registry (8001; 0 takes a free one)
        --http-port PORT       REST, health and metrics (8002; 0 takes a free one)
        --registry-port PORT   registry for MLflow's clients (8003; 0 takes a free one)
        --mlflow-host HOST     address that it listens on (127.0.0.1)
        --allow-host NAME      a name or address that MLflow's clients may call it by; repeatable
        --data-dir DIR         artifacts are kept under it, and all else that lasts
        --artifacts s3://BUCKET[/PREFIX]
                               keep artifacts there; under --data-dir are then copies alone
        --s3-endpoint URL      of a server that speaks S3, such as http://127.0.0.1:9000 (Amazon's)
        --s3-region REGION     where the bucket is (by the environment)
        --parent-pid PID       end when that process is gone
        --model MODEL          warm this model before being ready; repeatable (direction)
        --allow-torchscript    load models that are programs
        --inference-threads N  compute with ONNX Runtime and PyTorch (one for each processor, one more)
        --max-waiting N        requests that may wait for them, for each model (256); of Neo's own
                               networks, that may be computed at once
        --model-threads MODEL=N
                               how many of these threads this model may hold; repeatable (all but
                               one, so that a slow model leaves one to the others)
        --model-waiting MODEL=N
                               for this model instead of --max-waiting; repeatable
        --batch MODEL=ROWS     compute up to so many rows of waiting requests at once; repeatable
        --learning NAME=VALUE  a setting of the learner, such as guards.probeChange=0.3; repeatable
        --quality NAME=VALUE   how models are watched, such as falseAlarmEvery=30d; repeatable.
                               features=ID:a,b,... are the names of a feature set's features
        --admin                let callers load and unload models
        --registry HOST:PORT   no registry here: use that one and follow its changes
        --registry-only        no gateway here: the registry alone, its gRPC on --grpc-port
        --gateway HOST:PORT    with it: the gateway that loads, checks and warms a version before it
                               becomes champion (none, so that gateways alone promote)
        --may-end MODEL        with it: this model's champion may be taken away; repeatable
        --policy FILE          gates, trusted keys and webhook hosts, as YAML (no gates)
        --trial-memory-mb MB   what loading an ONNX file and answering with it may take (2048)
        --model-repository DIR serve the ONNX and TorchScript models of a Triton model repository
        --forward NAME=HOST:PORT[/MODEL...]
                               serve the models of an Open Inference server (Triton), or only those
                               named; repeatable
        --forward-hedge-ms MS  when such a server has not answered by then, a version of the model
                               that is loaded here answers, and says so (50)
      environment:
        NEO_POSTGRES_URL       postgresql://user:password@host:port/database
        AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_PROFILE, AWS_REGION and what else AWS's programs
                               read: who logs in to S3
      """;

  static final String POSTGRES_URL = "NEO_POSTGRES_URL";

  private static final int REGISTRY_PORT = 8003;
  private static final int PORT_MAX = 65_535;
  private static final String DEFAULT_MODEL = "direction";
  private static final Set<String> FLAGS =
      Set.of("--allow-torchscript", "--admin", "--registry-only");
  private static final String REPOSITORY = "--model-repository";
  private static final String ARTIFACTS = "--artifacts";
  private static final String S3_ENDPOINT = "--s3-endpoint";
  private static final String S3_REGION = "--s3-region";
  private static final String TRIAL_MEMORY = "--trial-memory-mb";
  private static final String GATEWAY = "--gateway";
  private static final String MAY_END = "--may-end";
  private static final String MLFLOW_HOST = "--mlflow-host";
  private static final String LOOPBACK = "127.0.0.1";
  private static final String HEDGE = "--forward-hedge-ms";
  private static final String BATCH = "--batch";
  private static final String MODEL_THREADS = "--model-threads";
  private static final String MODEL_WAITING = "--model-waiting";

  /** Options that hold for one model, with their form. */
  private static final Map<String, String> PER_MODEL =
      Map.of(BATCH, "MODEL=ROWS", MODEL_THREADS, "MODEL=N", MODEL_WAITING, "MODEL=N");

  private static final Set<String> VALUES =
      Set.of(
          "--host",
          "--grpc-port",
          "--http-port",
          "--registry-port",
          "--registry",
          GATEWAY,
          MLFLOW_HOST,
          "--policy",
          "--data-dir",
          ARTIFACTS,
          S3_ENDPOINT,
          S3_REGION,
          "--parent-pid",
          "--inference-threads",
          HEDGE,
          REPOSITORY,
          TRIAL_MEMORY,
          "--max-waiting");

  /**
   * Where models come from beside the registry.
   *
   * @param forward servers whose models are served through this process
   * @param repository a folder laid out as Triton's
   */
  record Elsewhere(ForwardSettings forward, Optional<Path> repository) {}

  TierSettings {
    models = List.copyOf(models);
  }

  /**
   * Reads arguments and environment.
   *
   * @throws IllegalArgumentException with what is wrong, when they cannot be used
   */
  static TierSettings of(List<String> arguments, Map<String, String> environment) {
    Map<String, String> options = new HashMap<>();
    List<String> models = new ArrayList<>();
    Map<String, Map<String, Integer>> perModel = new HashMap<>();
    StringBuilder learning = new StringBuilder();
    StringBuilder quality = new StringBuilder();
    List<ForwardTarget> targets = new ArrayList<>();
    Set<String> mayEnd = new HashSet<>();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      String option = arguments.get(i);
      if (FLAGS.contains(option)) {
        options.put(option, "true");
      } else if (VALUES.contains(option)) {
        options.put(option, value(arguments, ++i));
      } else if (option.equals("--model")) {
        models.add(value(arguments, ++i));
      } else if (option.equals(MAY_END)) {
        mayEnd.add(value(arguments, ++i));
      } else if (option.equals("--allow-host")) {
        names.add(value(arguments, ++i));
      } else if (option.equals("--forward")) {
        targets.add(ForwardTarget.parse(value(arguments, ++i)));
      } else if (PER_MODEL.containsKey(option)) {
        perModel(option, value(arguments, ++i), perModel);
      } else if (option.equals("--learning")) {
        learning.append(value(arguments, ++i)).append('\n');
      } else if (option.equals("--quality")) {
        quality.append(value(arguments, ++i)).append('\n');
      } else {
        throw new IllegalArgumentException("unknown option: " + option);
      }
    }
    GatewaySettings defaults = GatewaySettings.defaults();
    GatewaySettings gateway =
        new GatewaySettings(
            options.getOrDefault("--host", defaults.host()),
            whole(options, "--grpc-port", defaults.grpcPort()),
            whole(options, "--http-port", defaults.httpPort()),
            new GatewaySettings.Permissions(
                options.containsKey("--allow-torchscript"), options.containsKey("--admin")),
            limits(options, perModel));
    Path directory = directory(required(options, "--data-dir"), "--data-dir");
    return new TierSettings(
        gateway,
        registry(options, mayEnd, environment, directory),
        options.containsKey("--policy")
            ? PolicyFile.read(Path.of(options.get("--policy")))
            : RegistryPolicy.NONE,
        new MlflowAddress(
            options.getOrDefault(MLFLOW_HOST, LOOPBACK),
            whole(options, "--registry-port", REGISTRY_PORT),
            names),
        directory,
        options.containsKey("--parent-pid")
            ? OptionalLong.of(number(options.get("--parent-pid"), "--parent-pid"))
            : OptionalLong.empty(),
        models.isEmpty() ? List.of(DEFAULT_MODEL) : models,
        learning(learning.toString()),
        quality(quality.toString()),
        trial(options),
        new Elsewhere(
            forward(options, targets),
            Optional.ofNullable(options.get(REPOSITORY)).map(d -> directory(d, REPOSITORY))));
  }

  private static TriedEngine.Limits trial(Map<String, String> options) {
    TriedEngine.Limits defaults = TriedEngine.Limits.defaults();
    return options.containsKey(TRIAL_MEMORY)
        ? new TriedEngine.Limits(
            number(options.get(TRIAL_MEMORY), TRIAL_MEMORY) << 20, defaults.time())
        : defaults;
  }

  private static LearningSettings learning(String lines) {
    try {
      return LearningSettings.of(lines);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--learning: " + e.getMessage(), e);
    }
  }

  private static QualitySettings quality(String lines) {
    try {
      return QualitySettings.of(lines);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--quality: " + e.getMessage(), e);
    }
  }

  private static Registry registry(
      Map<String, String> options,
      Set<String> mayEnd,
      Map<String, String> environment,
      Path directory) {
    boolean alone = options.containsKey("--registry-only");
    if (!alone && (options.containsKey(GATEWAY) || !mayEnd.isEmpty())) {
      throw new IllegalArgumentException(
          GATEWAY + " and " + MAY_END + " are for --registry-only, whose gateways are elsewhere");
    }
    if (options.containsKey("--registry")) {
      if (alone) {
        throw new IllegalArgumentException(
            "--registry-only and --registry exclude each other: one runs a registry, the other uses"
                + " one");
      }
      return new Registry.Elsewhere(Address.of("--registry", options.get("--registry")));
    }
    return new Registry.Here(
        new RegistrySettings(required(environment, POSTGRES_URL), artifacts(options, directory)),
        alone
            ? Optional.of(
                new Registry.Alone(
                    Optional.ofNullable(options.get(GATEWAY)).map(at -> Address.of(GATEWAY, at)),
                    Set.copyOf(mayEnd)))
            : Optional.empty());
  }

  private static ArtifactPlace artifacts(Map<String, String> options, Path directory) {
    String place = options.getOrDefault(ARTIFACTS, "");
    String endpoint = options.getOrDefault(S3_ENDPOINT, "");
    String region = options.getOrDefault(S3_REGION, "");
    if (!place.isEmpty()) {
      return ArtifactPlace.Bucket.of(place, endpoint, region, directory.resolve("artifact-copies"));
    }
    if (!endpoint.isEmpty() || !region.isEmpty()) {
      throw new IllegalArgumentException(
          "%s and %s are for artifacts in a bucket; say which with %s s3://BUCKET/PREFIX"
              .formatted(S3_ENDPOINT, S3_REGION, ARTIFACTS));
    }
    return new ArtifactPlace.Directory(directory.resolve("artifacts"));
  }

  private static ForwardSettings forward(Map<String, String> options, List<ForwardTarget> targets) {
    ForwardSettings byDefault = ForwardSettings.to(targets);
    return options.containsKey(HEDGE)
        ? byDefault.withHedge(Duration.ofMillis(number(options.get(HEDGE), HEDGE)))
        : byDefault;
  }

  private static GatewaySettings.InferenceLimits limits(
      Map<String, String> options, Map<String, Map<String, Integer>> perModel) {
    GatewaySettings.InferenceLimits defaults = GatewaySettings.InferenceLimits.defaults();
    return new GatewaySettings.InferenceLimits(
        whole(options, "--inference-threads", defaults.threads()),
        whole(options, "--max-waiting", defaults.waiting()),
        new Batching(perModel.getOrDefault(BATCH, Map.of())),
        new ModelLimits(
            perModel.getOrDefault(MODEL_THREADS, Map.of()),
            perModel.getOrDefault(MODEL_WAITING, Map.of())));
  }

  private static void perModel(
      String option, String text, Map<String, Map<String, Integer>> numbers) {
    int sign = text.lastIndexOf('=');
    if (sign < 1) {
      throw new IllegalArgumentException(
          "%s must be %s, not '%s'".formatted(option, PER_MODEL.get(option), text));
    }
    numbers
        .computeIfAbsent(option, name -> new HashMap<>())
        .put(text.substring(0, sign), Math.toIntExact(number(text.substring(sign + 1), option)));
  }

  private static String value(List<String> arguments, int index) {
    if (index >= arguments.size()) {
      throw new IllegalArgumentException(arguments.get(index - 1) + " needs a value");
    }
    return arguments.get(index);
  }

  private static String required(Map<String, String> from, String name) {
    String value = from.getOrDefault(name, "");
    if (value.isBlank()) {
      throw new IllegalArgumentException(name + " is not set");
    }
    return value;
  }

  private static int whole(Map<String, String> options, String name, int byDefault) {
    return options.containsKey(name) ? Math.toIntExact(number(options.get(name), name)) : byDefault;
  }

  private static long number(String text, String name) {
    if (!text.matches("[0-9]{1,9}")) {
      throw new IllegalArgumentException(name + " must be a number, not '" + text + "'");
    }
    return Long.parseLong(text);
  }

  private static Path directory(String text, String name) {
    try {
      return Path.of(text).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(name + " is no path: " + e.getMessage(), e);
    }
  }
}
