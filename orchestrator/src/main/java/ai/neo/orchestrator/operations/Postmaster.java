package ai.neo.orchestrator.operations;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops the PostgreSQL that works on a directory, by signals: a program that does it could itself
 * be caught in a stop, and the library's answer to that is a stack trace.
 */
final class Postmaster {
  private static final Logger LOG = LoggerFactory.getLogger(Postmaster.class);
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(10);

  /** Its processes need no more to end when they may leave everything as it is. */
  private static final long AT_ONCE_NS = TimeUnit.SECONDS.toNanos(1);

  private final Path data;
  private final Path pidFile;

  Postmaster(Path data) {
    this.data = data;
    this.pidFile = data.resolve("postmaster.pid");
  }

  /**
   * Stops it and returns when it is gone. It ends its sessions and writes down what it holds; when
   * that takes too long it leaves off, and recovers from its log at the next start, as after a
   * crash.
   *
   * @param patienceNs for an orderly stop
   * @param hurry asked all the while; true ends the patience
   */
  void stop(long patienceNs, BooleanSupplier hurry) {
    Optional<ProcessHandle> server = server();
    if (server.isEmpty()) {
      return;
    }
    ProcessHandle process = server.get();
    if (!hurry.getAsBoolean()) {
      signal("INT", process);
      if (gone(process, patienceNs, hurry)) {
        return;
      }
    }
    LOG.info("PostgreSQL is stopped at once and recovers at its next start pid={}", process.pid());
    signal("QUIT", process);
    if (!gone(process, AT_ONCE_NS, () -> false)) {
      LOG.warn("PostgreSQL does not stop and is killed pid={}", process.pid());
      process.destroyForcibly();
      LeftoverProcesses.kill(data);
    }
  }

  /** Its process, while it runs. */
  private Optional<ProcessHandle> server() {
    try {
      return Files.exists(pidFile) ? OrphanedServer.running(pidFile, "postgres") : Optional.empty();
    } catch (IOException e) {
      LOG.warn("{} cannot be read; is PostgreSQL running?", pidFile, e);
      return Optional.empty();
    }
  }

  /** It takes its file away last; a process that nobody reaps seems to live on. */
  private boolean gone(ProcessHandle process, long patienceNs, BooleanSupplier hurry) {
    long startNs = System.nanoTime();
    while (process.isAlive() && Files.exists(pidFile)) {
      if (System.nanoTime() - startNs > patienceNs || hurry.getAsBoolean()) {
        return false;
      }
      LockSupport.parkNanos(POLL_NS);
    }
    return true;
  }

  /** Java itself sends no other signals than those that end or kill. */
  private static void signal(String name, ProcessHandle process) {
    try {
      new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + process.pid())
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      LOG.warn("no signal can be sent to PostgreSQL pid={}", process.pid(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
