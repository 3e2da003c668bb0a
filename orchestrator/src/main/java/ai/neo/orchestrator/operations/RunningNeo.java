package ai.neo.orchestrator.operations;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The Neo that runs on a data directory now, as it has announced itself. */
public record RunningNeo(long pid, JsonObject announced) {
  /** Empty if none runs there, or what is announced is left over from one that was killed. */
  public static Optional<RunningNeo> on(Path dataDirectory) {
    JsonObject announced;
    try {
      announced = new JsonObject(Files.readString(dataDirectory.resolve("run.json")));
    } catch (IOException | DecodeException e) {
      return Optional.empty();
    }
    return Optional.ofNullable(announced.getLong("pid"))
        .flatMap(ProcessHandle::of)
        .filter(ProcessHandle::isAlive)
        .map(process -> new RunningNeo(process.pid(), announced));
  }

  /**
   * The port that it serves a key's purpose on.
   *
   * @param key such as {@code page.port}
   */
  public Optional<Integer> port(String key) {
    return Optional.ofNullable(announced.getInteger(key.replace('.', '_')));
  }
}
