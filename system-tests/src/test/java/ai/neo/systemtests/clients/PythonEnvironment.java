package ai.neo.systemtests.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A virtual environment under the build folder with packages from the package index. Where there is
 * no Python or the index cannot be reached, the test is skipped and says why.
 */
final class PythonEnvironment {
  private static final Path HOME = Path.of("target", "python-environments");
  private static final long INSTALL_MINUTES = 5;
  private static final long RUN_MINUTES = 2;

  private final Path python;

  private PythonEnvironment(Path python) {
    this.python = python;
  }

  /** What a process said, both streams together, and its exit status. */
  private record Ended(int status, String output) {
    String lastLines() {
      List<String> lines = output.lines().toList();
      return String.join(" | ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
    }
  }

  /** An environment of that name with exactly these packages, made when it is not there. */
  static PythonEnvironment named(String name, String... packages)
      throws IOException, InterruptedException {
    Path home = HOME.resolve(name);
    Path python = home.toAbsolutePath().resolve("bin").resolve("python");
    Path done = home.resolve("installed");
    String wanted = String.join(" ", packages);
    if (!Files.exists(done) || !Files.readString(done).equals(wanted)) {
      Ended made = run(INSTALL_MINUTES, List.of("python3", "-m", "venv", home.toString()));
      Assumptions.assumeTrue(
          made.status() == 0, () -> "no Python with venv here: " + made.lastLines());
      List<String> install = new ArrayList<>();
      Collections.addAll(
          install, python.toString(), "-m", "pip", "install", "--quiet", "--no-compile");
      Collections.addAll(install, "--retries", "1", "--timeout", "20");
      Collections.addAll(install, packages);
      Ended installed = run(INSTALL_MINUTES, install);
      Assumptions.assumeTrue(
          installed.status() == 0,
          () -> "the package index gives no " + wanted + ": " + installed.lastLines());
      Files.writeString(done, wanted);
    }
    return new PythonEnvironment(python);
  }

  /** A Python that is there already; empty when it is not, or lacks one of the modules. */
  static Optional<PythonEnvironment> found(String program, String... modules)
      throws IOException, InterruptedException {
    String imports = "import " + String.join(", ", modules);
    return run(RUN_MINUTES, List.of(program, "-c", imports)).status() == 0
        ? Optional.of(new PythonEnvironment(Path.of(program)))
        : Optional.empty();
  }

  /** Runs a script, which has to end well; returns what it said. */
  String run(Path script, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(python.toString(), script.toString()));
    Collections.addAll(command, arguments);
    Ended ended = run(RUN_MINUTES, command);
    assertThat(ended.status()).as(ended.output()).isZero();
    return ended.output();
  }

  /** Its version, as 3.11. */
  String release() throws IOException, InterruptedException {
    return told("import sys; print('%d.%d' % sys.version_info[:2])");
  }

  /** Where its packages lie. */
  Path sitePackages() throws IOException, InterruptedException {
    return Path.of(told("import sysconfig; print(sysconfig.get_path('purelib'))"));
  }

  /** Where its shared library lies. */
  String libraryFolder() throws IOException, InterruptedException {
    return told("import sysconfig; print(sysconfig.get_config_var('LIBDIR'))");
  }

  private String told(String program) throws IOException, InterruptedException {
    Ended ended = run(RUN_MINUTES, List.of(python.toString(), "-c", program));
    assertThat(ended.status()).as(ended.output()).isZero();
    return ended.output().strip();
  }

  private static Ended run(long minutes, List<String> command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("python", ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      boolean ended = process.waitFor(minutes, TimeUnit.MINUTES);
      if (!ended) {
        process.destroyForcibly().waitFor();
      }
      String said = Files.readString(output, StandardCharsets.UTF_8);
      return new Ended(
          ended ? process.exitValue() : -1,
          ended ? said : said + "\nno end in " + minutes + " min");
    } catch (IOException e) {
      return new Ended(-1, e.getMessage());
    } finally {
      Files.delete(output);
    }
  }
}
