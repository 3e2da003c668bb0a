package ai.neo.orchestrator.operations;

import ai.neo.orchestrator.configuration.StoreAddresses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The PostgreSQL and the Redis of a run: started from jars, or servers of the user's own. */
public final class Stores implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Stores.class);

  private final Deque<AutoCloseable> started = new ArrayDeque<>();
  private final String postgresUrl;
  private final String redisUrl;
  private Optional<EmbeddedPostgresServer> postgres = Optional.empty();

  private Stores(DataDirectory directory, Path cache, StoreAddresses addresses) throws IOException {
    try {
      postgresUrl =
          addresses.postgresUrl().isPresent()
              ? addresses.postgresUrl().get()
              : embeddedPostgres(directory, cache);
      Migrations.run(postgresUrl);
      redisUrl =
          addresses.redisUrl().isPresent()
              ? addresses.redisUrl().get()
              : embeddedRedis(directory, cache);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Opens both; PostgreSQL has all its tables then. Redis need not answer: it holds only what can
   * be rebuilt.
   *
   * @param cache where programs are unpacked, once for all data directories
   * @throws OperationsException if PostgreSQL cannot be used, or an embedded server does not start
   */
  public static Stores open(DataDirectory directory, Path cache, StoreAddresses addresses)
      throws IOException {
    return new Stores(directory, cache, addresses);
  }

  private String embeddedPostgres(DataDirectory directory, Path cache) throws IOException {
    EmbeddedPostgresServer server =
        EmbeddedPostgresServer.start(
            postgresData(directory),
            cache.resolve("postgres"),
            directory.secret("postgres-password"));
    started.push(server);
    postgres = Optional.of(server);
    return server.url();
  }

  private String embeddedRedis(DataDirectory directory, Path cache) throws IOException {
    EmbeddedRedisServer server =
        EmbeddedRedisServer.start(
            directory.path().resolve("redis"),
            cache.resolve("redis"),
            Files.readString(directory.secret("redis-password")).strip());
    started.push(server);
    return server.url();
  }

  /** Where an embedded PostgreSQL keeps its data. */
  public static Path postgresData(DataDirectory directory) {
    return directory.path().resolve("postgres");
  }

  /** For clients of PostgreSQL; carries the password. */
  public String postgresUrl() {
    return postgresUrl;
  }

  /** For clients of Redis; carries the password. */
  public String redisUrl() {
    return redisUrl;
  }

  /** Lets {@link #close}, called or under way, take no longer than it must. */
  public void hurry() {
    postgres.ifPresent(EmbeddedPostgresServer::hurry);
  }

  @Override
  public void close() {
    while (!started.isEmpty()) {
      AutoCloseable server = started.pop();
      try {
        server.close();
      } catch (Exception e) {
        LOG.warn("{} did not stop cleanly", server.getClass().getSimpleName(), e);
      }
    }
  }
}
