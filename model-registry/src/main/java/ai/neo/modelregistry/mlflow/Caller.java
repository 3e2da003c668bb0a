package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.Author;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * Who calls, by his own words: this port knows no passwords and is for this machine alone.
 *
 * @param user the user name of HTTP's basic authentication, when the client sends one
 * @param client the client program
 */
record Caller(Optional<String> user, String client) {
  private static final String BASIC = "Basic ";
  private static final int TEXT_MAX = 200;
  private static final String NOBODY = "mlflow";

  static Caller of(String authorization, String userAgent) {
    return new Caller(
        user(authorization == null ? "" : authorization),
        printable(userAgent == null || userAgent.isBlank() ? "an unnamed client" : userAgent));
  }

  private static Optional<String> user(String authorization) {
    if (!authorization.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
      return Optional.empty();
    }
    byte[] login;
    try {
      login = Base64.getDecoder().decode(authorization.substring(BASIC.length()).strip());
    } catch (IllegalArgumentException e) {
      throw MlflowException.invalid(
          "The header Authorization is no Basic login: " + e.getMessage());
    }
    String text = new String(login, StandardCharsets.UTF_8);
    int colon = text.indexOf(':');
    String user = printable(colon < 0 ? text : text.substring(0, colon));
    return user.isBlank() ? Optional.empty() : Optional.of(user);
  }

  private static String printable(String text) {
    String clean = text.replaceAll("\\p{Cntrl}", "?");
    return clean.length() <= TEXT_MAX ? clean : clean.substring(0, TEXT_MAX);
  }

  /** As the ledger names him. */
  Author author() {
    return author(NOBODY);
  }

  /** As the ledger names him; {@code otherwise} is used when he gave no name. */
  Author author(String otherwise) {
    String actor = user.orElse(otherwise.isBlank() ? NOBODY : printable(otherwise));
    return new Author(actor, "through the MLflow API by " + client);
  }
}
