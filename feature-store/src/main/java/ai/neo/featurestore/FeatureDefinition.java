package ai.neo.featurestore;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * One feature of a set.
 *
 * @param parameters whole numbers by name, as the kind expects them
 */
public record FeatureDefinition(String name, FeatureKind kind, Map<String, Integer> parameters) {
  public FeatureDefinition {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(kind, "kind");
    parameters = Map.copyOf(parameters);
    if (!parameters.keySet().equals(kind.parameters())) {
      throw new IllegalArgumentException(
          "feature '" + name + "' of kind " + kind.key() + " has parameters "
              + new TreeMap<>(parameters).keySet() + ", expected " + kind.parameters());
    }
    parameters.forEach(
        (key, value) -> {
          if (value <= 0) {
            throw new IllegalArgumentException(
                "feature '" + name + "': " + key + "=" + value + ", expected 1 or more");
          }
        });
  }

  int parameter(String key) {
    return parameters.get(key);
  }
}
