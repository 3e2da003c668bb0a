package ai.neo.modeltier;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names of the registry's models that this gateway has served, one on each line of a file, so that
 * it serves them again after a restart. Any thread.
 */
final class ServedModels implements Consumer<String> {
  private static final Logger LOG = LoggerFactory.getLogger(ServedModels.class);

  private final Path file;
  private final Set<String> names = new TreeSet<>();

  private ServedModels(Path file) {
    this.file = file;
  }

  /**
   * Reads the file, where there is one.
   *
   * @throws IOException when it is there and cannot be read
   */
  static ServedModels in(Path directory) throws IOException {
    ServedModels models = new ServedModels(directory.resolve("served-models"));
    if (Files.exists(models.file)) {
      Files.readAllLines(models.file).stream()
          .filter(line -> !line.isBlank())
          .forEach(models.names::add);
    }
    return models;
  }

  synchronized Set<String> names() {
    return Set.copyOf(names);
  }

  /** Keeps the name. A disk that takes nothing costs the next start that model, and is logged. */
  @Override
  public synchronized void accept(String name) {
    if (!names.add(name)) {
      return;
    }
    try {
      Path part = file.resolveSibling(file.getFileName() + ".part");
      Files.write(part, names);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.warn("model={} is served, and will not be after a restart: {}", name, e.toString());
    }
  }
}
