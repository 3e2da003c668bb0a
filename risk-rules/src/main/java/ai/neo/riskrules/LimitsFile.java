package ai.neo.riskrules;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads limits from YAML, token by token: so every complaint can name its line. */
final class LimitsFile {
  private static final String INSTRUMENTS = "instruments";

  private final String origin;

  LimitsFile(String origin) {
    this.origin = origin;
  }

  RiskLimits read(String text) {
    try (JsonParser parser = new YAMLFactory().createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException(origin + ": expected a mapping of limits");
      }
      RiskLimits limits = limits(parser);
      if (parser.nextToken() != null) {
        throw wrong(parser, "expected one document");
      }
      return limits;
    } catch (JsonProcessingException e) {
      String line = e.getLocation() == null ? "" : ":" + e.getLocation().getLineNr();
      throw new IllegalArgumentException(
          origin + line + ": no valid YAML: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("reading a text in memory failed", e);
    }
  }

  private RiskLimits limits(JsonParser parser) throws IOException {
    Map<Limit, Long> general = new EnumMap<>(Limit.class);
    Map<String, Map<Limit, Long>> own = new HashMap<>();
    boolean instrumentsRead = false;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      if (!parser.currentName().equals(INSTRUMENTS)) {
        readLimit(parser, Limit.Scope.ACCOUNT, general);
      } else if (instrumentsRead) {
        throw wrong(parser, INSTRUMENTS + " is there twice");
      } else {
        instrumentsRead = true;
        readInstruments(parser, own);
      }
    }
    Map<String, InstrumentLimits> instruments = new HashMap<>();
    own.forEach(
        (symbol, set) -> {
          Map<Limit, Long> all = new EnumMap<>(Limit.class);
          all.putAll(general);
          all.putAll(set);
          instruments.put(symbol, new InstrumentLimits(all));
        });
    return new RiskLimits(origin, new InstrumentLimits(general), instruments);
  }

  private void readInstruments(JsonParser parser, Map<String, Map<Limit, Long>> own)
      throws IOException {
    expectMapping(parser, INSTRUMENTS);
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String symbol = parser.currentName();
      Map<Limit, Long> set = new EnumMap<>(Limit.class);
      if (own.putIfAbsent(symbol, set) != null) {
        throw wrong(parser, symbol + " is there twice");
      }
      expectMapping(parser, INSTRUMENTS + "." + symbol);
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        readLimit(parser, Limit.Scope.INSTRUMENT, set);
      }
    }
  }

  private void expectMapping(JsonParser parser, String key) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw wrong(parser, key + ": expected a mapping");
    }
  }

  private void readLimit(JsonParser parser, Limit.Scope scope, Map<Limit, Long> into)
      throws IOException {
    Limit limit = known(parser, scope);
    if (into.containsKey(limit)) {
      throw wrong(parser, limit.key() + " is there twice");
    }
    JsonToken token = parser.nextToken();
    if (limit.optional() && isOff(token, parser)) {
      into.put(limit, InstrumentLimits.OFF_E8);
      return;
    }
    if (token != JsonToken.VALUE_NUMBER_INT
        && token != JsonToken.VALUE_NUMBER_FLOAT
        && token != JsonToken.VALUE_STRING) {
      throw wrong(parser, limit.key() + ": expected " + limit.expected());
    }
    try {
      into.put(limit, limit.parseE8(parser.getText().trim()));
    } catch (IllegalArgumentException e) {
      throw wrong(parser, limit.key() + "=" + parser.getText() + ", " + e.getMessage());
    }
  }

  /** YAML 1.1 takes the bare word for false. */
  private static boolean isOff(JsonToken token, JsonParser parser) throws IOException {
    return token == JsonToken.VALUE_FALSE
        || (token == JsonToken.VALUE_STRING && parser.getText().trim().equals(Limit.OFF));
  }

  private Limit known(JsonParser parser, Limit.Scope scope) throws IOException {
    String key = parser.currentName();
    List<String> keys = new ArrayList<>();
    for (Limit limit : Limit.values()) {
      boolean allowed = scope == Limit.Scope.ACCOUNT || limit.scope() == scope;
      if (limit.key().equals(key)) {
        if (!allowed) {
          throw wrong(parser, key + " holds for the account; no instrument has its own");
        }
        return limit;
      }
      if (allowed) {
        keys.add(limit.key());
      }
    }
    if (scope == Limit.Scope.ACCOUNT) {
      keys.add(INSTRUMENTS);
    }
    throw wrong(
        parser, "unknown limit '" + key + "', did you mean '" + Nearest.to(key, keys) + "'?");
  }

  private IllegalArgumentException wrong(JsonParser parser, String problem) {
    return new IllegalArgumentException(
        origin + ":" + parser.currentTokenLocation().getLineNr() + ": " + problem);
  }
}
