package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.operations.OperationsException;
import ai.neo.orchestrator.operations.RunningNeo;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;

/** Where a run keeps its data, and how others find it. */
final class DataDirOption {
  @CommandLine.Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Where everything is kept (default: ~/.neo/data).")
  private Path dataDir = Path.of(System.getProperty("user.home"), ".neo", "data");

  Path path() {
    return dataDir;
  }

  /** Ports and addresses of the run that uses the directory now. */
  JsonObject running() {
    return RunningNeo.on(dataDir)
        .map(RunningNeo::announced)
        .orElseThrow(
            () ->
                new OperationsException(
                    Neo.AWAY,
                    "no Neo runs on "
                        + dataDir
                        + "; start one with ./neo run, or name its directory with --data-dir"));
  }

  String token() throws IOException {
    return Files.readString(dataDir.resolve("token")).strip();
  }
}
