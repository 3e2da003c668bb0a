package ai.neo.modelgateway.learning;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Names the processor, because training gives equal bits only on one kind of it. */
final class Processor {
  private static final Path DESCRIPTION = Path.of("/proc/cpuinfo");
  private static final int MAX_LENGTH = 100;

  private Processor() {}

  /** As the kernel names it, else the architecture. */
  static String name() {
    String architecture = System.getProperty("os.arch", "unknown");
    try (Stream<String> lines = Files.lines(DESCRIPTION)) {
      String name =
          lines
              .filter(line -> line.startsWith("model name"))
              .map(line -> line.substring(line.indexOf(':') + 1).strip())
              .findFirst()
              .orElse(architecture);
      return name.substring(0, Math.min(MAX_LENGTH, name.length()));
    } catch (IOException e) {
      return architecture; // not Linux: the architecture is what there is to say
    }
  }
}
