package ai.neo.modelgateway.routing;

import ai.neo.proto.learning.v1.Route;
import com.google.protobuf.TextFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The last route of each model, one file each in protobuf's text format, so that a gateway goes on
 * as it was. One without arms says that none is set, and which revision that is. Who uses it sees
 * to it that one model is written by one thread at a time.
 */
final class RouteStore {
  private static final String ENDING = ".route";

  private final Optional<Path> directory;

  /**
   * @param directory made when the first route is written; empty: nothing is kept
   */
  RouteStore(Optional<Path> directory) {
    this.directory = directory;
  }

  /** The models of which something is kept. */
  List<String> models() throws IOException {
    if (directory.isEmpty() || !Files.isDirectory(directory.get())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory.get())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(ENDING))
          .map(name -> name.substring(0, name.length() - ENDING.length()))
          .filter(name -> name.matches(RouteRules.MODEL_NAME))
          .sorted()
          .toList();
    }
  }

  /**
   * The last one that was written.
   *
   * @throws IOException when it cannot be read, or is none
   */
  Optional<Route> read(String model) throws IOException {
    if (directory.isEmpty() || !Files.exists(file(model))) {
      return Optional.empty();
    }
    Route route = TextFormat.parse(Files.readString(file(model)), Route.class);
    if (!route.getModel().equals(model)) {
      throw new IOException(file(model) + " is of model '" + route.getModel() + "'");
    }
    return Optional.of(route);
  }

  /** All of it or nothing, and on the disk when this returns. */
  void write(Route route) throws IOException {
    if (directory.isEmpty()) {
      return;
    }
    Files.createDirectories(directory.get());
    Path whole = file(route.getModel());
    Path part = whole.resolveSibling(whole.getFileName() + ".part");
    byte[] text = TextFormat.printer().printToString(route).getBytes(StandardCharsets.UTF_8);
    try (FileChannel channel =
        FileChannel.open(
            part,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private Path file(String model) {
    return directory.orElseThrow().resolve(model + ENDING);
  }
}
