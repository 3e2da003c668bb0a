package ai.neo.orchestrator.trading;

import java.util.Objects;

/**
 * What the loop was told at its start; part of the journal, so that a replay is told the same.
 *
 * @param instance name of this Neo, the first part of every client order id
 * @param epoch of this run's right to trade the account, the second part
 * @param initialCashE8 in quote currency
 * @param model name of the registered model that is asked
 * @param horizonBars after how many bars a prediction's outcome is known
 * @param labelThreshold forward return beyond which BUY (or SELL) would have been right, a fraction
 * @param positionFraction of equity that one entry may take, 0..1
 * @param predictionDeadlineNs after which an answer is of no use
 */
public record LoopSettings(
    String instance,
    long epoch,
    long initialCashE8,
    String model,
    int horizonBars,
    double labelThreshold,
    double positionFraction,
    long predictionDeadlineNs) {
  public LoopSettings {
    Objects.requireNonNull(instance, "instance");
    Objects.requireNonNull(model, "model");
    if (horizonBars <= 0) {
      throw new IllegalArgumentException("horizon_bars=" + horizonBars + ", expected 1 or more");
    }
    if (!(labelThreshold >= 0)) {
      throw new IllegalArgumentException(
          "label_threshold=" + labelThreshold + ", expected 0 or more");
    }
    if (!(positionFraction > 0 && positionFraction <= 1)) {
      throw new IllegalArgumentException(
          "position_fraction=" + positionFraction + ", expected more than 0 and at most 1");
    }
    if (predictionDeadlineNs <= 0) {
      throw new IllegalArgumentException(
          "prediction_deadline_ns=" + predictionDeadlineNs + ", expected more than 0");
    }
  }
}
