package ai.neo.modelregistry;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * A PostgreSQL database, and who logs in. Messages of this class never quote the URL, because the
 * password may stand anywhere in a malformed one.
 */
record PostgresAddress(String host, int port, String database, String user, String password) {
  private static final int DEFAULT_PORT = 5432;
  private static final String EXPECTED =
      "; expected postgresql://user:password@host:5432/database, where characters such as @ : / %"
          + " in user or password are percent-encoded";

  static PostgresAddress parse(String url) {
    URI uri = uri(url);
    if (!"postgresql".equals(uri.getScheme()) && !"postgres".equals(uri.getScheme())) {
      throw bad("its scheme is not postgresql");
    }
    if (uri.getHost() == null) {
      throw bad("its host is missing or malformed");
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw bad("parameters after ? or # are not supported");
    }
    String login = uri.getRawUserInfo();
    if (login == null || login.isEmpty() || login.startsWith(":")) {
      throw bad("its user is missing");
    }
    String path = uri.getRawPath();
    if (path.length() < 2 || path.indexOf('/', 1) >= 0) {
      throw bad("its database is missing or malformed");
    }
    int colon = login.indexOf(':');
    return new PostgresAddress(
        uri.getHost().replaceAll("^\\[|]$", ""),
        uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
        decoded(path.substring(1)),
        decoded(colon < 0 ? login : login.substring(0, colon)),
        colon < 0 ? "" : decoded(login.substring(colon + 1)));
  }

  private static URI uri(String url) {
    try {
      return new URI(url);
    } catch (URISyntaxException e) {
      // Without its cause: that message quotes the whole URL.
      throw bad("it is malformed at character " + e.getIndex());
    }
  }

  /** Percent-decoding alone: {@code URLDecoder} would also turn a plus into a space. */
  private static String decoded(String text) {
    byte[] raw = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(raw.length);
    for (int i = 0; i < raw.length; i++) {
      if (raw[i] == '%') {
        // java.net.URI has checked that two hexadecimal digits follow.
        bytes.put((byte) (Character.digit(raw[i + 1], 16) << 4 | Character.digit(raw[i + 2], 16)));
        i += 2;
      } else {
        bytes.put(raw[i]);
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      throw bad("a percent-encoded character is not UTF-8");
    }
  }

  private static IllegalArgumentException bad(String why) {
    return new IllegalArgumentException("The PostgreSQL URL cannot be used: " + why + EXPECTED);
  }

  @Override
  public String toString() {
    return "postgresql://%s@%s:%d/%s".formatted(user, host, port, database);
  }
}
