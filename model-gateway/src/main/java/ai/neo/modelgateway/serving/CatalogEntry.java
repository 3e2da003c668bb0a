package ai.neo.modelgateway.serving;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What the catalog holds of one model at one instant.
 *
 * @param versions the warm ones, by number
 * @param champion the version that answers by default; empty when none does
 * @param failedVersion the version that should serve and cannot; empty when all is well
 * @param failure why it cannot
 */
public record CatalogEntry(
    String model,
    long epoch,
    List<ServedVersion> versions,
    Optional<String> champion,
    Optional<String> failedVersion,
    String failure) {

  public CatalogEntry {
    versions = List.copyOf(versions);
  }

  static CatalogEntry of(ModelSlot slot) {
    Serving now = slot.serving();
    List<ServedVersion> versions =
        now.warm().values().stream()
            .sorted(Comparator.comparingLong(v -> Long.parseLong(v.version())))
            .toList();
    return new CatalogEntry(
        slot.name(),
        now.epoch(),
        versions,
        now.champion().map(ServedVersion::version),
        slot.failure().map(ModelSlot.FailedLoad::version),
        slot.failure().map(ModelSlot.FailedLoad::reason).orElse(""));
  }
}
