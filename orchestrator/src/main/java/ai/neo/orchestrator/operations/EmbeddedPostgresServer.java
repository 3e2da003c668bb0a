package ai.neo.orchestrator.operations;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real PostgreSQL from a jar, on loopback, its data kept in one directory. It is watched, and
 * started again on the same port when it dies.
 */
public final class EmbeddedPostgresServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgresServer.class);

  private static final long WATCH_MS = 500;
  private static final long LONGEST_PAUSE_MS = 10_000;
  private static final int ANSWER_MS = 1_000;
  private static final long STOP_NS = TimeUnit.SECONDS.toNanos(5);

  private final Path data;
  private final Path binaries;
  private final Path passwordFile;
  private final String password;
  private final Path log;
  private final Thread watch;
  private final Postmaster postmaster;
  private volatile EmbeddedPostgres server;
  private volatile boolean closing;
  private volatile boolean hurry;

  private EmbeddedPostgresServer(Path data, Path binaries, Path passwordFile) throws IOException {
    this.data = data;
    this.binaries = binaries;
    this.passwordFile = passwordFile;
    this.password = Files.readString(passwordFile).strip();
    this.log = logOf(data);
    this.postmaster = new Postmaster(data);
    this.watch = Thread.ofPlatform().daemon().name("postgres-watch").unstarted(this::watch);
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
      Files.createDirectories(logOf(data).getParent());
      EmbeddedPostgresServer started = new EmbeddedPostgresServer(data, binaries, passwordFile);
      started.server = started.launch(0);
      started.watch.start();
      return started;
    } catch (IOException | IllegalStateException e) {
      throw new OperationsException(
          5,
          "PostgreSQL does not start on "
              + data
              + ": "
              + lastWords(data)
              + "; look at "
              + logOf(data)
              + ", or set NEO_POSTGRES_URL to a server of your own",
          e);
    }
  }

  private static Path logOf(Path data) {
    return data.resolveSibling("logs").resolve("postgres.log");
  }

  /** What it said last says more than the library's exception. */
  private static String lastWords(Path data) {
    try (Stream<String> lines = Files.lines(logOf(data))) {
      return lines.filter(line -> !line.isBlank()).reduce("", (earlier, last) -> last);
    } catch (IOException e) {
      return "its log cannot be read (" + e.getMessage() + ")";
    }
  }

  /**
   * @param port 0 for a free one
   */
  private EmbeddedPostgres launch(int port) throws IOException {
    OrphanedServer.end(data.resolve("postmaster.pid"), "postgres");
    LeftoverProcesses.end(data);
    moveHalfInitialisedAside(data);
    // The library's lock on it would outlive a failed start; the data directory has its own.
    Files.deleteIfExists(data.resolve("epg-lock"));
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setDataDirectory(data)
            .setCleanDataDirectory(false)
            .setOverrideWorkingDirectory(binaries.toFile())
            // It is stopped after those that write to it, not beside them.
            .setRegisterShutdownHook(false)
            // The builder hands these to initdb behind its own "-A trust"; the last one counts.
            .setLocaleConfig("auth", "scram-sha-256")
            .setLocaleConfig("pwfile", passwordFile.toString())
            .setConnectConfig("password", password)
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("max_connections", "50")
            // Who kills it would leave a socket in the temporary directory; clients come by TCP.
            .setServerConfig("unix_socket_directories", "")
            .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .setPGStartupWait(Duration.ofSeconds(60));
    return (port == 0 ? builder : builder.setPort(port)).start();
  }

  /** A postmaster is no child of this process: whether it lives shows on its port. */
  private void watch() {
    long pauseMs = WATCH_MS;
    while (!closing) {
      try {
        TimeUnit.MILLISECONDS.sleep(pauseMs);
        if (refuses()) {
          LOG.warn("PostgreSQL has ended and is started again port={}", server.getPort());
          server = launch(server.getPort());
          LOG.info("PostgreSQL serves again port={}", server.getPort());
        }
        pauseMs = WATCH_MS;
      } catch (IOException | RuntimeException e) {
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
        LOG.error("PostgreSQL does not start; trying again in {} ms", pauseMs, e);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Only a refusal says that nobody is there; a busy server may be slow to answer. */
  private boolean refuses() throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()), ANSWER_MS);
      return false;
    } catch (ConnectException e) {
      return true;
    } catch (SocketTimeoutException e) {
      return false;
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

  /** Lets {@link #close}, called or under way, leave off in the middle, as a crash would. */
  public void hurry() {
    hurry = true;
  }

  /**
   * Stops whatever runs on the data of {@link #start}, at once.
   *
   * @param data of a data directory that this process has locked
   */
  public static void stopAtOnce(Path data) {
    new Postmaster(data).stop(0, () -> true);
  }

  @Override
  public void close() {
    closing = true;
    watch.interrupt();
    try {
      watch.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    postmaster.stop(STOP_NS, () -> hurry);
  }
}
