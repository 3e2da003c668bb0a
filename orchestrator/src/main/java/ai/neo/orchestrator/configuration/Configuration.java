package ai.neo.orchestrator.configuration;

import ai.neo.orchestrator.journal.RunJournal;
import ai.neo.orchestrator.strategy.ModelStrategy;
import ai.neo.orchestrator.strategy.StrategySettings;
import ai.neo.riskrules.Limit;
import ai.neo.tradingtypes.E8;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** All settings of a Neo, checked, a record per section. Immutable. */
public final class Configuration {
  private final Map<String, Setting> settings = new LinkedHashMap<>();

  /**
   * Where page and API listen.
   *
   * @param port 0 for a free one
   */
  public record Page(String host, int port) {
    /** Where programs of this machine reach it, without a slash at the end. */
    public String url(int actualPort) {
      boolean everywhere = host.equals("0.0.0.0") || host.equals("::");
      String name = everywhere ? "127.0.0.1" : host;
      return "http://" + (name.indexOf(':') < 0 ? name : "[" + name + "]") + ":" + actualPort;
    }
  }

  /**
   * Where the model tier serves.
   *
   * @param port of the gateway's gRPC; 0 for a free one
   * @param metricsPort of its HTTP; 0 for a free one
   * @param registryPort of the registry's HTTP; 0 for a free one
   * @param elsewhere a gateway that is used instead of starting one
   * @param jvmOptions of the process that is started
   * @param options further arguments of the process, as it takes them
   */
  public record ModelTier(
      int port,
      int metricsPort,
      int registryPort,
      Optional<Endpoint> elsewhere,
      List<String> jvmOptions,
      List<String> options) {
    public ModelTier {
      jvmOptions = List.copyOf(jvmOptions);
      options = List.copyOf(options);
    }

    /** With no further arguments. */
    public ModelTier(
        int port,
        int metricsPort,
        int registryPort,
        Optional<Endpoint> elsewhere,
        List<String> jvmOptions) {
      this(port, metricsPort, registryPort, elsewhere, jvmOptions, List.of());
    }
  }

  /**
   * How a run on recorded data goes.
   *
   * @param speed recorded seconds per second; infinite for as fast as it goes
   */
  public record Run(double speed, long seed, long initialCashE8) {}

  /**
   * Where limits come from.
   *
   * @param file empty: the bundled one
   * @param instead limits, as text, that hold whatever the file says
   */
  public record Risk(Optional<Path> file, Map<Limit, String> instead) {
    public Risk {
      instead = Map.copyOf(instead);
    }
  }

  /** How log lines look. */
  public enum LogFormat {
    TEXT,
    JSON
  }

  /**
   * What is told to others.
   *
   * @param otlpEndpoint empty: nothing is sent
   * @param traceRatio which part of the decision paths is traced, 0..1
   */
  public record Telemetry(Optional<URI> otlpEndpoint, double traceRatio, LogFormat logFormat) {}

  /** Bases of Binance's addresses. */
  public record Binance(URI rest, URI streams) {}

  /**
   * @param settings one for each known key
   */
  Configuration(List<Setting> settings) {
    settings.forEach(setting -> this.settings.put(setting.key().name(), setting));
    StrategySettings checked = strategies();
    if (checked.fastBars() >= checked.slowBars()) {
      throw new ConfigurationException(
          List.of(
              this.settings.get("strategy.fast_bars")
                  + ", expected less than "
                  + this.settings.get("strategy.slow_bars")));
    }
  }

  /** Every key with its value, in the order in which they are shown. */
  public List<Setting> settings() {
    return List.copyOf(settings.values());
  }

  public Page page() {
    return new Page(text("page.host"), port("page.port"));
  }

  public ModelTier modelTier() {
    return new ModelTier(
        port("gateway.port"),
        port("metrics.port"),
        port("registry.port"),
        given("gateway.address").flatMap(Endpoint::parse),
        List.of(text("gateway.jvm_options").split(" +")),
        tierOptions());
  }

