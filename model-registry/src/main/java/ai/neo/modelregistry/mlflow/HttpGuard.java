package ai.neo.modelregistry.mlflow;

import io.vertx.core.http.HttpServerRequest;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Keeps web pages out: a browser that a page sends here, by name or by a name that it made to mean
 * this machine, says so in Origin or Host.
 */
final class HttpGuard {
  /** By these nobody calls a server; they are where it listens. */
  private static final Set<String> WILDCARDS = Set.of("0.0.0.0", "[::]");

  /** As in the header Host, without a port: what stands before the server may have another. */
  private final Set<String> stated = new HashSet<>();

  HttpGuard(MlflowAddress address) {
    stated.addAll(address.names());
    stated.add(MlflowAddress.inHeader(address.host()));
    stated.removeAll(WILDCARDS);
    stated.remove("127.0.0.1"); // with the server's own port alone
  }

  boolean allows(HttpServerRequest request, int port) {
    String header = request.getHeader("Host");
    String origin = request.getHeader("Origin");
    if (header == null) {
      return false;
    }
    String host = header.toLowerCase(Locale.ROOT);
    Set<String> loopback = Set.of("localhost:" + port, "127.0.0.1:" + port, "[::1]:" + port);
    if (loopback.contains(host)) {
      return origin == null
          || loopback.stream().anyMatch(name -> origin.equals("http://" + name))
          || stated.contains(nameOfOrigin(origin));
    }
    return stated.contains(name(host)) && (origin == null || stated.contains(nameOfOrigin(origin)));
  }

  private static String name(String host) {
    int end = host.startsWith("[") ? host.indexOf(']') + 1 : host.indexOf(':');
    return end > 0 ? host.substring(0, end) : host;
  }

  private static String nameOfOrigin(String origin) {
    String lower = origin.toLowerCase(Locale.ROOT);
    int scheme = lower.indexOf("://");
    return scheme < 0 ? "" : name(lower.substring(scheme + 3));
  }
}
