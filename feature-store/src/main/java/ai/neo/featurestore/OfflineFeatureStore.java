package ai.neo.featurestore;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Keeps every feature vector. Safe for use by several threads. */
public interface OfflineFeatureStore {
  /** Most rows that one question may ask for. */
  int HISTORY_LIMIT_MAX = 100_000;

  /**
   * Stores vectors, all or none. One that is there already (same instrument, feature set and time)
   * is left as it is, so that a batch can be sent again after a failure.
   */
  CompletionStage<Void> append(List<FeatureVector> vectors);

  /**
   * Vectors of one instrument, of all feature sets, ascending in time.
   *
   * @param fromNs earliest time, inclusive
   * @param toNs latest time, exclusive
   * @param limit most vectors to return, 1 to {@link #HISTORY_LIMIT_MAX}; the earliest are kept,
   *     and the rest is asked for from the last one's time on
   */
  CompletionStage<List<FeatureVector>> history(
      String instrumentSymbol, long fromNs, long toNs, int limit);

  /**
   * Checks a limit.
   *
   * @throws IllegalArgumentException if it is out of range
   */
  static int checkedLimit(int limit) {
    if (limit < 1 || limit > HISTORY_LIMIT_MAX) {
      throw new IllegalArgumentException("limit=" + limit + ", expected 1 to " + HISTORY_LIMIT_MAX);
    }
    return limit;
  }
}
