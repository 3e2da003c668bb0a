package ai.neo.modelgateway.serving;

import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.proto.learning.v1.ModelChange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Puts versions from elsewhere than the registry in a model's place, all at once. */
final class Installation {

  private final ModelSlot slot;
  private final VersionLoader loader;

  Installation(ModelSlot slot, VersionLoader loader) {
    this.slot = slot;
    this.loader = loader;
  }

  /**
   * Serves exactly those of the versions that can be loaded, the highest by default. What serves
   * already from there, unchanged, is not loaded again. When none can be loaded, what served serves
   * on.
   *
   * @return why each of the others cannot
   */
  Map<String, String> of(List<SuppliedVersion> versions) {
    Map<String, String> problems = new TreeMap<>();
    slot.change.lock();
    try {
      Serving now = slot.serving();
      Map<String, ServedVersion> warm = new HashMap<>();
      for (SuppliedVersion version : versions) {
        try {
          ServedVersion served = served(now, version);
          warm.put(served.version(), served);
        } catch (ModelRefusedException e) {
          problems.put(version.artifact().version(), e.getMessage());
        }
      }
      if (!warm.isEmpty()) {
        replace(now, warm);
      }
    } finally {
      slot.change.unlock();
    }
    return problems;
  }

  private ServedVersion served(Serving now, SuppliedVersion version) throws ModelRefusedException {
    ServedVersion same = now.warm().get(version.artifact().version());
    boolean unchanged =
        slot.isElsewhere()
            && same != null
            && same.artifact().digest().equals(version.artifact().digest())
            && same.terms().equals(version.terms());
    return unchanged ? same : loader.load(version);
  }

  private void replace(Serving now, Map<String, ServedVersion> warm) {
    ServedVersion champion =
        warm.values().stream()
            .max((a, b) -> Long.compare(number(a), number(b)))
            .orElseThrow(() -> new IllegalArgumentException("no version to serve"));
    boolean moved = now.champion().filter(before -> before == champion).isEmpty();
    long epoch = now.epoch() + (moved ? 1 : 0);
    Serving next = new Serving(Optional.of(champion), warm, epoch, Optional.empty());
    ModelChange change =
        ModelChange.newBuilder()
            .setKind(ModelChange.Kind.CURRENT)
            .setModel(slot.name())
            .setVersion(champion.version())
            .setDigest(champion.artifact().digest())
            .setFeatureSetId(champion.artifact().featureSetId())
            .setPreviousVersion(now.championVersion())
            .setEpoch(epoch)
            .setReason("loaded")
            .build();
    slot.setElsewhere(true);
    slot.replace(next, moved ? Optional.of(change) : Optional.empty());
  }

  private static long number(ServedVersion version) {
    return Long.parseLong(version.version());
  }
}
