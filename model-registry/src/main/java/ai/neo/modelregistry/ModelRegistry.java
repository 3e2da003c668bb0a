package ai.neo.modelregistry;

import ai.neo.modelregistry.gates.RegistryPolicy;
import ai.neo.proto.artifact.ArtifactFormat;
import ai.neo.proto.registry.v1.ModelVersion;
import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Which versions of a model exist, which one is champion, and the proof: metadata and an
 * append-only ledger in PostgreSQL, artifacts by SHA-256 in a directory or a bucket. Safe for any
 * number of threads, and for several registries over one database and one place of artifacts.
 */
public final class ModelRegistry implements AutoCloseable {
  /**
   * What a server of {@link #service} must accept as its largest message, and a client that fetches
   * artifacts too: the largest artifact, and 1 MiB for what describes it.
   */
  public static final int MESSAGE_MAX_BYTES = ArtifactFormat.SIZE_MAX_BYTES + (1 << 20);

  /** The alias of the version that trades. */
  public static final String CHAMPION = "champion";

  /** Longer than any statement may take. */
  private static final int CLOSE_TIMEOUT_SECONDS = 15;

  private final Database database;
  private final ArtifactStore artifacts;
  private final ExecutorService executor;
  private final RegistryCalls calls;
  private final ChangeFeed feed;
  private final Webhooks webhooks;
  private final RegistryGrpcService.Calls byGrpc;
  private final BindableService service;

  private ModelRegistry(Database database, ArtifactStore artifacts, RegistryPolicy policy) {
    this.database = database;
    this.artifacts = artifacts;
    this.executor =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("registry-", 0).factory());
    this.calls = new RegistryCalls(database, artifacts, policy);
    this.feed = new ChangeFeed(database);
    this.webhooks = new Webhooks(database, policy);
    this.byGrpc = new RegistryGrpcService.Calls(calls, new GateCalls(database, policy), webhooks);
    this.service = new RegistryGrpcService(byGrpc, feed, executor, Optional.empty());
    webhooks.start();
  }

  /** Opens the registry without gates. */
  public static ModelRegistry open(RegistrySettings settings) {
    return open(settings, RegistryPolicy.NONE);
  }

  /**
   * Opens the registry, bringing its schema to this version. Blocks.
   *
   * @param policy what every promotion must pass
   * @throws RegistryException UNAVAILABLE when PostgreSQL or the artifacts cannot be used
   */
  public static ModelRegistry open(RegistrySettings settings, RegistryPolicy policy) {
    PostgresAddress address = settings.postgres();
    ArtifactStore artifacts = ArtifactStore.open(settings.artifacts());
    try {
      SchemaMigration.run(address);
      return new ModelRegistry(new Database(address), artifacts, policy);
    } catch (RuntimeException e) {
      artifacts.close();
      throw e;
    }
  }

  /** The service {@code neo.registry.v1.RegistryService}; it works off the transport's thread. */
  public BindableService service() {
    return service;
  }

  /**
   * The same for a registry whose gateways are elsewhere: champions move on a gateway's word
   * ({@link GatewayWord}), and by whom this names when somebody else wants it.
   */
  public ServerServiceDefinition service(ChampionServing champions) {
    return ServerInterceptors.intercept(
        new RegistryGrpcService(byGrpc, feed, executor, Optional.of(champions)),
        GatewayWord.hearing());
  }

  /**
   * The version that is champion now; empty when there is none. Blocks.
   *
   * @throws RegistryException NOT_FOUND for an unknown model, UNAVAILABLE without PostgreSQL
   */
  public OptionalInt champion(String model) {
    return calls.champion(model);
  }

  /** The data, for other protocols than gRPC; changes go through {@link ModelBook}. */
  public Database database() {
    return database;
  }

  /** The webhooks, for other protocols than gRPC. */
  public Webhooks webhooks() {
    return webhooks;
  }

  /** The artifacts, for other protocols than gRPC. */
  public ArtifactStore artifacts() {
    return artifacts;
  }

  /**
   * Which version was champion at a time, by the ledger; empty when there was none yet. Blocks.
   *
   * @throws RegistryException NOT_FOUND for an unknown model, UNAVAILABLE without PostgreSQL
   */
  public Optional<ModelVersion> championAt(String model, Instant time) {
    return aliasAt(model, CHAMPION, time);
  }

  /** As {@link #championAt}, for any alias. */
  public Optional<ModelVersion> aliasAt(String model, String alias, Instant time) {
    return calls.aliasAt(model, alias, time);
  }

  /** Ends the calls under way, then closes the connections. */
  @Override
  public void close() {
    feed.close();
    webhooks.close();
    executor.shutdown();
    try {
      if (!executor.awaitTermination(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
    database.close();
    artifacts.close();
  }
}
