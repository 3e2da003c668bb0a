package ai.neo.modelgateway.rest;

import com.sun.net.httpserver.Headers;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.regex.Pattern;

/**
 * Keeps web pages out: they could otherwise reach a gateway on the machine of whoever looks at
 * them. A page's own requests carry an Origin. A name that was made to point here (DNS rebinding)
 * is no address, so that on loopback only addresses and {@code localhost} are answered.
 */
final class CallerGuard {

  private static final Pattern PORT = Pattern.compile(":[0-9]{1,5}$");
  private static final Pattern ADDRESS =
      Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9a-fA-F:.]+]");

  private final boolean loopback;

  CallerGuard(InetSocketAddress listening) {
    InetAddress address = listening.getAddress();
    this.loopback = address != null && address.isLoopbackAddress();
  }

  /** Refuses what a web page may have sent. */
  void check(Headers headers) throws HttpRefusal {
    if (headers.containsKey("Origin")) {
      throw new HttpRefusal(403, "requests of web pages are not answered");
    }
    String host = headers.getFirst("Host");
    if (host == null) {
      throw HttpRefusal.badRequest("the Host header is missing");
    }
    String name = PORT.matcher(host).replaceFirst("");
    if (loopback && !name.equalsIgnoreCase("localhost") && !ADDRESS.matcher(name).matches()) {
      throw new HttpRefusal(
          403, "host '" + name + "' is not answered here; use localhost or an address");
    }
  }
}
