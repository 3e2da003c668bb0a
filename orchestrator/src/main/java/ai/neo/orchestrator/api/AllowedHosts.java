package ai.neo.orchestrator.api;

import java.util.HashSet;
import java.util.Set;

/**
 * Which Host and Origin a call may carry. A web page elsewhere can make a browser call this machine
 * under a name of its own, but never under an address: so where other machines are let in, any
 * address is allowed, and no name but those that were configured.
 */
final class AllowedHosts {
  private final Set<String> names;
  private final boolean anyAddress;

  private AllowedHosts(Set<String> names, boolean anyAddress) {
    this.names = Set.copyOf(names);
    this.anyAddress = anyAddress;
  }

  /**
   * @param listening name or address that is listened on
   */
  static AllowedHosts of(String listening) {
    Set<String> names = new HashSet<>(Set.of("localhost", "127.0.0.1"));
    names.add(listening.indexOf(':') < 0 ? listening : "[" + listening + "]");
    boolean loopback =
        listening.equals("localhost") || listening.startsWith("127.") || listening.equals("::1");
    return new AllowedHosts(names, !loopback);
  }

  /**
   * @param host header, or null
   * @param origin header, or null
   */
  boolean allow(String host, String origin, int port) {
    if (host == null || !(named(host, port) || (anyAddress && address(host, port)))) {
      return false;
    }
    // An address of another machine is no sign of a friend: its page may call only itself.
    return origin == null
        || origin.equals("http://" + host)
        || (origin.startsWith("http://") && named(origin.substring("http://".length()), port));
  }

  private boolean named(String authority, int port) {
    return names.stream().anyMatch(name -> authority.equals(name + ":" + port));
  }

  private static boolean address(String authority, int port) {
    return authority.matches("([0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9a-fA-F:.]+]):" + port);
  }
}
