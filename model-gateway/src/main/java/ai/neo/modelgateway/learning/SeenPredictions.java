package ai.neo.modelgateway.learning;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;

/** The newest prediction ids, bounded; the oldest is forgotten. One thread. */
final class SeenPredictions {
  private final LinkedHashSet<String> ids = new LinkedHashSet<>();
  private final int capacity;

  SeenPredictions(int capacity) {
    this.capacity = capacity;
  }

  boolean contains(String id) {
    return ids.contains(id);
  }

  void add(String id) {
    if (ids.add(id) && ids.size() > capacity) {
      ids.removeFirst();
    }
  }

  void addAll(List<String> oldestFirst) {
    oldestFirst.forEach(this::add);
  }

  /** Oldest first. */
  Collection<String> ids() {
    return ids;
  }
}
