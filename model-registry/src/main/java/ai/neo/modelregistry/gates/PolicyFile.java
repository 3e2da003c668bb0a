package ai.neo.modelregistry.gates;

import ai.neo.proto.signing.VerifyingKey;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a {@link RegistryPolicy} from YAML. A key that is not known is an error: a gate that was
 * misspelt would be no gate.
 */
public final class PolicyFile {
  private static final Set<String> TOP =
      Set.of("evaluators", "signers", "torchscript", "models", "webhook_hosts");
  private static final Set<String> GATES =
      Set.of(
          "signed_evaluation",
          "minimum_samples",
          "sequential_test",
          "second_person",
          "approvals_last_hours",
          "allow_force",
          "gate_first");

  private final Path path;

  private PolicyFile(Path path) {
    this.path = path;
  }

  /**
   * @throws IllegalArgumentException with file, key and what was expected
   */
  public static RegistryPolicy read(Path path) {
    try {
      return new PolicyFile(path).parse(Files.readString(path));
    } catch (JsonProcessingException e) {
      String line = e.getLocation() == null ? "" : ":" + e.getLocation().getLineNr();
      throw new IllegalArgumentException(
          path + line + ": no valid YAML: " + e.getOriginalMessage().lines().findFirst().orElse(""),
          e);
    } catch (IOException e) {
      throw new IllegalArgumentException(path + " cannot be read: " + e, e);
    }
  }

  private RegistryPolicy parse(String text) throws IOException {
    JsonNode root = new ObjectMapper(new YAMLFactory()).readTree(text);
    if (root.isMissingNode() || root.isNull()) {
      return RegistryPolicy.NONE;
    }
    requireKnown(root, "", TOP);
    Map<String, GateSettings> models = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> model : object(root, "models", "").properties()) {
      models.put(model.getKey(), gates(model.getValue(), "models." + model.getKey()));
    }
    Set<String> hosts = new LinkedHashSet<>();
    root.path("webhook_hosts").forEach(host -> hosts.add(host.asText()));
    try {
      return new RegistryPolicy(
          keys(root, "evaluators"),
          keys(root, "signers"),
          choice(root, "torchscript", List.of("allowed", "signed")).equals("signed"),
          models,
          hosts);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
    }
  }

  private Map<String, VerifyingKey> keys(JsonNode root, String name) {
    Map<String, VerifyingKey> keys = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> key : object(root, name, "").properties()) {
      try {
        keys.put(key.getKey(), VerifyingKey.parse(key.getValue().asText()));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(name + "." + key.getKey() + ": " + e.getMessage(), e);
      }
    }
    return keys;
  }

  private GateSettings gates(JsonNode gates, String at) {
    requireKnown(gates, at, GATES);
    GateSettings none = GateSettings.NONE;
    try {
      return new GateSettings(
          yes(gates, "signed_evaluation", at),
          whole(gates, "minimum_samples", at, none.minimumSamples()),
          sequential(gates, at),
          yes(gates, "second_person", at),
          Duration.ofHours(
              whole(gates, "approvals_last_hours", at, none.approvalsLast().toHours())),
          yes(gates, "allow_force", at),
          yes(gates, "gate_first", at));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          e.getMessage().startsWith(path.toString())
              ? e.getMessage()
              : path + ": " + at + ": " + e.getMessage(),
          e);
    }
  }

  private Optional<GateSettings.Sequential> sequential(JsonNode gates, String at) {
    if (!gates.has("sequential_test")) {
      return Optional.empty();
    }
    JsonNode test = object(gates, "sequential_test", at);
    String here = at + ".sequential_test";
    requireKnown(test, here, Set.of("alpha", "bound"));
    return Optional.of(
        new GateSettings.Sequential(number(test, "alpha", here), number(test, "bound", here)));
  }

  private JsonNode object(JsonNode parent, String name, String at) {
    JsonNode node = parent.path(name);
    if (!node.isMissingNode() && !node.isObject()) {
      throw wrong(at, name, node, "a mapping");
    }
    return node;
  }

  private boolean yes(JsonNode parent, String name, String at) {
    JsonNode node = parent.path(name);
    if (!node.isMissingNode() && !node.isBoolean()) {
      throw wrong(at, name, node, "true or false");
    }
    return node.asBoolean(false);
  }

  private long whole(JsonNode parent, String name, String at, long byDefault) {
    JsonNode node = parent.path(name);
    if (node.isMissingNode()) {
      return byDefault;
    }
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw wrong(at, name, node, "a whole number");
    }
    return node.asLong();
  }

  private double number(JsonNode parent, String name, String at) {
    JsonNode node = parent.path(name);
    if (!node.isNumber()) {
      throw wrong(at, name, node, "a number");
    }
    return node.asDouble();
  }

  private String choice(JsonNode parent, String name, List<String> words) {
    String word = parent.path(name).asText(words.getFirst());
    if (!words.contains(word.isEmpty() ? words.getFirst() : word)) {
      throw wrong("", name, parent.path(name), "one of " + words);
    }
    return word;
  }

  private void requireKnown(JsonNode node, String at, Set<String> known) {
    if (!node.isObject()) {
      throw new IllegalArgumentException(
          "%s: %s is no mapping; expected some of %s".formatted(path, named(at), sorted(known)));
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!known.contains(entry.getKey())) {
        throw new IllegalArgumentException(
            "%s: %s is not known; expected one of %s"
                .formatted(path, named(joined(at, entry.getKey())), sorted(known)));
      }
    }
  }

  private IllegalArgumentException wrong(String at, String name, JsonNode found, String expected) {
    return new IllegalArgumentException(
        "%s: %s=%s; expected %s".formatted(path, joined(at, name), found, expected));
  }

  private static List<String> sorted(Set<String> words) {
    return words.stream().sorted().toList();
  }

  private static String joined(String at, String name) {
    return at.isEmpty() ? name : at + "." + name;
  }

  private static String named(String at) {
    return at.isEmpty() ? "the file" : at;
  }
}
