package ai.neo.orchestrator.operations;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server whose parent was killed goes on alone. It must not meet a second one on its files, so it
 * is ended before the second starts.
 */
final class OrphanedServer {
  private static final Logger LOG = LoggerFactory.getLogger(OrphanedServer.class);
  private static final long PATIENCE_SECONDS = 10;

  private OrphanedServer() {}

  /**
   * Ends the process that a pid file names, if it is what it should be, and takes the file away.
   *
   * @param pidFile whose first line is a process id; need not exist
   * @param program part of the name of the program, so that a stranger who was given the same id
   *     since is left alone
   */
  static void end(Path pidFile, String program) throws IOException {
    if (!Files.exists(pidFile)) {
      return;
    }
    Optional<ProcessHandle> left = running(pidFile, program);
    if (left.isPresent()) {
      LOG.info("ending a {} that an earlier run left behind pid={}", program, left.get().pid());
      end(left.get());
    }
    Files.deleteIfExists(pidFile);
  }

  /** The process that a pid file names, if it runs and is what it should be. */
  static Optional<ProcessHandle> running(Path pidFile, String program) throws IOException {
    return process(pidFile).filter(process -> runs(process, program));
  }

  private static Optional<ProcessHandle> process(Path pidFile) throws IOException {
    List<String> lines = Files.readAllLines(pidFile);
    String id = lines.isEmpty() ? "" : lines.getFirst().strip();
    return id.matches("\\d{1,18}") ? ProcessHandle.of(Long.parseLong(id)) : Optional.empty();
  }

  private static boolean runs(ProcessHandle process, String program) {
    return process.info().command().orElse("").toLowerCase(Locale.ROOT).contains(program);
  }

  private static void end(ProcessHandle process) {
    process.destroy();
    try {
      process.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.warn("it does not end by itself and is killed pid={}", process.pid(), e);
      process.destroyForcibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
