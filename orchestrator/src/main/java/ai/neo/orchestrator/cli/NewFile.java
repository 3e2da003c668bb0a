package ai.neo.orchestrator.cli;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.AccessDeniedException;
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

  /** What is in it. */
  interface Content {
    void to(Writer file) throws IOException;
  }

  /** Beside its place first, under a name that nobody else has. */
  void write(byte[] content) throws IOException {
    put(
        part ->
            Files.write(part, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
  }

  /** The same, of text that is too long to be held at once. */
  void write(Content content) throws IOException {
    put(
        part -> {
          try (Writer file = Files.newBufferedWriter(part, StandardOpenOption.CREATE_NEW)) {
            content.to(file);
          }
        });
  }

  private interface Writing {
    void into(Path part) throws IOException;
  }

  private void put(Writing writing) throws IOException {
    Path part =
        place().resolveSibling("." + place().getFileName() + "." + UUID.randomUUID() + ".part");
    try {
      writing.into(part);
      if (overwrite) {
        Files.move(part, place(), StandardCopyOption.REPLACE_EXISTING);
      } else {
        Files.move(part, place()); // not over one that somebody wrote meanwhile
      }
    } catch (FileAlreadyExistsException e) {
      throw taken();
    } catch (AccessDeniedException e) { // of a name that nobody asked for
      throw new IllegalArgumentException(
          "--out " + out + ": this user may not write into " + place().getParent());
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
