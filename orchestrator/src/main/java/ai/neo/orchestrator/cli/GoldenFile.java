package ai.neo.orchestrator.cli;

import ai.neo.proto.registry.v1.GoldenRow;
import ai.neo.proto.registry.v1.GoldenRows;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;

/** Rows and what a model answers to them, from a JSON file that its maker wrote. */
final class GoldenFile {
  private static final String FEATURES = "features";
  private static final String PROBABILITIES = "action_probabilities";
  private static final String TOLERANCE = "tolerance";
  private static final Set<String> NAMES = Set.of(FEATURES, PROBABILITIES, TOLERANCE);
  private static final String EXPECTED =
      "expected [{\"features\": [...], \"action_probabilities\": [SELL, HOLD, BUY],"
          + " \"tolerance\": 1e-5}, ...]";

  private GoldenFile() {}

  /**
   * Reads the file.
   *
   * @throws IllegalArgumentException with the offending place and what was expected
   * @throws IOException as the file system says it, when there is no file to read
   */
  static GoldenRows read(Path file) throws IOException {
    JsonArray rows = array(file);
    if (rows.isEmpty()) {
      throw new IllegalArgumentException(file + " has no rows; " + EXPECTED);
    }
    GoldenRows.Builder golden = GoldenRows.newBuilder();
    for (int i = 0; i < rows.size(); i++) {
      String place = file + ", row " + (i + 1);
      if (!(rows.getValue(i) instanceof JsonObject row) || !NAMES.containsAll(row.fieldNames())) {
        throw new IllegalArgumentException(place + ": " + EXPECTED);
      }
      GoldenRow.Builder one = GoldenRow.newBuilder();
      numbers(place, row, FEATURES, one::addFeatures);
      numbers(place, row, PROBABILITIES, one::addActionProbabilities);
      if (row.containsKey(TOLERANCE)) {
        one.setTolerance(number(place + ", " + TOLERANCE, row.getValue(TOLERANCE)));
      }
      golden.addRows(one);
    }
    return golden.build();
  }

  private static JsonArray array(Path file) throws IOException {
    String problem;
    try {
      if (JsonText.decode(Files.readString(file)) instanceof JsonArray rows) {
        return rows;
      }
      problem = "";
    } catch (IllegalArgumentException e) {
      problem = " (" + e.getMessage() + ")";
    } catch (CharacterCodingException e) {
      problem = " (it is no text in UTF-8)";
    }
    throw new IllegalArgumentException(file + " is no JSON array" + problem + "; " + EXPECTED);
  }

  private static void numbers(String place, JsonObject row, String name, Consumer<Float> into) {
    if (!(row.getValue(name) instanceof JsonArray values)) {
      throw new IllegalArgumentException(place + ": " + name + " is no array; " + EXPECTED);
    }
    for (Object value : values) {
      into.accept(number(place + ", " + name, value));
    }
  }

  private static float number(String place, Object value) {
    if (value instanceof Number number) {
      return number.floatValue();
    }
    throw new IllegalArgumentException(place + ": " + value + " is no number");
  }
}
