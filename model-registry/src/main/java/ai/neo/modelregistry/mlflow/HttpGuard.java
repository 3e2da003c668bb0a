package ai.neo.modelregistry.mlflow;

import io.vertx.core.http.HttpServerRequest;
import java.util.Set;

/**
 * Keeps other web pages out: a browser sends them here with a foreign Host or Origin. On loopback
 * the Host must be this machine's; elsewhere any name may lead here, and only Origin is checked.
 */
final class HttpGuard {
  private final boolean isLoopback;

  HttpGuard(String host) {
    isLoopback = Set.of("localhost", "127.0.0.1", "::1", "[::1]").contains(host);
  }

  boolean allows(HttpServerRequest request, int port) {
    String host = request.getHeader("Host");
    String origin = request.getHeader("Origin");
    if (host == null) {
      return false;
    }
    Set<String> mine =
        isLoopback
            ? Set.of("localhost:" + port, "127.0.0.1:" + port, "[::1]:" + port)
            : Set.of(host);
    return mine.contains(host)
        && (origin == null || mine.stream().anyMatch(name -> origin.equals("http://" + name)));
  }
}
