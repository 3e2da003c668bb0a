package ai.neo.orchestrator.operations;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a killed server leaves behind on its files. PostgreSQL's workers notice a moment later that
 * their postmaster is gone; a second server must not write to the files before the last of them has
 * ended.
 */
final class LeftoverProcesses {
  private static final Logger LOG = LoggerFactory.getLogger(LeftoverProcesses.class);
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(5);
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(20);

  private LeftoverProcesses() {}

  /**
   * Waits until no process works in the directory, and kills those that do not end by themselves.
   *
   * @param directory a server's data, in which each of its processes works
   */
  static void end(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    Path real = directory.toRealPath();
    long deadlineNs = System.nanoTime() + PATIENCE_NS;
    List<ProcessHandle> left = in(real);
    while (!left.isEmpty() && !Thread.currentThread().isInterrupted()) {
      if (System.nanoTime() - deadlineNs > 0) {
        LOG.warn("processes of a killed server are killed as well pids={}", pids(left));
        left.forEach(ProcessHandle::destroyForcibly);
        deadlineNs = System.nanoTime() + PATIENCE_NS;
      }
      LockSupport.parkNanos(POLL_NS);
      left = in(real);
    }
  }

  /** Kills every process that works in the directory. */
  static void kill(Path directory) {
    try {
      in(directory.toRealPath()).forEach(ProcessHandle::destroyForcibly);
    } catch (IOException e) {
      LOG.warn("what works in {} cannot be found", directory, e);
    }
  }

  private static List<Long> pids(List<ProcessHandle> processes) {
    return processes.stream().map(ProcessHandle::pid).toList();
  }

  private static List<ProcessHandle> in(Path directory) {
    return ProcessHandle.allProcesses()
        .filter(process -> process.pid() != ProcessHandle.current().pid())
        .filter(process -> worksIn(process, directory))
        .toList();
  }

  /** Not so for processes of other users, whose directory cannot be read, and for the dead. */
  private static boolean worksIn(ProcessHandle process, Path directory) {
    try {
      return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd"))
          .equals(directory);
    } catch (IOException e) {
      LOG.trace("no working directory to be seen pid={}", process.pid(), e);
      return false;
    }
  }
}
