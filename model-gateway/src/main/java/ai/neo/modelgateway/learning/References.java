package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.quality.InputReference;
import ai.neo.proto.learning.v1.ReferenceImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The inputs that versions were trained on, by the version's digest: in memory, and in a folder
 * where there is one. What cannot be written or read is as if it had not been trained here; served
 * rows take its place. One thread.
 */
final class References {
  /** Some ten megabytes at 40 features. */
  private static final int KEPT = 64;

  private static final String SUFFIX = ".reference";

  private static final Logger LOG = LoggerFactory.getLogger(References.class);

  private final Optional<Path> folder;
  private final Map<String, InputReference> known = new LinkedHashMap<>();

  /**
   * @param directory the learner's; empty: nothing is written
   */
  References(Optional<Path> directory) {
    this.folder = directory.map(at -> at.resolve("references"));
  }

  void put(String digest, InputReference reference) {
    known.put(digest, reference);
    if (known.size() > KEPT) {
      known.remove(known.keySet().iterator().next());
    }
    if (folder.isEmpty()) {
      return;
    }
    try {
      Files.createDirectories(folder.get());
      Path part = folder.get().resolve(digest + ".part");
      Files.write(part, reference.image().toByteArray());
      Files.move(
          part,
          file(folder.get(), digest),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      prune(folder.get());
    } catch (IOException e) {
      LOG.warn("the inputs that {} was trained on are not kept", digest, e);
    }
  }

  Optional<InputReference> of(String digest) {
    if (known.containsKey(digest) || folder.isEmpty() || !digest.matches("[0-9a-f]{64}")) {
      return Optional.ofNullable(known.get(digest));
    }
    try {
      byte[] content = Files.readAllBytes(file(folder.get(), digest));
      InputReference reference = InputReference.read(ReferenceImage.parseFrom(content));
      known.put(digest, reference);
      return Optional.of(reference);
    } catch (NoSuchFileException e) {
      return Optional.empty(); // trained elsewhere, or not trained at all
    } catch (IOException | IllegalArgumentException e) {
      LOG.warn("the inputs that {} was trained on cannot be read", digest, e);
      return Optional.empty();
    }
  }

  private static Path file(Path folder, String digest) {
    return folder.resolve(digest + SUFFIX);
  }

  private static void prune(Path folder) throws IOException {
    List<Path> newestFirst;
    try (Stream<Path> files = Files.list(folder)) {
      newestFirst =
          files
              .filter(file -> file.toString().endsWith(SUFFIX))
              .sorted(Comparator.comparingLong(References::age))
              .toList();
    }
    for (Path old : newestFirst.subList(Math.min(KEPT, newestFirst.size()), newestFirst.size())) {
      Files.deleteIfExists(old);
    }
  }

  private static long age(Path file) {
    try {
      return -Files.getLastModifiedTime(file).toMillis();
    } catch (IOException e) {
      return Long.MAX_VALUE; // gone, or not ours to read: the first to go
    }
  }
}
