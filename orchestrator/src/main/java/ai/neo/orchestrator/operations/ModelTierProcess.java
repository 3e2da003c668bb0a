package ai.neo.orchestrator.operations;

import ai.neo.orchestrator.configuration.Configuration;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The model tier as a child process: started, watched, started again when it dies, and ended with
 * this process.
 */
public final class ModelTierProcess implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ModelTierProcess.class);
  private static final long RESTART_MS = 500;

  /** Ctrl-C goes to the child as well, which has to answer until this process has stopped. */
  private static final String DEAF_TO_CTRL_C = "trap '' INT; exec \"$@\"";

  private static final String READY = "READY ";
  private static final String START_ARCHIVE = "start.aot";

  private final Settings settings;
  private final Thread watch;
  private volatile Runnable restarted = () -> {};
  private volatile Process process;
  private volatile boolean closing;
  private volatile boolean up;
  private volatile int grpcPort;
  private volatile int httpPort;
  private volatile int registryPort;

  /**
   * How it is started.
   *
   * @param jars folder of the model tier's jar, with its libraries in {@code lib}
   * @param cache where the engine unpacks its native library
   * @param ports where it listens
   * @param environment further variables
   */
  public record Settings(
      Path jars,
      Path data,
      Path cache,
      String postgresUrl,
      Configuration.ModelTier ports,
      Map<String, String> environment) {
    public Settings {
      environment = Map.copyOf(environment);
    }
  }

  private ModelTierProcess(Settings settings) {
    this.settings = settings;
    this.grpcPort = settings.ports().port();
    this.httpPort = settings.ports().metricsPort();
    this.registryPort = settings.ports().registryPort();
    this.watch = Thread.ofPlatform().daemon().name("model-tier-watch").unstarted(this::watch);
  }

  /**
   * Starts it and returns when it serves.
   *
   * @throws InterruptedException when the wait was; the child is gone then
   */
  public static ModelTierProcess start(Settings settings) throws InterruptedException {
    ModelTierProcess tier = new ModelTierProcess(settings);
    try {
      tier.launch();
    } catch (IOException e) {
      throw new OperationsException(
          5, "the model tier does not start: " + e.getMessage() + "; see " + tier.logFile(), e);
    }
    tier.watch.start();
    return tier;
  }

  /** Has this told whenever another process has taken the place of one that died. */
  public void onRestart(Runnable restarted) {
    this.restarted = restarted;
  }

  /** The port of gateway and registry. */
  public int grpcPort() {
    return grpcPort;
  }

  /** Adds process id, ports and the registry's URL to what a run says about itself. */
  public void announce(JsonObject run) {
    run.put("model_tier_pid", process.pid())
        .put("metrics_port", httpPort)
        .put("registry_port", registryPort)
        .put("registry", "http://127.0.0.1:" + registryPort);
  }

  /** Whether the process serves. */
  public boolean up() {
    return up;
  }

  /** The child's process id. */
  public long pid() {
    return process.pid();
  }

  private Path logFile() {
    return settings.data().resolve("logs").resolve("model-tier.log");
  }

  private void launch() throws IOException, InterruptedException {
    Files.createDirectories(logFile().getParent());
    ProcessBuilder builder = new ProcessBuilder(command());
    builder.environment().putAll(settings.environment());
    builder.environment().put("NEO_POSTGRES_URL", settings.postgresUrl());
    builder.environment().put("OMP_NUM_THREADS", "1");
    builder.environment().put("OPT_OUT_TRACKING", "true");
    builder.environment().put("DJL_CACHE_DIR", settings.cache().toString());
    builder.redirectError(ProcessBuilder.Redirect.appendTo(logFile().toFile()));
    process = builder.start();
    JsonObject ready = new JsonObject(ready(process).substring(READY.length()));
    grpcPort = ready.getInteger("grpc_port");
    httpPort = ready.getInteger("http_port");
    registryPort = ready.getInteger("registry_port");
    up = true;
  }

  /** The line by which a child says that it serves. */
  private static String ready(Process child) throws IOException, InterruptedException {
    CompletableFuture<String> said = new CompletableFuture<>();
    // On a thread of its own: nothing but the child's end interrupts who reads from it.
    Thread.ofVirtual()
        .name("model-tier-ready")
        .start(
            () -> {
              try {
                BufferedReader out = child.inputReader(StandardCharsets.UTF_8);
                String line = out.readLine();
                while (line != null && !line.startsWith(READY)) {
                  line = out.readLine();
                }
                said.complete(line == null ? "" : line);
              } catch (IOException e) {
                said.completeExceptionally(e);
              }
            });
    try {
      String line = said.get();
      if (line.isEmpty()) {
        throw new IOException("it ended before it was ready");
      }
      return line;
    } catch (ExecutionException e) {
      throw new IOException("what it says cannot be read", e.getCause());
    } catch (InterruptedException e) {
      child.destroyForcibly();
      throw e;
    }
  }

  /** The JVM up to its main class, with the archive that {@code infra/start-archive} makes. */
  static List<String> java(Path jars, List<String> jvmOptions) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+ExitOnOutOfMemoryError",
                "-Xlog:disable",
                "-Xlog:all=warning,aot*=off,cds*=off:stderr"));
    Path archive = jars.resolve(START_ARCHIVE);
    if (Files.isReadable(archive)) {
      command.add("-XX:AOTCache=" + archive);
    }
    command.addAll(jvmOptions);
    command.addAll(
        List.of(
            "-Dai.djl.offline=true",
            "-Dai.djl.pytorch.num_threads=1",
            "-Dai.djl.pytorch.num_interop_threads=1",
            "-cp",
            jars + "/*",
            "ai.neo.modeltier.ModelTier"));
    return command;
  }

  private List<String> command() {
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", DEAF_TO_CTRL_C, "sh"));
    command.addAll(java(settings.jars(), settings.ports().jvmOptions()));
    command.addAll(
        List.of(
            "--grpc-port",
            Integer.toString(grpcPort),
            "--http-port",
            Integer.toString(httpPort),
            "--registry-port",
            Integer.toString(registryPort),
            "--data-dir",
            settings.data().toString(),
            "--parent-pid",
            Long.toString(ProcessHandle.current().pid())));
    command.addAll(settings.ports().options());
    command.addAll(FeatureNamesOption.arguments());
    return command;
  }

  private void watch() {
    while (!closing) {
      try {
        int status = process.waitFor();
        up = false;
        if (closing) {
          return;
        }
        LOG.warn("the model tier ended and is started again exit_status={}", status);
        TimeUnit.MILLISECONDS.sleep(RESTART_MS);
        launch();
        LOG.info("the model tier serves again pid={}", process.pid());
        restarted.run();
      } catch (IOException e) {
        LOG.error("the model tier does not start; trying again", e);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  @Override
  public void close() {
    closing = true;
    up = false;
    process.destroy();
    try {
      if (!process.waitFor(1, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
