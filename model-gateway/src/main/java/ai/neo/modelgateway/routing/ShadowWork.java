package ai.neo.modelgateway.routing;

import ai.neo.modelgateway.engine.FeatureRows;
import ai.neo.modelgateway.serving.ServedVersion;
import java.util.Optional;

/** A request that the champion has answered, for a shadow to answer again. Used on one thread. */
public interface ShadowWork {

  /** By which its outcome will be told; empty when it can be told by none. */
  String predictionId();

  /** The rows that were asked, as that version takes them; empty when it does not. */
  Optional<FeatureRows> rows(ServedVersion version);

  /** What the caller was answered; empty where that is not one row with its probabilities. */
  Optional<ChampionAnswer> champion();

  /**
   * One row's answer.
   *
   * @param epoch in which the version was champion
   * @param probabilities SELL, HOLD, BUY
   */
  @SuppressWarnings("ArrayRecordComponent") // written once
  record ChampionAnswer(String version, String digest, long epoch, float[] probabilities) {}
}
