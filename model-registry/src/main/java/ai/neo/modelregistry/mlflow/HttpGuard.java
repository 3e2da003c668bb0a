package ai.neo.modelregistry.mlflow;

import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import java.util.Set;

/**
 * Keeps web pages out: a browser that a page sends here, by name or by a name that it made to mean
 * this machine, says so in Origin or Host.
 */
final class HttpGuard {
  private HttpGuard() {}

  static boolean allows(HttpServerRequest request, int port) {
    Set<String> mine = Set.of("localhost:" + port, "127.0.0.1:" + port, "[::1]:" + port);
    String host = request.getHeader("Host");
    String origin = request.getHeader("Origin");
    return host != null
        && mine.contains(host.toLowerCase(Locale.ROOT))
        && (origin == null || mine.stream().anyMatch(name -> origin.equals("http://" + name)));
  }
}
