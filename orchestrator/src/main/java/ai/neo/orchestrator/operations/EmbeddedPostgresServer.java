package ai.neo.orchestrator.operations;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A real PostgreSQL from a jar, on loopback, its data kept in one directory. */
public final class EmbeddedPostgresServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgresServer.class);

  private final EmbeddedPostgres server;

  private EmbeddedPostgresServer(EmbeddedPostgres server) {
    this.server = server;
  }

  /**
   * Starts the server on the directory's data. What an earlier process that was killed left behind
   * is ended or moved aside first.
   */
  public static EmbeddedPostgresServer start(Path data, Path binaries) {
    try {
      Files.createDirectories(binaries);
      endOrphan(data);
      moveHalfInitialisedAside(data);
      return new EmbeddedPostgresServer(
          EmbeddedPostgres.builder()
              .setDataDirectory(data)
              .setCleanDataDirectory(false)
              .setOverrideWorkingDirectory(binaries.toFile())
              .setServerConfig("fsync", "on")
              .setServerConfig("synchronous_commit", "on")
              .setServerConfig("max_connections", "50")
              .setPGStartupWait(Duration.ofSeconds(60))
              .start());
    } catch (IOException e) {
      throw new OperationsException(
          5,
          "PostgreSQL does not start on "
              + data
              + ": "
              + e.getMessage()
              + "; look at DATA_DIR/logs, or set NEO_POSTGRES_URL to a server of your own",
          e);
    }
  }

  /** A server whose JVM was killed goes on alone; it must not meet a second one on its files. */
  private static void endOrphan(Path data) throws IOException {
    Path pidFile = data.resolve("postmaster.pid");
    if (!Files.exists(pidFile)) {
      return;
    }
    List<String> lines = Files.readAllLines(pidFile);
    Optional<ProcessHandle> process =
        lines.isEmpty()
            ? Optional.empty()
            : ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
                .filter(
                    handle ->
                        handle
                            .info()
                            .command()
                            .orElse("")
                            .toLowerCase(Locale.ROOT)
                            .contains("postgres"));
    if (process.isPresent()) {
      LOG.info("ending a PostgreSQL that an earlier run left behind pid={}", process.get().pid());
      process.get().destroy();
      try {
        process.get().onExit().get(10, TimeUnit.SECONDS);
      } catch (TimeoutException | ExecutionException e) {
        LOG.warn("it does not end by itself and is killed pid={}", process.get().pid(), e);
        process.get().destroyForcibly();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    Files.deleteIfExists(pidFile);
  }

  private static void moveHalfInitialisedAside(Path data) throws IOException {
    if (!Files.isDirectory(data)) {
      return;
    }
    boolean whole =
        Files.exists(data.resolve("PG_VERSION"))
            && Files.exists(data.resolve("global").resolve("pg_control"));
    boolean empty;
    try (var files = Files.list(data)) {
      empty = files.findAny().isEmpty();
    }
    if (!whole && !empty) {
      Path aside = data.resolveSibling(data.getFileName() + ".half-" + System.currentTimeMillis());
      Files.move(data, aside, StandardCopyOption.ATOMIC_MOVE);
      LOG.warn("PostgreSQL's data were only half initialised: moved to {} and begun anew", aside);
    } else if (empty) {
      Files.delete(data);
    }
  }

  /** For clients, e.g. {@code postgresql://postgres@127.0.0.1:5432/postgres}. */
  public String url() {
    return "postgresql://postgres:postgres@127.0.0.1:" + server.getPort() + "/postgres";
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      LOG.warn("PostgreSQL did not stop cleanly", e);
    }
  }
}
