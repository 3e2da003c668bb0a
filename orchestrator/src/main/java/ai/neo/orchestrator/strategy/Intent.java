package ai.neo.orchestrator.strategy;

import java.util.Objects;

/**
 * What a strategy wants and why. BUY: to hold the instrument; SELL: to hold none of it; HOLD: no
 * change.
 *
 * @param confidence of the model's word, 0..1; NaN where no model was asked
 */
public record Intent(Action action, double confidence, String reason) {
  public Intent {
    Objects.requireNonNull(action, "action");
    Objects.requireNonNull(reason, "reason");
  }

  /** No change. */
  public static Intent hold(double confidence, String reason) {
    return new Intent(Action.HOLD, confidence, reason);
  }
}
