package ai.neo.modelgateway.forward;

import ai.neo.modelgateway.serving.VersionRegistry;
import com.google.common.util.concurrent.ListenableFuture;
import inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceFutureStub;
import inference.ModelConfig;
import inference.ModelConfigRequest;
import inference.ModelMetadataRequest;
import inference.ModelMetadataResponse;
import inference.RepositoryIndexRequest;
import inference.RepositoryIndexResponse;
import inference.RepositoryIndexResponse.ModelIndex;
import inference.ServerMetadataRequest;
import inference.ServerMetadataResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which models a server has, looked up now and then by one thread and read by any. A model that it
 * had once stays known, with no version, when it has it no more.
 */
public final class ServerContents {

  private static final Logger LOG = LoggerFactory.getLogger(ServerContents.class);

  /** A server that takes longer to say what it has is as good as away. */
  private static final Duration LOOK = Duration.ofSeconds(5);

  /** Metadata of the same versions is read again after so many looks: a reload may change it. */
  private static final int LOOKS_KEPT = 15;

  private static final Pattern VERSION = Pattern.compile("([0-9]{1,6})\\.([0-9]{1,6})\\b");

  private final ForwardTarget target;
  private final ManagedChannel channel;
  private final PatientCalls calls;
  private final RegisteredVersions registry;
  private final Duration interval;
  private final Map<String, RemoteModel> models = new ConcurrentHashMap<>();
  private final BlockingQueue<Boolean> wanted = new ArrayBlockingQueue<>(1);
  private volatile List<ModelIndex> index = List.of();
  private volatile boolean up;
  private volatile String problem = "it was not asked yet";
  private volatile String serverName = "triton";
  private volatile boolean survivesCancels;
  private int looks;

  ServerContents(
      ForwardTarget target,
      ManagedChannel channel,
      PatientCalls calls,
      RegisteredVersions registry,
      Duration interval) {
    this.target = target;
    this.channel = channel;
    this.calls = calls;
    this.registry = registry;
    this.interval = interval;
  }

  /** Whether the server said what it has when it was asked last. */
  public boolean isUp() {
    return up;
  }

  /** Why it is not up. */
  public String problem() {
    return problem;
  }

  /** The engine, as the server calls itself. */
  public String engine() {
    return serverName;
  }

  /** Whether a call that is under way may be cancelled: Triton dies of it before 2.59. */
  boolean survivesCancels() {
    return survivesCancels;
  }

  public Optional<RemoteModel> model(String name) {
    return Optional.ofNullable(models.get(name));
  }

  public Collection<RemoteModel> models() {
    return models.values().stream().sorted((a, b) -> a.name().compareTo(b.name())).toList();
  }

  /** The rows of the server's index when it was asked last, of the models that are forwarded. */
  public List<ModelIndex> index() {
    return index;
  }

  /** Has it looked again without waiting for the next time. */
  void lookSoon() {
    wanted.offer(true);
  }

