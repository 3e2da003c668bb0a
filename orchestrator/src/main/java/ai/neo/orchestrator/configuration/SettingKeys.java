package ai.neo.orchestrator.configuration;

import ai.neo.riskrules.Limit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Everything that can be set. A key that is not here is an error wherever it is met. */
public final class SettingKeys {
  private static final ValueKind PORT = new ValueKind.Port();
  private static final ValueKind FRACTION = ValueKind.Decimal.between("0.000001", "1");
  private static final ValueKind BARS = new ValueKind.WholeNumber(1, 1_000_000);
  private static final ValueKind YES_OR_NO = new ValueKind.Choice(List.of("true", "false"));
  private static final Map<String, SettingKey> ALL = all();

  private SettingKeys() {}

  /** In the order in which they are shown. */
  public static List<SettingKey> list() {
    return List.copyOf(ALL.values());
  }

  static Optional<SettingKey> find(String name) {
    return Optional.ofNullable(ALL.get(name));
  }

  static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /** The key of a limit that holds instead of the limits file's. */
  static String ofLimit(Limit limit) {
    return "risk." + limit.key();
  }

  private static Map<String, SettingKey> all() {
    List<SettingKey> keys = new ArrayList<>();
    servers(keys);
    gateway(keys);
    learning(keys);
    quality(keys);
    stores(keys);
    running(keys);
    for (Limit limit : Limit.values()) {
      keys.add(
          new SettingKey(
              ofLimit(limit),
              new ValueKind.LimitValue(limit),
              "",
              "Holds instead of the limits file's "
                  + limit.key()
                  + ", also where an instrument has its own."
                  + (limit.optional()
                      ? " "
                          + Limit.OFF
                          + ": it does not hold. Once set, a model that does not answer "
                          + limit.key().replace("max_", "")
                          + " enters nothing."
                      : "")));
    }
    outside(keys);
    Map<String, SettingKey> byName = new LinkedHashMap<>();
    keys.forEach(key -> byName.put(key.name(), key));
    return byName;
  }

  private static void servers(List<SettingKey> keys) {
    keys.add(
        new SettingKey(
            "page.host",
            new ValueKind.Host(),
            "127.0.0.1",
            "Address that page and API listen on; any but loopback lets other machines in."));
    keys.add(new SettingKey("page.port", PORT, "8080", "Port of page and API."));
    keys.add(new SettingKey("gateway.port", PORT, "8001", "gRPC port of the gateway."));
    keys.add(
        new SettingKey(
            "gateway.address",
            new ValueKind.HostAndPort(),
            "",
            "A gateway that runs elsewhere; then none is started."));
    keys.add(
        new SettingKey(
            "gateway.forward",
            new ValueKind.Servers(),
            "",
            "Open Inference servers, such as a Triton, whose models the gateway serves too:"
                + " NAME=HOST:PORT, or NAME=HOST:PORT/MODEL for one model; several with commas."));
    keys.add(
        new SettingKey(
            "gateway.forward_hedge_ms",
            new ValueKind.WholeNumber(1, 10_000),
            "50",
            "After so long without such a server's answer, a version loaded here answers."));
    keys.add(
        new SettingKey(
            "gateway.model_repository",
            new ValueKind.FilePath(),
            "",
            "A folder laid out as Triton's model repository, whose models the gateway serves too."));
    keys.add(
        new SettingKey(
            "gateway.trial_memory_mb",
            new ValueKind.WholeNumber(1, 1_000_000),
            "2048",
            "Memory that an ONNX file may take in the process that tries it before it is loaded."));
    keys.add(
        new SettingKey(
            "gateway.jvm_options",
            new ValueKind.JvmOptions(),
            "-Xmx768m",
            "Of the JVM that gateway and registry run in."));
    keys.add(new SettingKey("metrics.port", PORT, "8002", "HTTP port of the gateway's metrics."));
    keys.add(
        new SettingKey(
            "registry.port", PORT, "8003", "HTTP port of the registry, for MLflow's clients."));
    keys.add(
        new SettingKey(
            "registry.policy_file",
            new ValueKind.FilePath(),
            "",
            "A YAML file of gates before promotions, trusted keys and webhook hosts; else none."));
    keys.add(
        new SettingKey(
            "registry.artifacts",
            new ValueKind.BucketPlace(),
            "",
            "A bucket for models and MLflow's files, as s3://BUCKET/PREFIX; else the data directory."
                + " Who logs in is for AWS's environment to say, never for this file."));
    keys.add(
        new SettingKey(
            "registry.s3_endpoint",
            new ValueKind.Url(List.of("http", "https")),
            "",
            "A server that speaks S3, such as http://127.0.0.1:9000; else Amazon's."));
    keys.add(
        new SettingKey(
            "registry.s3_region",
            new ValueKind.Host(),
            "",
            "Where the bucket is, such as eu-central-1; else as AWS_REGION or the profile says."));
  }

