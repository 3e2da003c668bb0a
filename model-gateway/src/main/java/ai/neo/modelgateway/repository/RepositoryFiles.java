package ai.neo.modelgateway.repository;

import ai.neo.modelgateway.engine.ModelRefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The files below one folder; nothing outside of it is ever read, whatever names and links say. */
final class RepositoryFiles {

  private final Path root;

  /**
   * @throws IOException when there is no such folder
   */
  RepositoryFiles(Path folder) throws IOException {
    this.root = folder.toRealPath();
    if (!Files.isDirectory(root)) {
      throw new IOException(folder + " is no folder");
    }
  }

  /** The folders at the top, by name; each is a model. */
  List<String> models() throws IOException {
    try (Stream<Path> entries = Files.list(root)) {
      return entries
          .filter(Files::isDirectory)
          .map(entry -> entry.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    }
  }

  /** Numbered folders of a model, as Triton counts them: not 0, and no leading zeros. */
  NavigableSet<Long> versions(String model) throws ModelRefusedException {
    Path folder = inside(model);
    try (Stream<Path> entries = Files.list(folder)) {
      NavigableSet<Long> versions = new TreeSet<>();
      entries
          .filter(Files::isDirectory)
          .map(entry -> entry.getFileName().toString())
          .filter(name -> name.matches("[1-9][0-9]{0,17}"))
          .forEach(name -> versions.add(Long.parseLong(name)));
      return versions;
    } catch (IOException e) {
      throw new ModelRefusedException(shown(folder) + " cannot be read: " + e.getMessage(), e);
    }
  }

  boolean exists(String... parts) throws ModelRefusedException {
    Path path = root;
    for (String part : parts) {
      path = path.resolve(plain(part));
    }
    return Files.exists(path);
  }

  /**
   * Reads a whole file.
   *
   * @throws ModelRefusedException when there is none, it is too large, or it lies elsewhere
   */
  byte[] read(int maxBytes, String... parts) throws ModelRefusedException {
    Path file = inside(parts);
    if (!Files.isRegularFile(file)) {
      throw new ModelRefusedException(shown(file) + " is no file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(maxBytes + 1);
      if (content.length > maxBytes) {
        throw new ModelRefusedException(
            "%s has more than %d bytes".formatted(shown(file), maxBytes));
      }
      return content;
    } catch (IOException e) {
      throw new ModelRefusedException(shown(file) + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Follows links, and refuses what they lead out to. */
  private Path inside(String... parts) throws ModelRefusedException {
    Path path = root;
    for (String part : parts) {
      path = path.resolve(plain(part));
    }
    Path real;
    try {
      real = path.toRealPath();
    } catch (IOException e) {
      throw new ModelRefusedException("there is no " + shown(path), e);
    }
    if (!real.startsWith(root)) {
      throw new ModelRefusedException(
          shown(path) + " is a link that leads out of the model repository");
    }
    return real;
  }

  private static String plain(String name) throws ModelRefusedException {
    boolean plain =
        !name.isEmpty()
            && !name.equals(".")
            && !name.equals("..")
            && name.chars().noneMatch(c -> c == '/' || c == '\\' || c < ' ');
    if (!plain) {
      throw new ModelRefusedException(
          "'%s' is no plain file name; models may not name files elsewhere".formatted(name));
    }
    return name;
  }

  private String shown(Path path) {
    return path.startsWith(root) ? root.relativize(path).toString() : path.getFileName().toString();
  }
}
