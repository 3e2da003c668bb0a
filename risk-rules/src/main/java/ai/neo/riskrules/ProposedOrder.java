package ai.neo.riskrules;

import ai.neo.tradingtypes.Order;
import java.util.Objects;

/**
 * An order that has not gone out.
 *
 * @param confidence of the model's word, 0..1; NaN where no model was asked
 * @param modelDriven whether it rests on a prediction
 * @param doubt what the model said of its own doubt; {@link ModelDoubt#NONE} where none was asked
 */
public record ProposedOrder(Order order, double confidence, boolean modelDriven, ModelDoubt doubt) {
  public ProposedOrder {
    Objects.requireNonNull(order, "order");
    Objects.requireNonNull(doubt, "doubt");
  }
}
