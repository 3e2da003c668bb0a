package ai.neo.systemtests.process;

import io.vertx.core.json.JsonObject;

/** A command that has ended. */
public record Finished(int exitCode, String out, String err) {
  /** Standard output, which has to be one JSON object and nothing else. */
  public JsonObject json() {
    return new JsonObject(out.strip());
  }
}
