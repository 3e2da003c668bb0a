package ai.neo.featurestore;

import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Keeps all vectors in memory, without bound: for tests. */
public final class InMemoryOfflineFeatureStore implements OfflineFeatureStore {
  private record Key(String instrument, long timeNs, String featureSetId) {}

  private final TreeMap<Key, FeatureVector> vectors =
      new TreeMap<>(
          Comparator.comparing(Key::instrument)
              .thenComparingLong(Key::timeNs)
              .thenComparing(Key::featureSetId));

  @Override
  public synchronized CompletionStage<Void> append(List<FeatureVector> batch) {
    for (FeatureVector vector : batch) {
      vectors.putIfAbsent(
          new Key(vector.instrument(), vector.timeNs(), vector.featureSetId()), vector);
    }
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized CompletionStage<List<FeatureVector>> history(
      String instrumentSymbol, long fromNs, long toNs, int limit) {
    OfflineFeatureStore.checkedLimit(limit);
    List<FeatureVector> found =
        fromNs >= toNs
            ? List.of()
            : vectors
                .subMap(new Key(instrumentSymbol, fromNs, ""), new Key(instrumentSymbol, toNs, ""))
                .values()
                .stream()
                .limit(limit)
                .toList();
    return CompletableFuture.completedFuture(found);
  }
}
