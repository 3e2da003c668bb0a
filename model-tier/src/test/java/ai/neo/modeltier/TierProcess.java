package ai.neo.modeltier;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The model tier as a child process, started as the orchestrator starts it. */
final class TierProcess implements AutoCloseable {
  private static final Pattern READY =
      Pattern.compile(
          "READY \\{\"grpc_port\":([0-9]+),\"http_port\":([0-9]+),\"registry_port\":([0-9]+)}");

  private final Process process;
  private final String said;
  private final int grpcPort;
  private final int httpPort;
  private final int registryPort;

  private TierProcess(Process process, String said) {
    this.process = process;
    this.said = said;
    Matcher ready = READY.matcher(said);
    this.grpcPort = ready.matches() ? Integer.parseInt(ready.group(1)) : -1;
    this.httpPort = ready.matches() ? Integer.parseInt(ready.group(2)) : -1;
    this.registryPort = ready.matches() ? Integer.parseInt(ready.group(3)) : -1;
  }

  /** Returns when the process has said a line, or has ended without one. */
  static TierProcess start(String postgresUrl, Path errors, String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
    command.addAll(
        List.of(
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "-Dai.djl.offline=true",
            "-Dai.djl.pytorch.num_threads=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ModelTier.class.getName());
    command.addAll(List.of("--grpc-port", "0", "--http-port", "0", "--registry-port", "0"));
    command.addAll(List.of(options));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("NEO_POSTGRES_URL", postgresUrl);
    builder.redirectError(errors.toFile());
    Process process = builder.start();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String line = out.readLine();
    return new TierProcess(process, line == null ? "" : line);
  }

  static String url(EmbeddedPostgres postgres) {
    return "postgresql://postgres@localhost:" + postgres.getPort() + "/postgres";
  }

  /** The first line on standard output; empty when there was none. */
  String said() {
    return said;
  }

  int grpcPort() {
    return grpcPort;
  }

  int httpPort() {
    return httpPort;
  }

  int registryPort() {
    return registryPort;
  }

  /** Asks it to end, as SIGTERM does. */
  void terminate() {
    process.destroy();
  }

  /** Ends it without a word, as SIGKILL does, and returns when it is gone. */
  void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** The exit status. */
  int awaitEnd(long seconds) throws InterruptedException {
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      throw new IllegalStateException("still alive after " + seconds + " s");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
