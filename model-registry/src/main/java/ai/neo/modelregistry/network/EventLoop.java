package ai.neo.modelregistry.network;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;

/** The one way in which the registry's parts make a Vert.x of their own. */
public final class EventLoop {
  private EventLoop() {}

  /**
   * A new one with a single event loop; who asks closes it. It reads files where they are, never
   * from the class path: for that it would copy them into a folder of the temporary directory,
   * which a killed process leaves behind.
   */
  public static Vertx start() {
    return Vertx.vertx(
        new VertxOptions()
            .setEventLoopPoolSize(1)
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false)));
  }
}
