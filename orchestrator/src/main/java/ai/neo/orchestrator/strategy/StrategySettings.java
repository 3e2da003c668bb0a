package ai.neo.orchestrator.strategy;

import java.util.List;

/**
 * What the strategies of a run are made with.
 *
 * @param fastBars of the moving averages' faster one
 * @param slowBars of the slower one, more than the faster one's
 */
public record StrategySettings(ModelStrategy.Settings model, int fastBars, int slowBars) {
  /** Fresh ones, for one instrument. */
  public List<Strategy> strategies() {
    return List.of(new ModelStrategy(model), new MovingAverageCross(fastBars, slowBars));
  }
}
