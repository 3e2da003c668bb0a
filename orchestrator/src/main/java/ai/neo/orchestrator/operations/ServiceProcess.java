package ai.neo.orchestrator.operations;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Registry or gateway in the foreground: a child of this process whose errors are shown here. */
public final class ServiceProcess implements AutoCloseable {
  private static final int TERMINATED = 143;
  private static final int INTERRUPTED = 130;
  private static final int END_SECONDS = 4;

  private final Process process;
  private final Optional<JsonObject> ready;
  private final Thread hook;

  private ServiceProcess(Process process, Optional<JsonObject> ready, Thread hook) {
    this.process = process;
    this.ready = ready;
    this.hook = hook;
  }

  /**
   * Starts it, and returns when it serves or has ended.
   *
   * @param jars folder of the model tier's jar and its libraries
   * @param afterwards run once it has ended when a signal ends this process, which waits for that
   */
  public static ServiceProcess start(
      Path jars, List<String> arguments, Map<String, String> environment, Runnable afterwards)
      throws IOException {
    List<String> command = new ArrayList<>(ModelTierProcess.java(jars, List.of("-Xmx768m")));
    command.addAll(arguments);
    command.addAll(List.of("--parent-pid", Long.toString(ProcessHandle.current().pid())));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.environment().put("OMP_NUM_THREADS", "1");
    builder.environment().put("OPT_OUT_TRACKING", "true");
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    Process process = builder.start();
    Thread hook =
        new Thread(
            () -> {
              end(process);
              afterwards.run();
            },
            "stop");
    Runtime.getRuntime().addShutdownHook(hook);
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String line = out.readLine();
    while (line != null && !line.startsWith("READY ")) {
      line = out.readLine();
    }
    return new ServiceProcess(
        process,
        Optional.ofNullable(line)
            .map(said -> new JsonObject(said.substring("READY ".length())))
            .map(json -> json.put("pid", process.pid())),
        hook);
  }

  /** Where it listens; empty when it ended before. */
  public Optional<JsonObject> ready() {
    return ready;
  }

  /** Its exit code; that of an interruption where a signal ended it. */
  public int awaitEnd() {
    try {
      int status = process.waitFor();
      return status == TERMINATED ? INTERRUPTED : status;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return INTERRUPTED;
    }
  }

  private static void end(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    end(process);
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // This process is ending, and the hook has run or runs.
    }
  }
}
