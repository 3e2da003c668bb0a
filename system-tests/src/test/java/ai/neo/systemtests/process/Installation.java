package ai.neo.systemtests.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The built system, and the command line by which the {@code neo} script starts it. */
public final class Installation {
  private static final String VERSION = "0.1.0";

  private Installation() {}

  /** The repository's root, whichever module's folder the tests run in. */
  public static Path home() {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.isExecutable(folder.resolve("neo"))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      throw new IllegalStateException(
          "no folder above " + Path.of("").toAbsolutePath() + " has neo");
    }
    return folder;
  }

  /** The bundled sample of market data. */
  public static Path sample() {
    return home().resolve("data").resolve("sample");
  }

  /**
   * The command that {@code ./neo ARGUMENTS} comes to, once everything is built.
   *
   * @param jvmOptions more options for the JVM
   */
  static List<String> command(List<String> jvmOptions, List<String> arguments) {
    Path target = home().resolve("orchestrator").resolve("target");
    Path jar = target.resolve("orchestrator-" + VERSION + ".jar");
    if (!Files.exists(jar)) {
      throw new IllegalStateException(jar + " is not there; build it first: ./mvnw verify");
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-Xmx512m");
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.add("-Dneo.home=" + home());
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(jar + ":" + target.resolve("lib") + "/*");
    command.add("ai.neo.orchestrator.cli.Neo");
    command.addAll(arguments);
    return command;
  }
}