  private static void learning(List<SettingKey> keys) {
    keys.add(
        new SettingKey(
            "learning.replay",
            new ValueKind.Choice(List.of("recency", "prioritised")),
            "recency",
            "How the learner draws what is not new: evenly, or by what it still costs."));
    keys.add(
        new SettingKey(
            "learning.probe_change",
            FRACTION,
            "0.5",
            "How far any probability may be from the champion's on the probe set; 1: no bound."));
    keys.add(
        new SettingKey(
            "learning.importance_pull",
            ValueKind.Decimal.between("0", "1000000"),
            "0",
            "How strongly weights that the champion rests on are held (EWC); 0: not."));
    keys.add(
        new SettingKey(
            "learning.drift_samples",
            new ValueKind.WholeNumber(0, 1_000_000_000),
            "0",
            "Learning stops when its loss drifts upwards, with one false alarm in so many samples;"
                + " 0: it does not."));
    keys.add(
        new SettingKey(
            "learning.kept_segments",
            new ValueKind.WholeNumber(1, 100_000),
            "8",
            "Segments of the learner's journal that are kept, of 10,000 samples each."));
  }

  private static void gateway(List<SettingKey> keys) {
    keys.add(
        new SettingKey(
            "gateway.allow_torchscript",
            YES_OR_NO,
            "false",
            "Load TorchScript, which is a program, whoever made it."));
    keys.add(
        new SettingKey("gateway.admin", YES_OR_NO, "false", "Let callers load and unload models."));
    keys.add(
        new SettingKey(
            "gateway.batch",
            new ValueKind.NumberPerModel("ROWS", 32),
            "",
            "MODEL=ROWS: compute up to so many rows of waiting requests at once; else each alone."));
    keys.add(
        new SettingKey(
            "gateway.inference_threads",
            new ValueKind.WholeNumber(1, 1_024),
            "",
            "Threads that compute with ONNX Runtime and PyTorch; else one for each processor, and one"
                + " more."));
    keys.add(
        new SettingKey(
            "gateway.max_waiting",
            new ValueKind.WholeNumber(1, 1_000_000),
            "256",
            "Requests that may wait for them, for each model; of Neo's own networks, that may be"
                + " computed at once."));
    keys.add(
        new SettingKey(
            "gateway.model_threads",
            new ValueKind.NumberPerModel("THREADS", 2),
            "",
            "MODEL=THREADS: how many of them one model may hold; else all but one, so that a slow"
                + " model leaves one to the others."));
    keys.add(
        new SettingKey(
            "gateway.model_waiting",
            new ValueKind.NumberPerModel("REQUESTS", 32),
            "",
            "MODEL=REQUESTS: for one model, instead of gateway.max_waiting."));
  }

  private static void quality(List<SettingKey> keys) {
    keys.add(
        new SettingKey(
            "quality.window",
            new ValueKind.WholeNumber(64, 65_536),
            "1024",
            "Outcomes over which a model's inputs are compared and its answers are judged."));
    keys.add(
        new SettingKey(
            "quality.false_alarm_every",
            new ValueKind.TimeOrNumber(),
            "30d",
            "How seldom an alarm may be false, in the data's time or in outcomes."));
    keys.add(
        new SettingKey(
            "quality.retrain_on_drift",
            YES_OR_NO,
            "false",
            "Whether an alarm begins a training on the learner's newest samples."));
    keys.add(
        new SettingKey(
            "quality.retrain_max_age",
            new ValueKind.Time(),
            "0",
            "A training begins when the champion has served for so long; 0: none does."));
    keys.add(
        new SettingKey(
            "quality.retrain_every",
            new ValueKind.Time(),
            "0",
            "A training begins so long after the one before; 0: none does."));
  }

