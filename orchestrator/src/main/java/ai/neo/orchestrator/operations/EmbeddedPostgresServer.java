package ai.neo.orchestrator.operations;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A real PostgreSQL from a jar, on loopback, its data kept in one directory. */
public final class EmbeddedPostgresServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgresServer.class);

  private final EmbeddedPostgres server;
  private final String password;

  private EmbeddedPostgresServer(EmbeddedPostgres server, String password) {
    this.server = server;
    this.password = password;
  }

  /**
   * Starts the server on the directory's data. What an earlier process that was killed left behind
   * is ended or moved aside first.
   *
   * @param binaries where the programs are unpacked, once for all data directories
   * @param passwordFile holds the password that every client needs, those on this machine as well
   * @throws OperationsException if it does not start
   */
  public static EmbeddedPostgresServer start(Path data, Path binaries, Path passwordFile) {
    try {
      Files.createDirectories(binaries);
      OrphanedServer.end(data.resolve("postmaster.pid"), "postgres");
      moveHalfInitialisedAside(data);
      String password = Files.readString(passwordFile).strip();
      return new EmbeddedPostgresServer(
          EmbeddedPostgres.builder()
              .setDataDirectory(data)
              .setCleanDataDirectory(false)
              .setOverrideWorkingDirectory(binaries.toFile())
              // The builder hands these to initdb behind its own "-A trust"; the last one counts.
              .setLocaleConfig("auth", "scram-sha-256")
              .setLocaleConfig("pwfile", passwordFile.toString())
              .setConnectConfig("password", password)
              .setServerConfig("fsync", "on")
              .setServerConfig("synchronous_commit", "on")
              .setServerConfig("max_connections", "50")
              .setPGStartupWait(Duration.ofSeconds(60))
              .start(),
          password);
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

  /** For clients; carries the password. */
  public String url() {
    return "postgresql://postgres:" + password + "@127.0.0.1:" + server.getPort() + "/postgres";
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
