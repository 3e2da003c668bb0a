package ai.neo.orchestrator.operations;

import ai.neo.orchestrator.configuration.StoreAddresses;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Stream;

/** Whether PostgreSQL and Redis are there, or would be. */
final class StoreChecks {
  private static final String POSTGRES = "postgres";
  private static final String REDIS = "redis";
  private static final String TIMEOUT_SECONDS = "5";

  private final StoreAddresses stores;
  private final Path dataDirectory;
  private final Path cache;

  StoreChecks(StoreAddresses stores, Path dataDirectory, Path cache) {
    this.stores = stores;
    this.dataDirectory = dataDirectory;
    this.cache = cache;
  }

  Finding postgres(Optional<RunningNeo> running) {
    if (stores.postgresUrl().isPresent()) {
      return answers(
          URI.create(stores.postgresUrl().get()),
          "check postgres.url, and that the server lets this machine in; or take it out for an"
              + " embedded one");
    }
    return running.isPresent() ? ofTheRun(running.get()) : startsEmbedded();
  }

  private static Finding answers(URI url, String remedy) {
    String place = url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
    Properties properties = new Properties();
    properties.setProperty("connectTimeout", TIMEOUT_SECONDS);
    properties.setProperty("socketTimeout", TIMEOUT_SECONDS);
    if (url.getUserInfo() != null) {
      String[] user = url.getUserInfo().split(":", 2);
      properties.setProperty("user", user[0]);
      properties.setProperty("password", user.length > 1 ? user[1] : "");
    }
    String query = url.getQuery() == null ? "" : "?" + url.getQuery();
    try (var connection =
            DriverManager.getConnection(
                "jdbc:postgresql://" + place + url.getPath() + query, properties);
        var statement = connection.createStatement();
        var row = statement.executeQuery("SHOW server_version")) {
      row.next();
      return Finding.ok(POSTGRES, place + " answers, version " + row.getString(1));
    } catch (SQLException e) {
      return Finding.fail(POSTGRES, place + " does not answer: " + e.getMessage(), remedy);
    }
  }

  private Finding ofTheRun(RunningNeo running) {
    Optional<Integer> port = running.port("postgres.port");
    return port.isEmpty()
        ? notUpYet(POSTGRES)
        : answers(
            URI.create(
                "postgresql://postgres:%s@127.0.0.1:%d/postgres"
                    .formatted(secret("postgres-password"), port.get())),
            "start Neo again; its logs are in DATA_DIR/logs");
  }

  private static Finding notUpYet(String store) {
    return Finding.warn(
        store, "Neo runs, and has not said yet where this is", "look again when it has started");
  }

  private String secret(String name) {
    try {
      return Files.readString(dataDirectory.resolve(name)).strip();
    } catch (IOException e) {
      throw new OperationsException(5, "cannot read " + dataDirectory.resolve(name) + ": " + e);
    }
  }

  private Finding startsEmbedded() {
    Path directory = null;
    try {
      directory = Files.createTempDirectory("neo-doctor");
      try (EmbeddedPostgresServer server =
          EmbeddedPostgresServer.start(
              directory.resolve("postgres"),
              cache.resolve("postgres"),
              Files.writeString(directory.resolve("password"), UUID.randomUUID().toString()))) {
        Finding found = answers(URI.create(server.url()), "see the log above");
        return found.level() == Finding.Level.OK
            ? Finding.ok(POSTGRES, "the embedded one starts; " + found.detail())
            : found;
      }
    } catch (IOException | OperationsException e) {
      return Finding.fail(
          POSTGRES,
          "the embedded one does not start: " + e.getMessage(),
          "free space in " + cache + " and the temporary directory, or set postgres.url");
    } finally {
      delete(directory);
    }
  }

  private static void delete(Path directory) {
    if (directory == null) {
      return;
    }
    try (Stream<Path> all = Files.walk(directory)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path each : deepestFirst) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("cannot clean up " + directory, e);
    }
  }

  Finding redis(Optional<RunningNeo> running) {
    if (stores.redisUrl().isPresent()) {
      return RedisPing.of(
          URI.create(stores.redisUrl().get()),
          "check redis.url, and that the server lets this machine in; or take it out for an"
              + " embedded one");
    }
    if (running.isEmpty()) {
      return Finding.ok(REDIS, "no Neo runs on this data directory; a run starts one");
    }
    Optional<Integer> port = running.get().port("redis.port");
    return port.isEmpty()
        ? notUpYet(REDIS)
        : RedisPing.of(
            URI.create("redis://:" + secret("redis-password") + "@127.0.0.1:" + port.get()),
            "it is started again by itself; trading goes on without it");
  }
}
