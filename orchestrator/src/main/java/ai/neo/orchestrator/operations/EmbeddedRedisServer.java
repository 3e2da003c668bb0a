package ai.neo.orchestrator.operations;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Redis from a jar, on loopback and behind a password, its data kept in one directory. It is
 * watched, and started again on the same port when it dies.
 */
public final class EmbeddedRedisServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedRedisServer.class);
  private static final long START_NS = TimeUnit.SECONDS.toNanos(20);
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final int ANSWER_MS = 500;
  private static final long FIRST_PAUSE_MS = 500;
  private static final long LONGEST_PAUSE_MS = 10_000;
  private static final String LOOPBACK = "127.0.0.1";

  private final Path data;
  private final Path binary;
  private final String password;
  private final int port;
  private final Thread watch;
  private volatile Process process;
  private volatile boolean closing;
  private volatile boolean up;

  private EmbeddedRedisServer(Path data, Path binary, String password, int port) {
    this.data = data;
    this.binary = binary;
    this.password = password;
    this.port = port;
    this.watch = Thread.ofPlatform().daemon().name("redis-watch").unstarted(this::watch);
  }

  /**
   * Starts the server on the directory's data.
   *
   * @param binaries where the program is unpacked, once for all data directories
   * @throws OperationsException if it does not start
   */
  public static EmbeddedRedisServer start(Path data, Path binaries, String password) {
    try {
      Files.createDirectories(data);
      OrphanedServer.end(data.resolve("redis.pid"), "redis");
      EmbeddedRedisServer server =
          new EmbeddedRedisServer(data, unpacked(binaries), password, freePort());
      server.configure();
      server.launch();
      server.watch.start();
      return server;
    } catch (IOException e) {
      throw new OperationsException(
          5,
          "Redis does not start on "
              + data
              + ": "
              + e.getMessage()
              + "; look at "
              + data.resolve("redis.log")
              + ", or set NEO_REDIS_URL to a server of your own",
          e);
    }
  }

  /** Two processes may unpack at once, and a program that runs cannot be written over. */
  private static Path unpacked(Path binaries) throws IOException {
    Files.createDirectories(binaries);
    Path program = binaries.resolve("redis-server");
    if (Files.isExecutable(program)) {
      return program;
    }
    Path own = Files.createTempDirectory(binaries, "unpacking");
    Path fresh = ExecutableProvider.newJarResourceProvider(own.toFile()).get().toPath();
    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
    try {
      Files.move(fresh, program, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException e) {
      Files.delete(fresh);
    }
    Files.deleteIfExists(own);
    return program;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, loopback())) {
      return socket.getLocalPort();
    }
  }

  private static InetAddress loopback() throws IOException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
  }

  /** In a file and not on the command line, which every user of the machine can read. */
  private void configure() throws IOException {
    Path file = data.resolve("redis.conf");
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(
        file,
        """
        bind %s
        port %d
        requirepass %s
        dir "%s"
        pidfile "%s"
        daemonize no
        appendonly yes
        appendfsync everysec
        save ""
        maxmemory 256mb
        maxmemory-policy allkeys-lru
        """
            .formatted(LOOPBACK, port, password, data, data.resolve("redis.pid")));
  }

  private void launch() throws IOException {
    process =
        new ProcessBuilder(binary.toString(), data.resolve("redis.conf").toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(data.resolve("redis.log").toFile()))
            .start();
    long deadlineNs = System.nanoTime() + START_NS;
    while (!answers()) {
      if (!process.isAlive()) {
        throw new IOException("it ended at once with status " + process.exitValue());
      }
      if (System.nanoTime() - deadlineNs > 0) {
        process.destroyForcibly();
        throw new IOException("it does not answer on port " + port);
      }
      LockSupport.parkNanos(POLL_NS);
    }
    up = true;
  }

  /** Whether it has loaded its data: while loading it answers with an error that says so. */
  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(loopback(), port), ANSWER_MS);
      socket.setSoTimeout(ANSWER_MS);
      String call = "AUTH " + password + "\r\nPING\r\n";
      socket.getOutputStream().write(call.getBytes(StandardCharsets.US_ASCII));
      byte[] answer = socket.getInputStream().readNBytes("+OK\r\n+PONG\r\n".length());
      return new String(answer, StandardCharsets.US_ASCII).contains("+PONG");
    } catch (IOException e) {
      LOG.trace("redis does not answer yet", e);
      return false;
    }
  }

  private void watch() {
    long pauseMs = FIRST_PAUSE_MS;
    while (!closing) {
      try {
        int status = process.waitFor();
        up = false;
        if (closing) {
          return;
        }
        LOG.warn("redis ended and is started again exit_status={}", status);
        TimeUnit.MILLISECONDS.sleep(pauseMs);
        launch();
        pauseMs = FIRST_PAUSE_MS;
        LOG.info("redis serves again pid={}", process.pid());
      } catch (IOException e) {
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
        LOG.error("redis does not start; trying again in {} ms", pauseMs, e);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** For clients; carries the password. */
  public String url() {
    return "redis://:" + password + "@" + LOOPBACK + ":" + port;
  }

  /** Whether the process serves. */
  public boolean up() {
    return up;
  }

  /** The server's process id. */
  public long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    closing = true;
    up = false;
    process.destroy();
    try {
      if (!process.waitFor(3, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
