package ai.neo.orchestrator.dashboard;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Reads files that were packaged with the program. */
final class ClassPathFile {

  private ClassPathFile() {}

  static byte[] read(String path) {
    try (InputStream in = open(path)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + path + " on the class path", e);
    }
  }

  static InputStream open(String path) throws IOException {
    InputStream in = ClassPathFile.class.getClassLoader().getResourceAsStream(path);
    if (in == null) {
      throw new FileNotFoundException(path + " is not on the class path; build Neo again");
    }
    return in;
  }
}
