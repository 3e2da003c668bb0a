package ai.neo.orchestrator.strategy;

import ai.neo.riskrules.ModelDoubt;
import java.util.Objects;

/**
 * What a model said of one instrument at one moment.
 *
 * @param id unique within the run
 * @param barTimeNs close of the bar whose features were asked about
 * @param version the exact version that answered
 * @param digest SHA-256 of its artifact
 * @param epoch how many swaps the gateway had made
 * @param sell probability of SELL, 0..1
 * @param hold probability of HOLD, 0..1
 * @param buy probability of BUY, 0..1
 * @param expectedReturn over the horizon, a fraction; NaN when the model has no such output
 * @param doubt what the model says of its own doubt, as far as it does
 */
public record Prediction(
    long id,
    int instrument,
    long barTimeNs,
    String model,
    String version,
    String digest,
    long epoch,
    float sell,
    float hold,
    float buy,
    float expectedReturn,
    ModelDoubt doubt) {
  public Prediction {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(digest, "digest");
    Objects.requireNonNull(doubt, "doubt");
  }

  /** Whether the numbers are probabilities: finite, within 0..1, together 1. */
  public boolean valid() {
    return probability(sell)
        && probability(hold)
        && probability(buy)
        && Math.abs(sell + hold + buy - 1f) < 1e-3f;
  }

  private static boolean probability(float p) {
    return p >= 0f && p <= 1f;
  }

  /** The probability of the likeliest action. */
  public double confidence() {
    return Math.max(sell, Math.max(hold, buy));
  }

  /** The likeliest action; HOLD wins ties. */
  public Action likeliest() {
    if (buy > hold && buy > sell) {
      return Action.BUY;
    }
    return sell > hold && sell > buy ? Action.SELL : Action.HOLD;
  }
}
