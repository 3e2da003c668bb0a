package ai.neo.modelgateway.learning;

import ai.neo.proto.registry.v1.ModelVersion;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which versions a model has and what each descends from, as far as was asked. Versions never
 * change, so that the registry is asked only about one that is new here. One thread.
 */
final class Lineage {
  private final ModelDesk desk;
  private final Map<String, String> parents = new HashMap<>();

  Lineage(ModelDesk desk) {
    this.desk = desk;
  }

  /** Whether there is such a version; the registry's failure passes through. */
  boolean knows(String version) {
    if (!parents.containsKey(version)) {
      for (ModelVersion one : desk.versions()) {
        parents.put(one.getVersion(), one.getParentVersion());
      }
    }
    return parents.containsKey(version);
  }

  /** Whether a version is another or descends from it. */
  boolean descends(String version, String from) {
    Optional<String> at = Optional.of(version);
    // A version's parent is always older than itself: no circle.
    while (at.isPresent() && !at.get().isEmpty()) {
      if (at.get().equals(from)) {
        return true;
      }
      at = knows(at.get()) ? Optional.of(parents.get(at.get())) : Optional.empty();
    }
    return false;
  }
}
