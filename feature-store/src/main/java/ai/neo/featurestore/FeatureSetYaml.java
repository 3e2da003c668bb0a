package ai.neo.featurestore;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a feature set from YAML, and refuses whatever it does not understand. */
final class FeatureSetYaml {
  private static final List<String> SET_KEYS = List.of("name", "version", "features");
  private static final List<String> FEATURE_KEYS = List.of("name", "kind", "params");

  private FeatureSetYaml() {}

  static FeatureSetDefinition parse(String yaml) {
    JsonNode root = object(read(yaml), "feature set");
    checkKeys(root, SET_KEYS, "feature set");
    JsonNode features = required(root, "features", "feature set");
    if (!features.isArray()) {
      throw new IllegalArgumentException("feature set features: expected a list");
    }
    List<FeatureDefinition> parsed = new ArrayList<>();
    for (JsonNode feature : features) {
      parsed.add(feature(feature, "features[" + parsed.size() + "]"));
    }
    JsonNode version = required(root, "version", "feature set");
    if (!version.isInt()) {
      throw new IllegalArgumentException(
          "feature set version=" + version.asText() + ", expected a whole number");
    }
    return new FeatureSetDefinition(text(root, "name", "feature set"), version.intValue(), parsed);
  }

  private static JsonNode read(String yaml) {
    YAMLMapper mapper =
        YAMLMapper.builder(
                YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    try {
      return mapper.readTree(yaml);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("feature set is no valid YAML: " + e.getMessage(), e);
    }
  }

  private static FeatureDefinition feature(JsonNode node, String where) {
    object(node, where);
    checkKeys(node, FEATURE_KEYS, where);
    Map<String, Double> params = new LinkedHashMap<>();
    if (node.has("params")) {
      JsonNode given = object(node.get("params"), where + ".params");
      for (Map.Entry<String, JsonNode> param : given.properties()) {
        if (!param.getValue().isNumber()) {
          throw new IllegalArgumentException(
              where
                  + ".params."
                  + param.getKey()
                  + "="
                  + param.getValue().asText()
                  + ", expected a number");
        }
        params.put(param.getKey(), param.getValue().doubleValue());
      }
    }
    return new FeatureDefinition(
        text(node, "name", where), kind(text(node, "kind", where), where), params);
  }

  private static FeatureKind kind(String text, String where) {
    for (FeatureKind kind : FeatureKind.values()) {
      if (kind.text().equals(text)) {
        return kind;
      }
    }
    List<String> known = Arrays.stream(FeatureKind.values()).map(FeatureKind::text).toList();
    throw new IllegalArgumentException(where + ": " + NearestName.explain("kind", text, known));
  }

  private static JsonNode object(JsonNode node, String where) {
    if (!node.isObject()) {
      throw new IllegalArgumentException(where + ": expected keys and values");
    }
    return node;
  }

  private static void checkKeys(JsonNode node, List<String> known, String where) {
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!known.contains(entry.getKey())) {
        throw new IllegalArgumentException(
            where + ": " + NearestName.explain("key", entry.getKey(), known));
      }
    }
  }

  private static JsonNode required(JsonNode node, String key, String where) {
    if (!node.hasNonNull(key)) {
      throw new IllegalArgumentException(where + ": " + key + " is missing");
    }
    return node.get(key);
  }

  private static String text(JsonNode node, String key, String where) {
    JsonNode value = required(node, key, where);
    if (!value.isTextual()) {
      throw new IllegalArgumentException(
          where + "." + key + "=" + value.asText() + ", expected text");
    }
    return value.textValue();
  }
}
