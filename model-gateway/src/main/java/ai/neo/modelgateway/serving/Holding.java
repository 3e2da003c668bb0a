package ai.neo.modelgateway.serving;

import ai.neo.modelgateway.engine.ModelRefusedException;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Puts versions beside the champion that stay there whatever is swapped. */
final class Holding {
  private final ModelSlot slot;
  private final VersionLoader loader;

  Holding(ModelSlot slot, VersionLoader loader) {
    this.slot = slot;
    this.loader = loader;
  }

  /** The slot is held by the caller. */
  Map<String, ServedVersion> of(Set<String> versions) throws ModelRefusedException {
    Serving now = slot.serving();
    if (versions.isEmpty() && now.held().isEmpty()) {
      return Map.of();
    }
    Map<String, ServedVersion> routed = new TreeMap<>();
    try {
      for (String version : versions) {
        ServedVersion champion =
            now.champion()
                .orElseThrow(
                    () -> new ModelRefusedException("'" + slot.name() + "' has no champion here"));
        routed.put(version, served(now, champion, version));
      }
    } catch (ModelRefusedException | RuntimeException e) {
      routed.values().stream()
          .filter(loaded -> now.warm().get(loaded.version()) != loaded)
          .forEach(ServedVersion::retire);
      throw e;
    }
    Set<String> standing = new HashSet<>(now.previous().map(Set::of).orElse(Set.of()));
    standing.add(now.championVersion());
    slot.replace(now.withHeld(routed, standing), Optional.empty());
    return routed;
  }

  private ServedVersion served(Serving now, ServedVersion champion, String version)
      throws ModelRefusedException {
    if (champion.tensors().isPresent()) {
      throw new ModelRefusedException(
          "model '%s' takes tensors of its own; routes are for models of the loop's signature"
              .formatted(slot.name()));
    }
    ServedVersion warm = now.warm().get(version);
    ServedVersion served =
        warm == null ? loader.load(slot.name(), version, Optional.of(champion)).version() : warm;
    if (served.model().features() != champion.model().features()) {
      if (warm == null) {
        served.retire();
      }
      throw new ModelRefusedException(
          "version %s takes rows of %d numbers, the champion (version %s) of %d; callers of both send the same"
              .formatted(
                  version,
                  served.model().features(),
                  champion.version(),
                  champion.model().features()));
    }
    return served;
  }
}
