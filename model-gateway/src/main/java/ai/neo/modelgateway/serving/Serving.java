package ai.neo.modelgateway.serving;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which versions of a model answer at one instant; immutable, and replaced whole by a swap.
 *
 * @param champion answers requests that name no version
 * @param warm by version, the champion included
 * @param epoch how many times the champion had moved, by the registry's ledger; of models from
 *     elsewhere, how many times it has changed here
 * @param previous where a rollback would lead, as far as this process knows; may be not warm
 * @param held versions that stay warm whoever is champion, since a route leads to them
 */
record Serving(
    Optional<ServedVersion> champion,
    Map<String, ServedVersion> warm,
    long epoch,
    Optional<String> previous,
    Set<String> held) {

  static final Serving NOTHING = new Serving(Optional.empty(), Map.of(), 0, Optional.empty());

  Serving {
    warm = Map.copyOf(warm);
    held = Set.copyOf(held);
  }

  /** No route leads anywhere. */
  Serving(
      Optional<ServedVersion> champion,
      Map<String, ServedVersion> warm,
      long epoch,
      Optional<String> previous) {
    this(champion, warm, epoch, previous, Set.of());
  }

  Optional<ServedVersion> version(String version) {
    return version.isEmpty() ? champion : Optional.ofNullable(warm.get(version));
  }

  String championVersion() {
    return champion.map(ServedVersion::version).orElse("");
  }

  /** The same epoch with nothing that answers. */
  Serving withoutVersions() {
    return new Serving(Optional.empty(), Map.of(), epoch, Optional.empty());
  }

  /** The new champion, and of the rest only the one before and what is held. */
  Serving withChampion(ServedVersion next, Optional<String> nextPrevious, long nextEpoch) {
    Map<String, ServedVersion> kept = new TreeMap<>(warm);
    kept.keySet().retainAll(held);
    champion.ifPresent(old -> kept.put(old.version(), old));
    nextPrevious.map(warm::get).ifPresent(standby -> kept.put(standby.version(), standby));
    kept.put(next.version(), next);
    // Never back, as it would be where another registry took the place of the one before.
    return new Serving(Optional.of(next), kept, Math.max(epoch, nextEpoch), nextPrevious, held);
  }

  /** The same versions, in an epoch that is no earlier. */
  Serving withEpoch(long later) {
    return new Serving(champion, warm, Math.max(epoch, later), previous, held);
  }

  /** The same epoch with one more version at hand, the one that a rollback leads to. */
  Serving withPrevious(ServedVersion standby) {
    Map<String, ServedVersion> kept = new TreeMap<>(warm);
    kept.put(standby.version(), standby);
    return new Serving(champion, kept, epoch, Optional.of(standby.version()), held);
  }

  /**
   * The same champion and epoch, with these held and no others.
   *
   * @param standing what stays warm beside them: the champion, and where a rollback leads
   */
  Serving withHeld(Map<String, ServedVersion> routed, Set<String> standing) {
    Map<String, ServedVersion> kept = new TreeMap<>(warm);
    kept.keySet().removeIf(version -> held.contains(version) && !standing.contains(version));
    kept.putAll(routed);
    return new Serving(champion, kept, epoch, previous, routed.keySet());
  }
}
