package ai.neo.orchestrator.configuration;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a YAML file of sections and keys, token by token: so each value knows its line. */
final class ConfigurationFile {
  private final Path path;
  private final Map<String, Given> found = new LinkedHashMap<>();

  private ConfigurationFile(Path path) {
    this.path = path;
  }

  /**
   * @throws ConfigurationException if it cannot be read or is no mapping of sections
   */
  static List<Given> read(Path path) {
    try {
      return new ConfigurationFile(path).parse(Files.readString(path));
    } catch (JsonProcessingException e) {
      String line = e.getLocation() == null ? "" : ":" + e.getLocation().getLineNr();
      throw new ConfigurationException(
          path + line + ": no valid YAML: " + e.getOriginalMessage().lines().findFirst().orElse(""),
          e);
    } catch (NoSuchFileException e) {
      throw new ConfigurationException(
          path + " is not there; name a file that is with --config, or leave it out", e);
    } catch (IOException e) {
      throw new ConfigurationException(
          path + " cannot be read (" + e + "); expected a YAML text file", e);
    }
  }

  private List<Given> parse(String text) throws IOException {
    try (JsonParser parser = new YAMLFactory().createParser(text)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        return List.of();
      }
      if (first != JsonToken.START_OBJECT) {
        throw wrong(parser, "expected sections with keys, such as 'page: {port: 8080}'");
      }
      section(parser, "");
      if (parser.nextToken() != null) {
        throw wrong(parser, "expected one document");
      }
    }
    return new ArrayList<>(found.values());
  }

  private void section(JsonParser parser, String prefix) throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = prefix + parser.currentName();
      int line = parser.currentTokenLocation().getLineNr();
      JsonToken token = parser.nextToken();
      if (token == JsonToken.START_OBJECT) {
        section(parser, key + ".");
      } else if (token == JsonToken.START_ARRAY) {
        throw wrong(parser, key + " is a list; expected one value");
      } else {
        String text = token == JsonToken.VALUE_NULL ? "" : parser.getText().strip();
        Given earlier = found.get(key);
        if (earlier != null) {
          throw wrong(parser, key + " is there twice, first at " + earlier.origin().describe());
        }
        found.put(key, new Given(key, text, new Origin.File(path, line)));
      }
    }
  }

  private ConfigurationException wrong(JsonParser parser, String problem) {
    return new ConfigurationException(
        List.of(path + ":" + parser.currentTokenLocation().getLineNr() + ": " + problem));
  }
}
