package ai.neo.orchestrator.strategy;

import ai.neo.tradingtypes.Bar;
import java.util.Optional;

/**
 * One strategy on one instrument. Deterministic: its answers depend on nothing but what it was
 * told, in order. Not thread-safe: the loop owns it.
 */
public interface Strategy {
  /** Short and stable: positions, orders and fills carry it. */
  String name();

  /** Whether it decides on the model's word; if so it is asked at every prediction. */
  boolean usesModel();

  /**
   * A bar has closed.
   *
   * @return an intent that needs no model (an exit, a plain signal), or empty to say nothing
   */
  Optional<Intent> onBar(Bar bar, Holding holding);

  /** A valid prediction has come for the last bar. Called only if {@link #usesModel()}. */
  Intent onPrediction(Prediction prediction, Holding holding);
}
