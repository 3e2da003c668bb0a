package ai.neo.featurestore;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps the newest vectors in memory: for tests and for runs without Redis. */
public final class InMemoryOnlineFeatureStore implements OnlineFeatureStore {
  private record Key(String instrument, String featureSetId) {}

  private final Map<Key, FeatureVector> newest = new ConcurrentHashMap<>();

  @Override
  public void putLatest(FeatureVector vector) {
    newest.merge(
        new Key(vector.instrument(), vector.featureSetId()),
        vector,
        (old, next) -> next.timeNs() > old.timeNs() ? next : old);
  }

  @Override
  public CompletionStage<Optional<FeatureVector>> latest(
      String instrumentSymbol, String featureSetId) {
    return CompletableFuture.completedFuture(
        Optional.ofNullable(newest.get(new Key(instrumentSymbol, featureSetId))));
  }

  @Override
  public CompletionStage<Void> settled() {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void close() {
    newest.clear();
  }
}
