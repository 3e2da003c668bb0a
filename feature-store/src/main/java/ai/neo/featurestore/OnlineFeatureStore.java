package ai.neo.featurestore;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Keeps the newest feature vector of every instrument and feature set. Safe for use by several
 * threads. What it holds can be rebuilt.
 */
public interface OnlineFeatureStore extends AutoCloseable {
  /**
   * Remembers a vector, unless one of the same time or a later one is there already.
   *
   * <p>Returns at once and never throws for a store that is slow or away: vectors are then dropped
   * in favour of newer ones, and failures are counted and reported elsewhere.
   */
  void putLatest(FeatureVector vector);

  /**
   * The newest vector. The stage fails if the store is away.
   *
   * @param instrumentSymbol symbol of the instrument
   * @param featureSetId {@link FeatureSetDefinition#id()}
   */
  CompletionStage<Optional<FeatureVector>> latest(String instrumentSymbol, String featureSetId);

  /** Completes when every vector put so far is stored, was superseded, or has failed. */
  CompletionStage<Void> settled();

  /** Gives back connections and threads. Vectors not written yet are dropped. */
  @Override
  void close();
}
