package ai.neo.orchestrator;

import ai.neo.featurestore.FeatureSetDefinition;
import ai.neo.featurestore.OfflineFeatureStore;
import ai.neo.featurestore.OnlineFeatureStore;
import ai.neo.featurestore.postgres.PostgresOfflineFeatureStore;
import ai.neo.featurestore.redis.RedisOnlineFeatureStore;
import ai.neo.orchestrator.api.ApiServer;
import ai.neo.orchestrator.api.RunView;
import ai.neo.orchestrator.configuration.Configuration;
import ai.neo.orchestrator.configuration.Endpoint;
import ai.neo.orchestrator.configuration.LimitsText;
import ai.neo.orchestrator.dashboard.PageRoutes;
import ai.neo.orchestrator.execution.simulated.SimulatedOrderVenue;
import ai.neo.orchestrator.execution.simulated.SimulatedVenueSettings;
import ai.neo.orchestrator.features.FeaturePublisher;
import ai.neo.orchestrator.features.FeatureQueries;
import ai.neo.orchestrator.features.RedisOutage;
import ai.neo.orchestrator.gateway.GatewayModelTier;
import ai.neo.orchestrator.gateway.GatewayProbe;
import ai.neo.orchestrator.gateway.RegistryView;
import ai.neo.orchestrator.journal.RunJournal;
import ai.neo.orchestrator.operations.DataDirectory;
import ai.neo.orchestrator.operations.ModelTierProcess;
import ai.neo.orchestrator.operations.OperationsException;
import ai.neo.orchestrator.operations.PostgresProbe;
import ai.neo.orchestrator.operations.Stores;
import ai.neo.orchestrator.operations.WantedPort;
import ai.neo.orchestrator.projection.JournalProjection;
import ai.neo.orchestrator.running.RunListener;
import ai.neo.orchestrator.running.TradingRun;
import ai.neo.orchestrator.telemetry.FeedWatch;
import ai.neo.orchestrator.telemetry.HealthChecks;
import ai.neo.orchestrator.telemetry.ObservedRun;
import ai.neo.orchestrator.telemetry.RunMetrics;
import ai.neo.orchestrator.telemetry.Telemetry;
import ai.neo.orchestrator.trading.LoopSettings;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires a run by hand, starts it, and takes it down in reverse order. */
public final class Orchestrator implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Orchestrator.class);
  private static final String MODEL = "direction";
  static final int HORIZON_BARS = 15;
  static final double LABEL_THRESHOLD = 0.0015;
  private static final long MS = 1_000_000L;

  /**
   * Patience with the model tier on recorded data, where the clock stands still meanwhile: a busy
   * machine must not turn into a fallback, for two runs are to decide the same. A dead tier is
   * noticed at once.
   */
  private static final int ANSWER_MS = 15_000;

  private final RunOptions options;
  private final Configuration configuration;
  private final Deque<AutoCloseable> toClose = new ConcurrentLinkedDeque<>();
  private final long startedNs = System.nanoTime();
  private DataDirectory directory;
  private final RedisOutage redisOutage = new RedisOutage();
  private volatile Stores stores;
  private volatile Optional<ModelTierProcess> modelTier = Optional.empty();
  private Endpoint gateway;
  private volatile ManagedChannel channel;
  private RunJournal journal;
  private JournalProjection projection;
  private Telemetry telemetry;
  private ObservedRun observed;
  private HealthChecks health;
  private RunMetrics metrics;
  private FeedWatch feed;
  private volatile boolean started;
  private volatile TradingRun run;
  private RunView view;
  private RunDefinition definition;
  private Path journalDirectory;
  private Optional<Thread> starting = Optional.empty();
  private volatile boolean stopping;

  public Orchestrator(RunOptions options) {
    this.options = options;
    this.configuration = options.configuration();
  }

  /**
   * Starts everything up to the first event.
   *
   * @throws InterruptedException also because of {@link #stop}
   */
  public void start() throws IOException, InterruptedException {
    startingIn(Optional.of(Thread.currentThread()));
    try {
      startAll();
    } finally {
      startingIn(Optional.empty());
    }
  }

  private synchronized void startingIn(Optional<Thread> thread) throws InterruptedException {
    starting = thread;
    if (stopping) {
      Thread.interrupted(); // What closes things must not be interrupted by it.
      throw new InterruptedException("stopped while it started");
    }
  }

  private void startAll() throws IOException, InterruptedException {
    directory = opened(DataDirectory.open(options.dataDirectory()));
    telemetry = opened(Telemetry.open(configuration.telemetry(), directory.directory("logs")));
    WantedPort.requireFree(WantedPort.of(configuration));
    Vertx vertx = Vertx.vertx();
    toClose.push(() -> vertx.close().toCompletionStage().toCompletableFuture().get());
    Future<Stores> storesComing = startStores();
    MarketSource source = MarketSource.open(options, vertx);
    stores = opened(started(storesComing));
    gateway = gateway();
    channel =
        NettyChannelBuilder.forAddress(gateway.host(), gateway.port())
            .usePlaintext()
            .directExecutor()
            .maxInboundMessageSize(64 * 1024 * 1024)
            .build();
    toClose.push(() -> channel.shutdownNow().awaitTermination(1, TimeUnit.SECONDS));
    RunJournals.Opened opened =
        RunJournals.open(
            directory.directory("journal"), wanted(source), configuration.durability());
    definition = opened.definition();
    journal = opened.journal();
    journalDirectory = opened.directory();
    view =
        new RunView(
            definition.runId(), definition.instruments(), definition.loop().initialCashE8());
    FeatureSetDefinition featureSet = FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT);
    OnlineFeatureStore online = opened(onlineFeatures());
    FeaturePublisher publisher =
        new FeaturePublisher(online, featureSet.id(), definition.symbols());
    observed =
        telemetry.observe(definition.runId(), definition.symbols(), source.waitsForAnswers());
    makeRun(source, publisher);
    FeatureQueries features =
        new FeatureQueries(online, offlineFeatures(vertx), publisher, featureSet);
    feed = telemetry.feedWatch(observed, source.longestSilence());
    health = opened(systemHealth(vertx));
    metrics = opened(runMetrics());
    ApiServer api = opened(new ApiServer(vertx, apiParts(features), PageRoutes::mount));
    int pagePort = listen(api);
    announce(pagePort);
    modelTier.ifPresent(tier -> tier.onRestart(() -> announce(pagePort)));
    new FirstModel(channel, definition).trainUnlessThere(source);
    projection =
        new JournalProjection(
            vertx,
            stores.postgresUrl(),
            journalDirectory,
            new JournalProjection.Run(
                definition.runId(),
                System.currentTimeMillis() * MS,
                definition.toJson(),
                definition.symbols(),
                featureSet.id()));
    recover();
    toClose.push(journal);
    toClose.push(projection);
    projection.start();
    started = true;
    LOG.info("page {}/", configuration.page().url(pagePort));
  }

  /**
   * Runs to the end of the data, or until {@link #stop}.
   *
   * @return whether the data have ended
   */
  public boolean run() throws InterruptedException {
    feed.running();
    boolean ended;
    try {
      ended = run.run();
    } catch (RuntimeException e) {
      feed.failed(e.toString());
      throw e;
    }
    feed.ended();
    observed.close();
    if (ended && !options.untilEnd()) {
      LOG.info("the data have ended; the page stays up until you stop me");
      run.idle();
    }
    return ended;
  }

  private int listen(ApiServer api) throws InterruptedException {
    try {
      return api.listen(configuration.page().host(), configuration.page().port());
    } catch (IllegalStateException e) {
      throw new OperationsException(2, e.getMessage(), e);
    }
  }

  /** Ends {@link #start} and {@link #run} soon; may be called by any thread. */
  public synchronized void stop() {
    stopping = true;
    if (run != null) {
      run.stop();
    }
    starting.ifPresent(Thread::interrupt);
  }

  /** Whether it was told to stop before it had started. */
  public boolean stoppedWhileStarting() {
    return stopping && !started;
  }

  /** Gives up waiting for answers, so that {@link #stop} is not held up by one. */
  public void hurry() {
    if (channel != null) {
      channel.shutdownNow();
    }
  }

  /** Ends the processes that were started, if {@link #close} cannot: the last thing before exit. */
  public void endProcesses() {
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    if (stores != null) {
      stores.close();
    }
  }

  /** What the run came to. */
  public JsonObject summary() {
    JsonObject status = view.status();
    JsonObject counts = status.getJsonObject("counts", new JsonObject());
    JsonObject summary =
        new JsonObject()
            .put("run_id", definition.runId())
            .put("seed", definition.seed())
            .put("journal", journalDirectory.toString());
    for (String count : List.of("events", "bars")) {
      summary.put(count, counts.getLong(count));
    }
    summary
        .put("predictions", status.getJsonObject("predictions_by_version"))
        .put("fallbacks", counts.getLong("fallbacks"))
        .put("decisions", counts.getLong("decisions"))
        .put("decision_digest", view.decisionDigest())
        .put("orders", counts.getLong("orders"))
        .put("refused", status.getJsonObject("refused_by_rule"))
        .put("fills", counts.getLong("fills"));
    for (String money : List.of("fees", "realised_pnl", "unrealised_pnl", "equity")) {
      summary.put(money, status.getString(money));
    }
    return summary
        .put("max_drawdown", status.getDouble("max_drawdown"))
        .put("updates_learned", counts.getLong("updates_learned"))
        .put("swaps", counts.getLong("swaps"))
        .put("rollbacks", counts.getLong("rollbacks"))
        .put("wall_seconds", Math.floor((System.nanoTime() - startedNs) / 1e6) / 1e3);
  }

  /** Beside what else takes long, such as reading market data. */
  private Future<Stores> startStores() {
    FutureTask<Stores> starting =
        new FutureTask<>(() -> Stores.open(directory, cache(), configuration.stores()));
    Thread thread = Thread.ofVirtual().name("stores").start(starting);
    toClose.push(
        () -> {
          thread.join();
          // Otherwise it has closed what it had opened, or is closed by its own place in here.
          if (stores == null && starting.state() == Future.State.SUCCESS) {
            starting.resultNow().close();
          }
        });
    return starting;
  }

  private static Stores started(Future<Stores> coming) throws IOException, InterruptedException {
    try {
      return coming.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException failed -> throw failed;
        case RuntimeException failed -> throw failed;
        default -> throw new IllegalStateException(e.getCause());
      }
    }
  }

  /** One that runs elsewhere, or that of a model tier that is started here. */
  private Endpoint gateway() throws IOException, InterruptedException {
    Configuration.ModelTier wanted = configuration.modelTier();
    if (wanted.elsewhere().isPresent()) {
      return wanted.elsewhere().get();
    }
    ModelTierProcess started =
        opened(
            ModelTierProcess.start(
                new ModelTierProcess.Settings(
                    options.modelTier(),
                    directory.path(),
                    cache().resolve("djl"),
                    stores.postgresUrl(),
                    wanted,
                    telemetry.childEnvironment())));
    modelTier = Optional.of(started);
    return new Endpoint("127.0.0.1", started.grpcPort());
  }

  private Path cache() {
    return Path.of(System.getProperty("user.home"), ".neo", "cache");
  }

  private RunDefinition wanted(MarketSource source) throws IOException {
    return new RunDefinition(
        RunJournals.UNNAMED,
        configuration.run().seed(),
        new LoopSettings(
            "neo",
            1,
            configuration.run().initialCashE8(),
            MODEL,
            HORIZON_BARS,
            LABEL_THRESHOLD,
            configuration.positionFraction(),
            1000 * MS),
        configuration.strategies(),
        source.name(),
        source.instruments(),
        LimitsText.of(configuration.risk(), resource("/risk/default.yaml")),
        resource("/feature-sets/" + FeatureSetDefinition.DEFAULT + ".yaml"));
  }

  private void makeRun(MarketSource source, FeaturePublisher publisher) {
    SimulatedVenueSettings venue =
        new SimulatedVenueSettings(10, 1, 50 * MS, 20 * MS, 0.1, configuration.run().seed());
    run =
        source.newRun(
            new MarketSource.Parts(
                observed.models(
                    new GatewayModelTier(
                        telemetry.traced(channel),
                        new GatewayModelTier.Settings(
                            MODEL,
                            definition.runId(),
                            FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT).id(),
                            ANSWER_MS,
                            30_000))),
                observed.journal(journal, journal::lastSequence, journal::bytesWritten),
                observed.listener(RunListener.all(List.of(view, publisher)))),
            definition::newLoop,
            reports -> new SimulatedOrderVenue(definition.instruments(), venue, reports));
  }

  /** Tells the new loop what an earlier process of this run has heard. */
  private void recover() throws IOException {
    RunJournals.Earlier earlier = RunJournals.earlier(journalDirectory);
    if (!earlier.heard().isEmpty()) {
      run.recover(earlier.heard().iterator(), earlier.saidAfterLast());
      LOG.info(
          "went on with {} after {} journaled events", definition.runId(), earlier.heard().size());
    }
  }

  /** Its keys begin with the run: the newest of this run may be older than that of another. */
  private OnlineFeatureStore onlineFeatures() {
    return RedisOnlineFeatureStore.open(
        stores.redisUrl(), "neo:" + definition.runId(), redisOutage);
  }

  private OfflineFeatureStore offlineFeatures(Vertx vertx) {
    Pool pool =
        PgBuilder.pool()
            .with(new PoolOptions().setMaxSize(2).setName("features"))
            .connectingTo(PgConnectOptions.fromUri(stores.postgresUrl()))
            .using(vertx)
            .build();
    toClose.push(pool::close);
    return new PostgresOfflineFeatureStore(pool);
  }

  private ApiServer.Parts apiParts(FeatureQueries features) throws IOException {
    RegistryView registry = new RegistryView(channel, MODEL);
    return new ApiServer.Parts(
        view,
        features,
        run::command,
        directory.token(),
        health::ready,
        health::json,
        registry::jsonOrAway,
        metrics::text,
        telemetry.latencies()::json);
  }

  private HealthChecks systemHealth(Vertx vertx) {
    HealthChecks checks =
        telemetry.healthChecks(
            SystemHealth.checks(
                new SystemHealth.Parts(
                    gateway,
                    modelTier,
                    new GatewayProbe(channel, MODEL),
                    new PostgresProbe(vertx, stores.postgresUrl()),
                    () -> started ? Optional.of(projection) : Optional.empty(),
                    redisOutage,
                    observed::journalSequence,
                    feed)));
    checks.start();
    return checks;
  }

  private RunMetrics runMetrics() {
    return new RunMetrics(
        new RunMetrics.Sources(
            view::status,
            view::positions,
            health::json,
            observed::journalBytes,
            () -> started ? observed.journalSequence() - projection.projectedSequence() : 0,
            observed::feedSilentSeconds,
            () -> Double.NaN),
        telemetry.latencies());
  }

  private void announce(int pagePort) {
    JsonObject announced =
        new JsonObject()
            .put("pid", ProcessHandle.current().pid())
            .put("run_id", definition.runId())
            .put("journal", journalDirectory.toString())
            .put("page_port", pagePort)
            .put("page", configuration.page().url(pagePort) + "/")
            .put("api", configuration.page().url(pagePort) + "/api/v1")
            .put("gateway_host", gateway.host())
            .put("gateway_port", gateway.port())
            .put("postgres_port", URI.create(stores.postgresUrl()).getPort())
            .put("redis_port", URI.create(stores.redisUrl()).getPort());
    modelTier.ifPresent(tier -> tier.announce(announced));
    directory.announce(announced);
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = Orchestrator.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private <T extends AutoCloseable> T opened(T part) {
    toClose.push(part);
    return part;
  }

  @Override
  public void close() {
    while (!toClose.isEmpty()) {
      AutoCloseable part = toClose.pop();
      try {
        part.close();
      } catch (Exception e) {
        LOG.warn("{} did not close cleanly", part.getClass().getSimpleName(), e);
      }
    }
  }
}
