package ai.neo.orchestrator.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import picocli.CommandLine;

/** Where a command writes a file: whole or not at all, and over another one only when told to. */
final class NewFile {
  @CommandLine.Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "Where the file is written; one that is there is left alone.")
  private Path out;

  @CommandLine.Option(names = "--overwrite", description = "Replaces a file that is there.")
  private boolean overwrite;

  Path path() {
    return out;
  }

  /**
   * What would fail only after the work is done is said before it is begun.
   *
   * @throws IllegalArgumentException when no file can be written there
   */
  void check() {
    Path folder = place().getParent();
    if (folder == null || Files.isDirectory(place())) {
      throw new IllegalArgumentException("--out " + out + " is a directory, expected a file");
    }
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException("--out " + out + ": there is no directory " + folder);
    }
    if (!overwrite && Files.exists(place(), LinkOption.NOFOLLOW_LINKS)) {
      throw taken();
    }
  }

  /** Beside its place first, under a name that nobody else has. */
  void write(byte[] content) throws IOException {
    Path part =
        place().resolveSibling("." + place().getFileName() + "." + UUID.randomUUID() + ".part");
    try {
      Files.write(part, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      if (overwrite) {
        Files.move(part, place(), StandardCopyOption.REPLACE_EXISTING);
      } else {
        Files.move(part, place()); // not over one that somebody wrote meanwhile
      }
    } catch (FileAlreadyExistsException e) {
      throw taken();
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private Path place() {
    return out.toAbsolutePath().normalize();
  }

  private IllegalArgumentException taken() {
    return new IllegalArgumentException(
        "--out " + out + " is there already; name another file, or add --overwrite");
  }
}
