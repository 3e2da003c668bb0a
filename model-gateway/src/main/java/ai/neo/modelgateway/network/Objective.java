package ai.neo.modelgateway.network;

/**
 * What a network was trained for. It travels with the weights, so that learning goes on with the
 * same objective and the promotion gate with the same cost.
 *
 * @param sellWeight weight of a row labelled SELL in the loss
 * @param holdWeight weight of a row labelled HOLD
 * @param buyWeight weight of a row labelled BUY
 * @param returnScale the return, a fraction, that the network's fourth output calls 1
 * @param costPerTrade one-way cost as a fraction of notional
 */
public record Objective(
    float sellWeight, float holdWeight, float buyWeight, float returnScale, double costPerTrade) {
  public Objective {
    requirePositive("sellWeight", sellWeight);
    requirePositive("holdWeight", holdWeight);
    requirePositive("buyWeight", buyWeight);
    requirePositive("returnScale", returnScale);
    if (!Double.isFinite(costPerTrade) || costPerTrade < 0 || costPerTrade >= 1) {
      throw new IllegalArgumentException(
          "costPerTrade must be a fraction from 0 to below 1, costPerTrade=" + costPerTrade);
    }
  }

  /** The loss weight of a label: 0 SELL, 1 HOLD, 2 BUY. */
  public float weight(int label) {
    return switch (label) {
      case 0 -> sellWeight;
      case 1 -> holdWeight;
      case 2 -> buyWeight;
      default -> throw new IllegalArgumentException("label must be 0, 1 or 2, label=" + label);
    };
  }

  private static void requirePositive(String name, float value) {
    if (!Float.isFinite(value) || value <= 0f) {
      throw new IllegalArgumentException(name + " must be finite and above zero, is " + value);
    }
  }
}
