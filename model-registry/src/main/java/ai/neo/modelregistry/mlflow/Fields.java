package ai.neo.modelregistry.mlflow;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The parameters of a request, from its JSON body or its query. Unknown ones are ignored and null
 * is absent; a parameter of another type than asked for is INVALID_PARAMETER_VALUE.
 */
final class Fields {
  private static final int SHOWN_MAX = 200;

  private final JsonObject values;
  private final boolean isQuery;

  private Fields(JsonObject values, boolean isQuery) {
    this.values = values;
    this.isQuery = isQuery;
  }

  static Fields ofQuery(MultiMap query) {
    JsonObject values = new JsonObject();
    for (String name : query.names()) {
      List<String> all = query.getAll(name);
      values.put(name, all.size() == 1 ? all.getFirst() : new JsonArray(new ArrayList<>(all)));
    }
    return new Fields(values, true);
  }

  /**
   * The parameters of a body, none of an empty one. What is no JSON object is refused, unlike by
   * MLflow, where a call of a body that was cut off is made without its parameters: a run then
   * begins in the experiment that nobody named. An object within a JSON text is one, for old
   * clients.
   */
  static Fields ofBody(Buffer body) {
    if (body.length() == 0) {
      return new Fields(new JsonObject(), false);
    }
    Object value = decoded(body, body.length());
    if (value instanceof String text) {
      value = decoded(Buffer.buffer(text), body.length());
    }
    return switch (value) {
      case JsonObject object -> new Fields(object, false);
      case JsonArray array ->
          throw MlflowException.invalid(
              "The body is a JSON array of %d; expected a JSON object".formatted(array.size()));
      case null, default ->
          throw MlflowException.invalid(
              "The body of %d bytes is JSON but no object; expected a JSON object"
                  .formatted(body.length()));
    };
  }

  private static Object decoded(Buffer text, int bodyBytes) {
    try {
      return Json.decodeValue(text);
    } catch (DecodeException e) {
      throw MlflowException.invalid(
          "The body of %d bytes cannot be read as JSON, or was cut off; send one whole JSON object"
              .formatted(bodyBytes));
    }
  }

  /** The text, or "" when absent. */
  String text(String name) {
    return optional(name).orElse("");
  }

  Optional<String> optional(String name) {
    Object value = values.getValue(name);
    return switch (value) {
      case null -> Optional.empty();
      case String text -> Optional.of(storable(name, text));
      case JsonArray many when isQuery -> Optional.of(storable(name, many.getString(0)));
      default -> throw wrong(name, value, "a text");
    };
  }

  private static String storable(String name, String text) {
    if (text.indexOf('\0') >= 0) {
      throw MlflowException.invalid(
          "Invalid value for parameter '%s' supplied: it contains the character NUL"
              .formatted(name));
    }
    return text;
  }

  /** A text that must be there and not be empty. */
  String required(String name) {
    return optional(name).filter(text -> !text.isEmpty()).orElseThrow(() -> missing(name));
  }

  /** A text that must be there and may be empty. */
  String present(String name) {
    return optional(name).orElseThrow(() -> missing(name));
  }

  OptionalLong number(String name) {
    Object value = values.getValue(name);
    return switch (value) {
      case null -> OptionalLong.empty();
      case Integer number -> OptionalLong.of(number);
      case Long number -> OptionalLong.of(number);
      case Double number when number == Math.rint(number) && Math.abs(number) < 1L << 53 ->
          OptionalLong.of(number.longValue());
      case String text -> {
        try {
          yield OptionalLong.of(Long.parseLong(text.strip()));
        } catch (NumberFormatException e) {
          throw wrong(name, value, "a whole number of 64 bits");
        }
      }
      default -> throw wrong(name, value, "a whole number of 64 bits");
    };
  }

  long requiredNumber(String name) {
    return number(name).orElseThrow(() -> missing(name));
  }

  /** A number that may be NaN or infinite, which travel as texts. */
  double requiredDouble(String name) {
    Object value = values.getValue(name);
    return switch (value) {
      case null -> throw missing(name);
      case Number number -> number.doubleValue();
      case String text -> {
        try {
          yield Double.parseDouble(text);
        } catch (NumberFormatException e) {
          throw wrong(name, value, "a number, \"NaN\", \"Infinity\" or \"-Infinity\"");
        }
      }
      default -> throw wrong(name, value, "a number");
    };
  }

  boolean flag(String name) {
    Object value = values.getValue(name);
    return switch (value) {
      case null -> false;
      case Boolean flag -> flag;
      case String text when isQuery && text.toLowerCase(Locale.ROOT).equals("true") -> true;
      case String text when isQuery && text.toLowerCase(Locale.ROOT).equals("false") -> false;
      default -> throw wrong(name, value, "true or false");
    };
  }

  /** Texts, empty when absent; in a query one text stands for a list of one. */
  List<String> texts(String name) {
    Object value = values.getValue(name);
    List<String> texts = new ArrayList<>();
    switch (value) {
      case null -> {}
      case String text when isQuery -> texts.add(storable(name, text));
      case JsonArray many -> {
        for (Object each : many) {
          if (!(each instanceof String text)) {
            throw wrong(name, value, "a list of texts");
          }
          texts.add(storable(name, text));
        }
      }
      default -> throw wrong(name, value, "a list of texts");
    }
    return texts;
  }

  /** Objects, empty when absent. */
  List<Fields> objects(String name) {
    Object value = values.getValue(name);
    List<Fields> objects = new ArrayList<>();
    switch (value) {
      case null -> {}
      case JsonArray many -> {
        for (Object each : many) {
          if (!(each instanceof JsonObject object)) {
            throw wrong(name, value, "a list of objects");
          }
          objects.add(new Fields(object, false));
        }
      }
      default -> throw wrong(name, value, "a list of objects");
    }
    return objects;
  }

  Fields object(String name) {
    Object value = values.getValue(name);
    return switch (value) {
      case null -> throw missing(name);
      case JsonObject object -> new Fields(object, false);
      default -> throw wrong(name, value, "an object");
    };
  }

  /** How many rows are asked for. */
  int pageSize(int absent, int max) {
    long size = number("max_results").orElse(absent);
    if (size < 1 || size > max) {
      throw MlflowException.invalid(
          "Invalid value %d for parameter 'max_results' supplied: it must be at least 1 and at most %d"
              .formatted(size, max));
    }
    return (int) size;
  }

  /** The name of an enum's value, or its number as a text; "" when absent. */
  String word(String name) {
    return values.getValue(name) instanceof Number number
        ? Long.toString(number.longValue())
        : text(name);
  }

  boolean has(String name) {
    return values.getValue(name) != null;
  }

  static MlflowException missing(String name) {
    return MlflowException.invalid(
        "Missing value for required parameter '%s'. See the API docs for more information about"
                .formatted(name)
            + " request parameters.");
  }

  private static MlflowException wrong(String name, Object value, String expected) {
    String shown = value instanceof String text ? "'" + text + "'" : String.valueOf(value);
    return MlflowException.invalid(
        "Invalid value %s for parameter '%s' supplied: expected %s"
            .formatted(
                shown.length() <= SHOWN_MAX ? shown : shown.substring(0, SHOWN_MAX) + "…",
                name,
                expected));
  }
}
