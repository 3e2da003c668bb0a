package ai.neo.orchestrator.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One row of features as a person writes it: a JSON array, a JSON object by feature name, or CSV
 * (numbers alone, in any number of lines that follow each other as a window does, or a line of
 * names before them).
 */
final class FeatureRowText {
  private static final Pattern NO_NUMBER =
      Pattern.compile("(?:\"([^\"]*)\"\\s*:\\s*)?(?<![\\w\"])([-+]?(?:NaN|Infinity))\\b");

  private static final String FINITE = "; each feature is a finite number";

  private FeatureRowText() {}

  /**
   * @param names of the features, in order
   * @throws IllegalArgumentException with what is wrong and where
   */
  static float[] parse(String text, List<String> names) {
    String stripped = text.strip();
    if (stripped.startsWith("[") || stripped.startsWith("{")) {
      return json(stripped, names);
    }
    List<String> lines = stripped.lines().filter(line -> !line.isBlank()).toList();
    if (lines.isEmpty()) {
      throw new IllegalArgumentException("the row is empty; expected JSON or CSV");
    }
    List<String> first = cells(lines.getFirst());
    boolean named = first.stream().anyMatch(names::contains);
    List<Float> row = new ArrayList<>();
    for (int line = named ? 1 : 0; line < lines.size(); line++) {
      List<String> cells = cells(lines.get(line));
      if (!named) {
        for (String cell : cells) {
          row.add(number(cell, "line " + (line + 1)));
        }
        continue;
      }
      for (String name : names) {
        int at = first.indexOf(name);
        if (at < 0 || at >= cells.size()) {
          throw new IllegalArgumentException("line " + (line + 1) + " has no '" + name + "'");
        }
        row.add(number(cells.get(at), "line " + (line + 1) + ", " + name));
      }
    }
    return floats(row);
  }

  private static List<String> cells(String line) {
    return Arrays.stream(line.split("[,;\\s]+")).filter(cell -> !cell.isEmpty()).toList();
  }

  private static float[] json(String text, List<String> names) {
    Object read;
    try {
      read = JsonText.decode(text);
    } catch (IllegalArgumentException e) {
      requireNumbers(text);
      throw new IllegalArgumentException("the row is no JSON: " + e.getMessage(), e);
    }
    List<Float> row = new ArrayList<>();
    switch (read) {
      case JsonArray array -> flatten(array, row);
      case JsonObject object -> {
        for (String name : names) {
          if (!object.containsKey(name)) {
            throw new IllegalArgumentException("the row has no '" + name + "'");
          }
          row.add(number(String.valueOf(object.getValue(name)), name));
        }
      }
      default -> throw new IllegalArgumentException("the row must be a JSON array or object");
    }
    return floats(row);
  }

  /** JSON knows neither NaN nor Infinity; people's programs write them. */
  private static void requireNumbers(String text) {
    Matcher found = NO_NUMBER.matcher(text);
    if (found.find()) {
      long before = text.substring(0, found.start()).chars().filter(each -> each == ',').count();
      String where = found.group(1) == null ? "number " + (before + 1) : found.group(1);
      throw new IllegalArgumentException(where + " is " + found.group(2) + FINITE);
    }
  }

  private static void flatten(JsonArray array, List<Float> row) {
    for (Object one : array) {
      if (one instanceof JsonArray inner) {
        flatten(inner, row);
      } else {
        row.add(number(String.valueOf(one), "number " + (row.size() + 1)));
      }
    }
  }

  private static float number(String text, String where) {
    float number;
    try {
      number = Float.parseFloat(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(where + ": '" + text + "' is no number", e);
    }
    if (!Float.isFinite(number)) {
      throw new IllegalArgumentException(where + " is " + text + FINITE);
    }
    return number;
  }

  private static float[] floats(List<Float> row) {
    float[] values = new float[row.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = row.get(i);
    }
    return values;
  }
}
