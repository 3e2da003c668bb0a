package ai.neo.systemtests.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;

/** The built system, and the command line by which the {@code neo} script starts it. */
public final class Installation {
  private static final String VERSION = "0.1.0";
  private static final String ARCHIVE = "start.aot";

  static {
    makeStartArchive();
  }

  private Installation() {}

  /** As the {@code neo} script does after a build; each process starts in half the time by it. */
  private static void makeStartArchive() {
    Path orchestrator = home().resolve("orchestrator").resolve("target");
    Path modelTier = home().resolve("model-tier").resolve("target");
    try {
      if (newerThanItsJars(orchestrator) && newerThanItsJars(modelTier)) {
        return;
      }
      Path log = Files.createTempFile("start-archive", ".log");
      int status =
          new ProcessBuilder(
                  home().resolve("infra").resolve("start-archive").toString(),
                  System.getProperty("java.home"),
                  orchestrator.toString(),
                  modelTier.toString())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start()
              .waitFor();
      if (status != 0) {
        throw new IllegalStateException("start-archive failed:\n" + Files.readString(log));
      }
      Files.delete(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static boolean newerThanItsJars(Path target) throws IOException {
    Path archive = target.resolve(ARCHIVE);
    if (!Files.exists(archive)) {
      return false;
    }
    FileTime made = Files.getLastModifiedTime(archive);
    for (Path folder : List.of(target, target.resolve("lib"))) {
      try (DirectoryStream<Path> jars = Files.newDirectoryStream(folder, "*.jar")) {
        for (Path jar : jars) {
          if (Files.getLastModifiedTime(jar).compareTo(made) > 0) {
            return false;
          }
        }
      }
    }
    return true;
  }

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
    command.add("-Xlog:disable");
    command.add("-Xlog:all=warning,aot*=off,cds*=off:stderr");
    command.add("-XX:AOTCache=" + target.resolve(ARCHIVE));
    command.add("-cp");
    command.add(target + "/*");
    command.add("ai.neo.orchestrator.cli.Neo");
    command.addAll(arguments);
    return command;
  }
}
