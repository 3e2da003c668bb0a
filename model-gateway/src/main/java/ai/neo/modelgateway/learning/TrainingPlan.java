package ai.neo.modelgateway.learning;

/**
 * What a training was asked for.
 *
 * @param featureSetId hash of the feature set's definition
 * @param seed decides the initial weights and the order of rows
 * @param epochs passes over the rows
 * @param costPerTrade one-way cost as a fraction of notional
 * @param network which network, and what happens before and after
 */
public record TrainingPlan(
    String featureSetId, long seed, int epochs, double costPerTrade, NetworkChoice network) {
  /** More passes than this over the same rows only learn them by heart. */
  public static final int MAX_EPOCHS = 1000;

  /**
   * One-way cost when the caller names none: six basis points in and out. To judge without any cost
   * would promote whoever trades most.
   */
  public static final double DEFAULT_COST_PER_TRADE = 3e-4;

  /** A plan for the small network of a first start. */
  public TrainingPlan(String featureSetId, long seed, int epochs, double costPerTrade) {
    this(featureSetId, seed, epochs, costPerTrade, NetworkChoice.FIRST);
  }

  public TrainingPlan {
    if (featureSetId.isBlank()) {
      throw new IllegalArgumentException("feature_set_id must be given");
    }
    if (epochs < 1 || epochs > MAX_EPOCHS) {
      throw new IllegalArgumentException("epochs must be 1 to " + MAX_EPOCHS + ", is " + epochs);
    }
    if (!Double.isFinite(costPerTrade) || costPerTrade < 0 || costPerTrade >= 1) {
      throw new IllegalArgumentException(
          "cost_per_trade must be a fraction from 0 to below 1, is " + costPerTrade);
    }
  }
}
