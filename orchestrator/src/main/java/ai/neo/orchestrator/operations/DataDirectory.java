package ai.neo.orchestrator.operations;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Objects;

/** One process's data directory: created, checked, and locked while it runs. */
public final class DataDirectory implements AutoCloseable {
  /** Below this much free space a run would end with a full disk. */
  static final long LEAST_FREE_BYTES = 512L * 1024 * 1024;

  private static final int SECRET_BYTES = 32;

  private final Path path;
  private final FileChannel lockFile;
  private final FileLock lock;

  private DataDirectory(Path path, FileChannel lockFile, FileLock lock) {
    this.path = path;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /**
   * Opens the directory for this process alone.
   *
   * @throws OperationsException if it cannot be written, is nearly full, or is in use
   */
  public static DataDirectory open(Path path) {
    Path directory = path.toAbsolutePath();
    try {
      if (!Files.isDirectory(directory)) {
        Files.createDirectories(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      if (Files.getFileStore(directory).getUsableSpace() < LEAST_FREE_BYTES) {
        throw new OperationsException(
            2,
            "the disk of data directory "
                + directory
                + " has less than 512 MiB free; free some"
                + " or choose another with --data-dir");
      }
      FileChannel lockFile =
          FileChannel.open(
              directory.resolve("lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      FileLock lock = tryLock(lockFile);
      if (lock == null) {
        lockFile.close();
        throw new OperationsException(2, inUse(directory));
      }
      return new DataDirectory(directory, lockFile, lock);
    } catch (IOException e) {
      throw new OperationsException(
          2,
          "data directory "
              + directory
              + " cannot be written ("
              + e
              + "); check its owner and rights or choose another with --data-dir",
          e);
    }
  }

  private static FileLock tryLock(FileChannel lockFile) throws IOException {
    try {
      return lockFile.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static String inUse(Path directory) throws IOException {
    Path run = directory.resolve("run.json");
    String by =
        Files.exists(run)
            ? " by process " + new JsonObject(Files.readString(run)).getValue("pid")
            : "";
    return "data directory "
        + directory
        + " is in use"
        + by
        + "; stop that one or choose another with --data-dir";
  }

  public Path path() {
    return path;
  }

  /** A directory below, made if it is not there. */
  public Path directory(String name) throws IOException {
    return Files.createDirectories(path.resolve(name));
  }

  /** The secret that operators' commands carry. */
  public String token() throws IOException {
    return Files.readString(secret("token")).strip();
  }

  /** A file with a secret of this directory: made at the first start, readable by the owner. */
  public Path secret(String name) throws IOException {
    Path file = path.resolve(name);
    if (!Files.exists(file)) {
      byte[] random = new byte[SECRET_BYTES];
      new SecureRandom().nextBytes(random);
      // Moved into place whole: a process that dies here must not leave an empty secret.
      Path fresh =
          Files.createTempFile(
              path,
              name,
              ".new",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(fresh, Base64.getUrlEncoder().withoutPadding().encodeToString(random));
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }
    return file;
  }

  /** Tells scripts where everything is, until this process ends. */
  public void announce(JsonObject run) {
    Path fresh = path.resolve("run.json.new");
    try {
      Files.writeString(fresh, run.encodePrettily());
      Files.move(fresh, path.resolve("run.json"), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("run.json cannot be written in " + path, e);
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(path.resolve("run.json"));
    Objects.requireNonNull(lock).release();
    lockFile.close();
  }
}
