package ai.neo.modelregistry.mlflow;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Where the registry's HTTP listens, and under which names it answers there. By the names of this
 * machine's loopback it always answers; any other must be stated, since a web page can make a name
 * of its own mean any address.
 *
 * @param host an address or a name of this machine; 0.0.0.0 is all its addresses
 * @param port 0 for a free one
 * @param names further names or addresses, without a port, that clients call it by
 */
public record MlflowAddress(String host, int port, List<String> names) {
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|\\[?[0-9A-Fa-f:.]*:[^]/]*]?");
  private static final Pattern WITH_PORT = Pattern.compile("[^:]*:[0-9]+");
  private static final String LOOPBACK = "127.0.0.1";
  private static final int PORT_MAX = 65_535;

  public MlflowAddress {
    if (port < 0 || port > PORT_MAX) {
      throw new IllegalArgumentException(
          "--registry-port must be at most " + PORT_MAX + ", not " + port);
    }
    requireName("--mlflow-host", host);
    names.forEach(name -> requireName("--allow-host", name));
    names = names.stream().map(MlflowAddress::inHeader).toList();
  }

  /** On this machine's loopback alone. */
  public static MlflowAddress loopback(int port) {
    return new MlflowAddress(LOOPBACK, port, List.of());
  }

  private static void requireName(String option, String name) {
    if (!NAME.matcher(name).matches() || WITH_PORT.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "%s must be a name or an address without a port, such as models.lan, not '%s'"
              .formatted(option, name));
    }
  }

  /** As the header Host has it: IPv6 in brackets. */
  static String inHeader(String name) {
    String bare = name.toLowerCase(Locale.ROOT);
    return bare.indexOf(':') >= 0 && !bare.startsWith("[") ? "[" + bare + "]" : bare;
  }
}
