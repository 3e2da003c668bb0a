package ai.neo.orchestrator.cli;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** JSON that a person wrote. */
final class JsonText {
  private static final Pattern PLACE = Pattern.compile("line: ([0-9]+), column: ([0-9]+)");
  private static final Pattern TOKEN = Pattern.compile("[Nn]on-standard token '([^']+)'");

  private JsonText() {}

  /**
   * Reads one value.
   *
   * @throws IllegalArgumentException with line and column, and without the parser's own options
   */
  static Object decode(String text) {
    try {
      return Json.decodeValue(text);
    } catch (DecodeException e) {
      String said = String.valueOf(e.getMessage());
      Matcher place = PLACE.matcher(said);
      String where =
          place.find() ? "line " + place.group(1) + ", column " + place.group(2) + ": " : "";
      Matcher token = TOKEN.matcher(said);
      String reason =
          token.find()
              ? "'" + token.group(1) + "' is no JSON number"
              : said.lines().findFirst().orElse("").replaceFirst("^Failed to decode: ?", "");
      throw new IllegalArgumentException(where + reason, e);
    }
  }
}
