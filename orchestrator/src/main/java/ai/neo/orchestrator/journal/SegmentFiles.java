package ai.neo.orchestrator.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The files of a journal: each is named by the sequence of its first frame. */
final class SegmentFiles {
  private static final String SUFFIX = ".journal";

  private SegmentFiles() {}

  static String name(long firstSequence) {
    return String.format(Locale.ROOT, "%019d%s", firstSequence, SUFFIX);
  }

  /** All segments, oldest first. */
  static List<Path> of(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.getFileName().toString().endsWith(SUFFIX)).sorted().toList();
    }
  }
}
