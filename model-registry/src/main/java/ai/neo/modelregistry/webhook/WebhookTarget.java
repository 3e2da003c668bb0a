package ai.neo.modelregistry.webhook;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;

/**
 * Where events may go. Only http and https, only hosts that the operator named; and a name that
 * leads to this machine, its network or its cloud's metadata is refused, unless it was written as
 * an address or as localhost, so that whoever owns a name cannot point it inwards.
 *
 * @param uri without user, fragment or wildcard
 */
public record WebhookTarget(URI uri) {

  /**
   * Reads a URL.
   *
   * @param allowed {@code host} for its default port, or {@code host:port}
   * @throws IllegalArgumentException when nothing may be sent there
   */
  public static WebhookTarget of(String url, Set<String> allowed) {
    URI uri;
    try {
      uri = URI.create(url);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("url is none: " + e.getMessage(), e);
    }
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    boolean https = scheme.equals("https");
    if ((!https && !scheme.equals("http")) || uri.getHost() == null) {
      throw new IllegalArgumentException(
          "url must be http://HOST/… or https://HOST/…, not '" + url + "'");
    }
    if (uri.getUserInfo() != null || uri.getFragment() != null) {
      throw new IllegalArgumentException("url must have neither user nor fragment");
    }
    String host = uri.getHost().toLowerCase(Locale.ROOT);
    int standard = https ? 443 : 80;
    int port = uri.getPort() < 0 ? standard : uri.getPort();
    boolean named =
        allowed.contains(host + ":" + port) || (port == standard && allowed.contains(host));
    if (!named) {
      throw new IllegalArgumentException(
          "nothing may be sent to %s:%d; add it to webhook_hosts in the registry's policy file"
              .formatted(host, port));
    }
    return new WebhookTarget(uri);
  }

  /** Knows the addresses of a host. */
  @FunctionalInterface
  interface Names {
    InetAddress[] of(String host) throws UnknownHostException;
  }

  String host() {
    return uri.getHost();
  }

  boolean isHttps() {
    return uri.getScheme().equalsIgnoreCase("https");
  }

  int port() {
    return uri.getPort() < 0 ? (isHttps() ? 443 : 80) : uri.getPort();
  }

  /** With the query, as it is sent. */
  String path() {
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
  }

  /**
   * Looks the host up, once, and returns the address to connect to; to be called before each
   * delivery. All its addresses are checked, since any may be the next that somebody is told.
   *
   * @throws UnknownHostException when it has no address, or one inside although it is a name
   */
  InetAddress address(Names names) throws UnknownHostException {
    String host = uri.getHost();
    boolean literal = host.startsWith("[") || host.matches("[0-9.]+");
    InetAddress[] all = names.of(host);
    for (InetAddress address : all) {
      if (address.isLinkLocalAddress() || address.isAnyLocalAddress()) {
        throw new UnknownHostException(host + " is " + address.getHostAddress() + ": refused");
      }
      boolean inside = address.isLoopbackAddress() || address.isSiteLocalAddress();
      if (inside && !literal && !host.equalsIgnoreCase("localhost")) {
        throw new UnknownHostException(
            "%s leads to %s, inside; name that address itself to allow it"
                .formatted(host, address.getHostAddress()));
      }
    }
    if (all.length == 0) {
      throw new UnknownHostException(host + " has no address");
    }
    return all[0];
  }
}
