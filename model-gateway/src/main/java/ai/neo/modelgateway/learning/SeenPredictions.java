package ai.neo.modelgateway.learning;

import java.util.LinkedHashSet;

/** The newest prediction ids, bounded; the oldest is forgotten. One thread. */
final class SeenPredictions {
  private final LinkedHashSet<String> ids = new LinkedHashSet<>();
  private final int capacity;

  SeenPredictions(int capacity) {
    this.capacity = capacity;
  }

  /** False when the id was seen before. */
  boolean add(String id) {
    if (!ids.add(id)) {
      return false;
    }
    if (ids.size() > capacity) {
      ids.removeFirst();
    }
    return true;
  }
}