  /** Looks now and then, until the thread is interrupted. */
  void lookAlways() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        wanted.poll(interval.toNanos(), TimeUnit.NANOSECONDS);
        look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the gateway closes
    }
  }

  /** One look at server and registry. Blocks for seconds at most. */
  synchronized void look() throws InterruptedException {
    if (calls.hanging() > 0) {
      away("it still has not answered what it was asked before");
      return;
    }
    channel.resetConnectBackoff(); // which would grow to minutes
    try {
      if (!up || looks % LOOKS_KEPT == 0) {
        ServerMetadataResponse server =
            ask(stub -> stub.serverMetadata(ServerMetadataRequest.getDefaultInstance()));
        serverName = server.getName().isBlank() ? "triton" : server.getName();
        survivesCancels = survivesCancels(server);
      }
      RepositoryIndexResponse told =
          ask(stub -> stub.repositoryIndex(RepositoryIndexRequest.getDefaultInstance()));
      List<ModelIndex> offered =
          told.getModelsList().stream().filter(row -> target.offers(row.getName())).toList();
      update(offered);
      index = offered;
      if (!up) {
        LOG.info(
            "forward server={} address={} is up and has models={}",
            target.name(),
            target.address(),
            models.keySet().stream().sorted().toList());
      }
      up = true;
      problem = "";
    } catch (StatusRuntimeException e) {
      away(ServerFailure.text(e.getStatus()));
    }
  }

  /**
   * Asks the registry alone who is champion of a model. Blocks, for {@link
   * VersionRegistry#PROMPTLY} at most.
   *
   * @return whether it could be asked
   */
  public boolean confirm(String model) {
    Optional<RegisteredVersions.Look> look = registry.look(model, VersionRegistry.PROMPTLY);
    look.ifPresent(
        seen ->
            models.computeIfPresent(model, (name, known) -> resolved(known, Optional.of(seen))));
    return look.isPresent();
  }

  /** What is no Triton, or does not say which, is not put to the test. */
  static boolean survivesCancels(ServerMetadataResponse server) {
    Matcher version = VERSION.matcher(server.getVersion());
    if (!server.getName().equals("triton") || !version.lookingAt()) {
      return false;
    }
    int major = Integer.parseInt(version.group(1));
    return major > 2 || (major == 2 && Integer.parseInt(version.group(2)) >= 59);
  }

  private void away(String why) {
    if (up || problem.startsWith("it was not")) {
      LOG.warn("forward server={} address={} is away: {}", target.name(), target.address(), why);
    }
    up = false;
    problem = why;
  }

  private void update(List<ModelIndex> rows) throws InterruptedException {
    Map<String, NavigableSet<Long>> ready = new TreeMap<>();
    models.keySet().forEach(known -> ready.put(known, new TreeSet<>()));
    for (ModelIndex row : rows) {
      if (row.getState().equals("READY") && row.getVersion().matches("[1-9][0-9]{0,17}")) {
        ready
            .computeIfAbsent(row.getName(), name -> new TreeSet<>())
            .add(Long.parseLong(row.getVersion()));
      }
    }
    boolean again = looks++ % LOOKS_KEPT == 0 || !up;
    for (Map.Entry<String, NavigableSet<Long>> model : ready.entrySet()) {
      String name = model.getKey();
      Optional<RemoteModel> known = model(name);
      boolean same = known.filter(k -> k.ready().keySet().equals(model.getValue())).isPresent();
      RemoteModel seen = same && !again ? known.get() : described(name, model.getValue(), known);
      Optional<RegisteredVersions.Look> look = registry.look(name);
      models.compute(
          name, (n, now) -> resolved(now == null ? seen : seen.with(now.pinned()), look));
    }
  }

  private RemoteModel described(String name, Collection<Long> versions, Optional<RemoteModel> known)
      throws InterruptedException {
    NavigableMap<Long, ModelMetadataResponse> ready = new TreeMap<>();
    // Of a model that is not ready now: what it was says how it may be asked.
    Optional<ModelConfig> config = known.flatMap(RemoteModel::config);
    for (Long version : versions) {
      String text = Long.toString(version);
      try {
        ready.put(
            version,
            ask(
                stub ->
                    stub.modelMetadata(
                        ModelMetadataRequest.newBuilder().setName(name).setVersion(text).build())));
        config =
            Optional.of(
                ask(stub ->
                        stub.modelConfig(
                            ModelConfigRequest.newBuilder().setName(name).setVersion(text).build()))
                    .getConfig());
      } catch (StatusRuntimeException e) {
        if (ServerFailure.of(e.getStatus(), false) == ServerFailure.SERVER
            && e.getStatus().getCode() != Status.Code.UNKNOWN
            && e.getStatus().getCause() != null) {
          throw e;
        }
        // It was unloaded between the two calls; the next look will tell.
        LOG.warn(
            "forward server={} model={} version={} does not describe itself: {}",
            target.name(),
            name,
            version,
            ServerFailure.text(e.getStatus()));
      }
    }
    RemoteModel.Pin pin =
        known
            .map(RemoteModel::pinned)
            .orElse(
                new RemoteModel.Pin(
                    Optional.empty(), RemoteModel.DEFAULT, "not looked at yet", 0, 0));
    return new RemoteModel(name, ready, config, Map.of(), pin);
  }

  /** The same with what the registry says now; as it was where that cannot be asked. */
  private RemoteModel resolved(RemoteModel model, Optional<RegisteredVersions.Look> look) {
    RemoteModel.Pin before = model.pinned();
    Optional<String> champion =
        look.isPresent()
            ? look.get().champion()
            : before.version().filter(v -> before.alias().equals(RemoteModel.CHAMPION));
    Map<String, RemoteModel.Registered> registered =
        look.map(RegisteredVersions.Look::versions).orElse(model.registered());
    Optional<String> version =
        champion.isPresent()
            ? champion.filter(v -> model.metadata(v).isPresent())
            : Optional.ofNullable(model.ready().isEmpty() ? null : model.ready().lastKey())
                .map(v -> Long.toString(v));
    String why =
        champion.isPresent()
            ? "server %s has not version %s, the registry's champion, ready"
                .formatted(target.shown(), champion.get())
            : "has no available versions";
    boolean moved = version.isPresent() && !version.equals(before.version());
    RemoteModel.Pin pin =
        new RemoteModel.Pin(
            version,
            champion.isPresent() ? RemoteModel.CHAMPION : RemoteModel.DEFAULT,
            version.isPresent() ? "" : why,
            before.epoch() + (moved ? 1 : 0),
            look.map(RegisteredVersions.Look::askedNs).orElse(before.confirmedNs()));
    if (!version.equals(before.version())) {
      LOG.info(
          "forward server={} model={} {} is version={} instead of version={} epoch={}",
          target.name(),
          model.name(),
          pin.alias(),
          version.orElse("none"),
          before.version().orElse("none"),
          pin.epoch());
    }
    return new RemoteModel(model.name(), model.ready(), model.config(), registered, pin);
  }

  private <T> T ask(Function<GRPCInferenceServiceFutureStub, ListenableFuture<T>> call)
      throws InterruptedException {
    return calls.ask(LOOK, call);
  }
}
