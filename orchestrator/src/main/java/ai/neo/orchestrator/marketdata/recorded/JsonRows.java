package ai.neo.orchestrator.marketdata.recorded;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows of the first array of rows in a JSON text: {@code [[…],…]}, {@code [{…},…]}, or either of
 * them somewhere inside an object. Objects give a row of their values in the order of the first
 * object's names, which is the first row.
 */
final class JsonRows implements RowSource {
  private final Path file;
  private final JsonParser json;
  private final List<String> names = new ArrayList<>();
  private byte[] bytes = new byte[1024];
  private int length;
  private int[] from = new int[16];
  private int[] to = new int[16];
  private int fields;
  private long line;
  private boolean firstObjectWaits;
  private boolean started;

  JsonRows(Path file) {
    this.file = file;
    try {
      this.json = new JsonFactory().createParser(LineReader.open(file));
    } catch (IOException e) {
      throw LineReader.unreadable(file, 0, e);
    }
  }

  @Override
  public boolean advance() {
    try {
      if (!started) {
        started = true;
        if (!findRows()) {
          return false;
        }
        if (json.currentToken() == JsonToken.START_OBJECT) {
          return readFirstObject();
        }
        return readArray();
      }
      if (firstObjectWaits) {
        firstObjectWaits = false;
        return swapInFirstObject();
      }
      return switch (json.nextToken()) {
        case START_ARRAY -> readArray();
        case START_OBJECT -> readObject();
        case null, default -> false;
      };
    } catch (JsonParseException e) {
      throw new BadMarketDataException(
          file,
          e.getLocation().getLineNr(),
          "no valid JSON: " + e.getOriginalMessage(),
          "Check that the file is complete",
          e);
    } catch (IOException e) {
      throw LineReader.unreadable(file, json.currentLocation().getLineNr(), e);
    }
  }

  private boolean findRows() throws IOException {
    JsonToken before = null;
    JsonToken token = json.nextToken();
    while (token != null) {
      if (before == JsonToken.START_ARRAY
          && (token == JsonToken.START_ARRAY || token == JsonToken.START_OBJECT)) {
        return true;
      }
      before = token;
      token = json.nextToken();
    }
    return false;
  }

  private boolean readArray() throws IOException {
    clear();
    JsonToken token = json.nextToken();
    while (token != JsonToken.END_ARRAY && token != null) {
      add(valueText(token));
      token = json.nextToken();
    }
    return true;
  }

  private final List<String> firstValues = new ArrayList<>();

  private boolean readFirstObject() throws IOException {
    clear();
    JsonToken token = json.nextToken();
    while (token == JsonToken.FIELD_NAME) {
      names.add(json.currentName());
      firstValues.add(valueText(json.nextToken()));
      token = json.nextToken();
    }
    names.forEach(this::add);
    firstObjectWaits = true;
    return true;
  }

  private boolean swapInFirstObject() {
    clear();
    firstValues.forEach(this::add);
    return true;
  }

  private boolean readObject() throws IOException {
    clear();
    String[] values = new String[names.size()];
    Arrays.fill(values, "");
    JsonToken token = json.nextToken();
    while (token == JsonToken.FIELD_NAME) {
      int field = names.indexOf(json.currentName());
      String value = valueText(json.nextToken());
      if (field >= 0) {
        values[field] = value;
      }
      token = json.nextToken();
    }
    for (String value : values) {
      add(value);
    }
    return true;
  }

  private String valueText(JsonToken token) throws IOException {
    if (token == JsonToken.START_ARRAY || token == JsonToken.START_OBJECT) {
      json.skipChildren();
      return "";
    }
    return token == JsonToken.VALUE_NULL || token == null ? "" : json.getText();
  }

  private void clear() {
    line = json.currentTokenLocation().getLineNr();
    length = 0;
    fields = 0;
  }

  private void add(String value) {
    byte[] text = value.getBytes(UTF_8);
    if (length + text.length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + text.length));
    }
    if (fields == from.length) {
      from = Arrays.copyOf(from, fields * 2);
      to = Arrays.copyOf(to, fields * 2);
    }
    System.arraycopy(text, 0, bytes, length, text.length);
    from[fields] = length;
    length += text.length;
    to[fields++] = length;
  }

  @Override
  public int fields() {
    return fields;
  }

  @Override
  public byte[] bytes() {
    return bytes;
  }

  @Override
  public int from(int field) {
    return from[field];
  }

  @Override
  public int to(int field) {
    return to[field];
  }

  @Override
  public long line() {
    return line;
  }

  @Override
  public void close() {
    try {
      json.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
