package ai.neo.systemtests.clients;

import io.vertx.core.json.JsonObject;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The model tier as it was packaged, a process of its own on free ports, with a database. */
final class PackagedModelTier implements AutoCloseable {
  private static final String READY = "READY ";
  private static final String BINARIES = "/postgres-linux-x86_64.txz";
  private static final int END_SECONDS = 10;

  private final EmbeddedPostgres postgres;
  private final Process process;
  private final JsonObject ports;

  private PackagedModelTier(EmbeddedPostgres postgres, Process process, JsonObject ports) {
    this.postgres = postgres;
    this.process = process;
    this.ports = ports;
  }

  /** Returns when it serves. */
  static PackagedModelTier start(Path dataDirectory, String... options) throws IOException {
    EmbeddedPostgres postgres =
        EmbeddedPostgres.builder()
            // The orchestrator's jar names its libraries, so that the same file is found twice.
            .setPgBinaryResolver(
                (system, hardware) -> PackagedModelTier.class.getResourceAsStream(BINARIES))
            .start();
    Path log = dataDirectory.resolve("model-tier.log");
    Process process = process(postgres, dataDirectory, log, options);
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String line = out.readLine();
    if (line == null || !line.startsWith(READY)) {
      process.destroyForcibly();
      postgres.close();
      throw new IllegalStateException("the model tier does not start:\n" + Files.readString(log));
    }
    return new PackagedModelTier(postgres, process, new JsonObject(line.substring(READY.length())));
  }

  private static Process process(
      EmbeddedPostgres postgres, Path dataDirectory, Path log, String... options)
      throws IOException {
    Path target = home().resolve("model-tier").resolve("target");
    if (!Files.isDirectory(target.resolve("lib"))) {
      throw new IllegalStateException(target + " has no jars; build them first: ./mvnw verify");
    }
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "-Dai.djl.offline=true",
            "-Dai.djl.pytorch.num_threads=1",
            "-cp",
            target + "/*",
            "ai.neo.modeltier.ModelTier",
            "--grpc-port",
            "0",
            "--http-port",
            "0",
            "--registry-port",
            "0",
            "--data-dir",
            dataDirectory.toString(),
            "--parent-pid",
            Long.toString(ProcessHandle.current().pid()));
    builder.command().addAll(List.of(options));
    builder
        .environment()
        .put(
            "NEO_POSTGRES_URL",
            "postgresql://postgres@localhost:%d/postgres".formatted(postgres.getPort()));
    return builder.redirectError(log.toFile()).start();
  }

  private static Path home() {
    Path folder = Path.of("").toAbsolutePath();
    for (Path up : List.of(folder, folder.getParent())) {
      if (Files.isExecutable(up.resolve("neo"))) {
        return up;
      }
    }
    throw new IllegalStateException("neither " + folder + " nor the folder above has neo");
  }

  String address() {
    return "127.0.0.1:" + ports.getInteger("grpc_port");
  }

  /** Where MLflow's clients find the registry. */
  String registry() {
    return "http://127.0.0.1:" + ports.getInteger("registry_port");
  }

  String httpAddress() {
    return "127.0.0.1:" + ports.getInteger("http_port");
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    postgres.close();
  }
}