  private List<String> tierOptions() {
    List<String> options = new ArrayList<>();
    options.addAll(List.of("--max-waiting", text("gateway.max_waiting")));
    options.addAll(List.of("--trial-memory-mb", text("gateway.trial_memory_mb")));
    given("gateway.inference_threads")
        .ifPresent(threads -> options.addAll(List.of("--inference-threads", threads)));
    for (String name : List.of("batch", "model_threads", "model_waiting")) {
      given("gateway." + name)
          .ifPresent(
              models -> {
                for (String model : models.split(",", -1)) {
                  options.addAll(List.of("--" + name.replace('_', '-'), model));
                }
              });
    }
    if (yes("gateway.allow_torchscript")) {
      options.add("--allow-torchscript");
    }
    if (yes("gateway.admin")) {
      options.add("--admin");
    }
    given("gateway.forward")
        .ifPresent(
            servers -> {
              for (String server : servers.split(",", -1)) {
                options.addAll(List.of("--forward", server.strip()));
              }
              options.addAll(List.of("--forward-hedge-ms", text("gateway.forward_hedge_ms")));
            });
    given("gateway.model_repository")
        .ifPresent(folder -> options.addAll(List.of("--model-repository", folder)));
    given("registry.policy_file")
        .ifPresent(
            file -> options.addAll(List.of("--policy", Path.of(file).toAbsolutePath().toString())));
    for (String place : List.of("artifacts", "s3_endpoint", "s3_region")) {
      given("registry." + place)
          .ifPresent(value -> options.addAll(List.of("--" + place.replace('_', '-'), value)));
    }
    learning().forEach(setting -> options.addAll(List.of("--learning", setting)));
    quality().forEach(setting -> options.addAll(List.of("--quality", setting)));
    return options;
  }

  private boolean yes(String key) {
    return text(key).equalsIgnoreCase("true");
  }

  private List<String> learning() {
    return List.of(
        "replay.prioritised=" + text("learning.replay").equals("prioritised"),
        "guards.probeChange=" + text("learning.probe_change"),
        "guards.importancePull=" + text("learning.importance_pull"),
        "guards.driftSamples=" + text("learning.drift_samples"),
        "journal.keptSegments=" + text("learning.kept_segments"));
  }

  private List<String> quality() {
    return List.of(
        "window=" + text("quality.window"),
        "falseAlarmEvery=" + text("quality.false_alarm_every"),
        "retrainOnDrift=" + text("quality.retrain_on_drift").toLowerCase(Locale.ROOT),
        "retrainMaxAge=" + text("quality.retrain_max_age"),
        "retrainEvery=" + text("quality.retrain_every"));
  }

  public StoreAddresses stores() {
    return new StoreAddresses(given("postgres.url"), given("redis.url"));
  }

  /** When the journal is durable enough for an order to leave. */
  public RunJournal.Durability durability() {
    return RunJournal.Durability.valueOf(text("journal.durability").toUpperCase(Locale.ROOT));
  }

  public Run run() {
    String speed = text("run.speed");
    return new Run(
        speed.equals(ValueKind.Speed.MAX) ? Double.POSITIVE_INFINITY : Double.parseDouble(speed),
        Long.parseLong(text("run.seed")),
        new BigDecimal(text("run.initial_cash"))
            .setScale(E8.SCALE, RoundingMode.HALF_EVEN)
            .unscaledValue()
            .longValueExact());
  }

  /** Of times in candle files that state none. */
  public ZoneId dataZone() {
    return ZoneId.of(text("data.zone"));
  }

  /** Of equity, that one entry may take. */
  public double positionFraction() {
    return Double.parseDouble(text("strategy.position_fraction"));
  }

  public StrategySettings strategies() {
    return new StrategySettings(
        new ModelStrategy.Settings(
            Double.parseDouble(text("strategy.min_confidence")),
            Double.parseDouble(text("strategy.exit_confidence")),
            whole("strategy.stop_loss_bps"),
            whole("strategy.max_bars_held")),
        whole("strategy.fast_bars"),
        whole("strategy.slow_bars"));
  }

  public Risk risk() {
    Map<Limit, String> instead = new EnumMap<>(Limit.class);
    for (Limit limit : Limit.values()) {
      given(SettingKeys.ofLimit(limit)).ifPresent(text -> instead.put(limit, text));
    }
    return new Risk(given("risk.file").map(Path::of), instead);
  }

  public Telemetry telemetry() {
    return new Telemetry(
        uri("telemetry.otlp_endpoint"),
        Double.parseDouble(text("telemetry.trace_ratio")),
        LogFormat.valueOf(text("telemetry.log_format").toUpperCase(Locale.ROOT)));
  }

  public Binance binance() {
    return new Binance(
        URI.create(text("binance.rest_url")), URI.create(text("binance.stream_url")));
  }

  private String text(String key) {
    return settings.get(key).text();
  }

  private Optional<String> given(String key) {
    return Optional.of(text(key)).filter(text -> !text.isEmpty());
  }

  private Optional<URI> uri(String key) {
    return given(key).map(URI::create);
  }

  private int whole(String key) {
    return Integer.parseInt(text(key));
  }

  private int port(String key) {
    return whole(key);
  }
}
