package ai.neo.featurestore.redis;

import ai.neo.featurestore.FeatureVector;

/** Hears of vectors that could not be written. Called on the store's own thread; must not throw. */
@FunctionalInterface
public interface WriteFailureListener {
  /** The vector is lost to the online store; the next one is tried again. */
  void onWriteFailed(FeatureVector vector, Throwable cause);
}
