package ai.neo.featurestore;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A versioned list of features. Its {@link #id()} is a hash of what is computed and in which order:
 * it travels with every prediction and every model version, and a model that was made for another
 * one is refused.
 */
public record FeatureSetDefinition(String name, int version, List<FeatureDefinition> features) {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final String BUNDLED = "/feature-sets/default-1.yaml";
  private static final int ID_BYTES = 8;

  public FeatureSetDefinition {
    features = List.copyOf(features);
    if (features.isEmpty()) {
      throw new IllegalArgumentException("feature set '" + name + "' has no features");
    }
    Set<String> names = new HashSet<>();
    for (FeatureDefinition feature : features) {
      if (!names.add(feature.name())) {
        throw new IllegalArgumentException(
            "feature set '" + name + "' has two features named '" + feature.name() + "'");
      }
    }
  }

  /** The set that Neo ships. */
  public static FeatureSetDefinition bundled() {
    return fromYaml(bundledYaml(), BUNDLED);
  }

  /** The text of the set that Neo ships. */
  public static String bundledYaml() {
    try (InputStream in = FeatureSetDefinition.class.getResourceAsStream(BUNDLED)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a definition.
   *
   * @param origin where the text comes from, for errors
   * @throws IllegalArgumentException naming the key, what is wrong with it and what was expected
   */
  public static FeatureSetDefinition fromYaml(String text, String origin) {
    try {
      JsonNode root = YAML.readTree(text);
      onlyKeys(root, Set.of("name", "version", "features"), origin);
      List<FeatureDefinition> features = new ArrayList<>();
      for (JsonNode feature : root.path("features")) {
        features.add(feature(feature, origin));
      }
      return new FeatureSetDefinition(
          root.path("name").asText(), root.path("version").asInt(), features);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(origin + ": no valid YAML: " + e.getOriginalMessage(), e);
    }
  }

  private static FeatureDefinition feature(JsonNode node, String origin) {
    String name = node.path("name").asText();
    FeatureKind kind = kind(node.path("kind").asText(), name, origin);
    Map<String, Integer> parameters = new HashMap<>();
    node.properties()
        .forEach(
            entry -> {
              if (!entry.getKey().equals("name") && !entry.getKey().equals("kind")) {
                if (!entry.getValue().isInt()) {
                  throw new IllegalArgumentException(
                      origin + ": feature '" + name + "': " + entry.getKey() + "="
                          + entry.getValue() + ", expected a whole number");
                }
                parameters.put(entry.getKey(), entry.getValue().asInt());
              }
            });
    return new FeatureDefinition(name, kind, parameters);
  }

  private static FeatureKind kind(String key, String feature, String origin) {
    List<String> known = new ArrayList<>();
    for (FeatureKind kind : FeatureKind.values()) {
      if (kind.key().equals(key)) {
        return kind;
      }
      known.add(kind.key());
    }
    throw new IllegalArgumentException(
        origin + ": feature '" + feature + "': unknown kind '" + key + "', expected one of "
            + known);
  }

  private static void onlyKeys(JsonNode node, Set<String> known, String origin) {
    node.fieldNames()
        .forEachRemaining(
            key -> {
              if (!known.contains(key)) {
                throw new IllegalArgumentException(
                    origin + ": unknown key '" + key + "', expected one of " + known);
              }
            });
  }

  /** Sixteen hexadecimal digits of the SHA-256 of the canonical form. */
  public String id() {
    StringBuilder canonical = new StringBuilder(name).append('\n').append(version).append('\n');
    for (FeatureDefinition feature : features) {
      canonical
          .append(feature.name())
          .append(' ')
          .append(feature.kind().key())
          .append(' ')
          .append(new TreeMap<>(feature.parameters()))
          .append('\n');
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(canonical.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, ID_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** How many numbers a vector has. */
  public int width() {
    return features.size();
  }
}
