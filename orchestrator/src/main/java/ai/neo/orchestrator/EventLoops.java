package ai.neo.orchestrator;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;

/** What page, API and database clients run on. */
final class EventLoops {
  private EventLoops() {}

  /**
   * A new Vert.x; who asks closes it. It reads nothing from the class path: for that it would copy
   * it into a folder of the temporary directory, which a killed process leaves behind.
   */
  static Vertx start() {
    return Vertx.vertx(
        new VertxOptions()
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false)));
  }
}