  private static void stores(List<SettingKey> keys) {
    keys.add(
        new SettingKey(
            "postgres.url",
            new ValueKind.Url(List.of("postgresql", "postgres")),
            "",
            "A PostgreSQL of your own, postgresql://user:password@host:port/database; else an"
                + " embedded one. NEO_POSTGRES_URL is the same."));
    keys.add(
        new SettingKey(
            "redis.url",
            new ValueKind.Url(List.of("redis", "rediss")),
            "",
            "A Redis of your own, redis://:password@host:port; else an embedded one."
                + " NEO_REDIS_URL is the same."));
    keys.add(
        new SettingKey(
            "journal.durability",
            new ValueKind.Choice(List.of("os", "fsync")),
            "os",
            "Who must have the journal before an order leaves: the operating system, or the disk."));
  }

  private static void running(List<SettingKey> keys) {
    keys.add(
        new SettingKey(
            "run.speed",
            new ValueKind.Speed(),
            "600",
            "Recorded seconds per second, or max; --speed is the same."));
    keys.add(
        new SettingKey(
            "data.zone",
            new ValueKind.Zone(),
            "UTC",
            "Time zone of times in --data files that state none."));
    keys.add(
        new SettingKey(
            "run.seed", ValueKind.WholeNumber.ANY, "42", "Of everything that is drawn by chance."));
    keys.add(
        new SettingKey(
            "run.initial_cash",
            ValueKind.Decimal.between("0.01", "1000000000"),
            "100000",
            "Paper money at the start, in quote currency."));
    keys.add(
        new SettingKey(
            "strategy.position_fraction", FRACTION, "0.15", "Of equity, that one entry may take."));
    keys.add(
        new SettingKey(
            "strategy.min_confidence",
            FRACTION,
            "0.55",
            "Of a BUY, from which the model's strategy enters."));
    keys.add(
        new SettingKey(
            "strategy.exit_confidence",
            FRACTION,
            "0.5",
            "Of a SELL, from which the model's strategy leaves."));
    keys.add(
        new SettingKey(
            "strategy.stop_loss_bps",
            new ValueKind.WholeNumber(1, 10_000),
            "300",
            "Below the average price at which a position is left, in basis points."));
    keys.add(
        new SettingKey("strategy.max_bars_held", BARS, "120", "After which a position is left."));
    keys.add(
        new SettingKey(
            "strategy.fast_bars", BARS, "50", "Bars of the moving averages' faster one."));
    keys.add(
        new SettingKey(
            "strategy.slow_bars", BARS, "200", "Bars of the moving averages' slower one."));
    keys.add(
        new SettingKey(
            "risk.file",
            new ValueKind.FilePath(),
            "",
            "A YAML file of limits; else the bundled one."));
  }

  private static void outside(List<SettingKey> keys) {
    keys.add(
        new SettingKey(
            "telemetry.otlp_endpoint",
            new ValueKind.Url(List.of("http", "https")),
            "",
            "Where OpenTelemetry traces go, such as http://127.0.0.1:4317; else nowhere."
                + " OTEL_EXPORTER_OTLP_ENDPOINT is the same."));
    keys.add(
        new SettingKey(
            "telemetry.trace_ratio",
            ValueKind.Decimal.between("0", "1"),
            "1",
            "Which part of the ways from tick to fill is traced."));
    keys.add(
        new SettingKey(
            "telemetry.log_format",
            new ValueKind.Choice(List.of("text", "json")),
            "text",
            "How log lines look."));
    keys.add(
        new SettingKey(
            "binance.rest_url",
            new ValueKind.Url(List.of("https", "http")),
            "https://data-api.binance.vision",
            "Base of Binance's REST API."));
    keys.add(
        new SettingKey(
            "binance.stream_url",
            new ValueKind.Url(List.of("wss", "ws")),
            "wss://data-stream.binance.vision",
            "Base of Binance's streams."));
  }
}
