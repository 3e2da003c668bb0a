package ai.neo.modelgateway.serving;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which versions of a model answer at one instant; immutable, and replaced whole by a swap.
 *
 * @param champion answers requests that name no version
 * @param warm by version, the champion included
 * @param epoch rises by one with each change of the champion
 * @param previous where a rollback would lead, as far as this process knows; may be not warm
 */
record Serving(
    Optional<ServedVersion> champion,
    Map<String, ServedVersion> warm,
    long epoch,
    Optional<String> previous) {

  static final Serving NOTHING = new Serving(Optional.empty(), Map.of(), 0, Optional.empty());

  Serving {
    warm = Map.copyOf(warm);
  }

  Optional<ServedVersion> version(String version) {
    return version.isEmpty() ? champion : Optional.ofNullable(warm.get(version));
  }

  String championVersion() {
    return champion.map(ServedVersion::version).orElse("");
  }

  /** The next epoch: the new champion, and of the rest only the one it takes the place of. */
  Serving withChampion(ServedVersion next, Optional<String> nextPrevious) {
    Map<String, ServedVersion> kept = new TreeMap<>();
    champion.ifPresent(old -> kept.put(old.version(), old));
    nextPrevious.map(warm::get).ifPresent(standby -> kept.put(standby.version(), standby));
    kept.put(next.version(), next);
    return new Serving(Optional.of(next), kept, epoch + 1, nextPrevious);
  }

  /** The same epoch with one more version at hand, the one that a rollback leads to. */
  Serving withPrevious(ServedVersion standby) {
    Map<String, ServedVersion> kept = new TreeMap<>(warm);
    kept.put(standby.version(), standby);
    return new Serving(champion, kept, epoch, Optional.of(standby.version()));
  }
}
