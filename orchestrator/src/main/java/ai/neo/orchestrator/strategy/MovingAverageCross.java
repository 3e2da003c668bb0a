package ai.neo.orchestrator.strategy;

import ai.neo.featurestore.indicator.Ema;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.E8;
import java.util.Locale;
import java.util.Optional;

/**
 * Holds the instrument while its fast moving average is above the slow one. Asks no model: the
 * plain strategy beside which a model has to earn its keep.
 */
public final class MovingAverageCross implements Strategy {
  private final Ema fast;
  private final Ema slow;
  private boolean wasAbove;
  private boolean known;

  /**
   * @param fastBars period of the fast average
   * @param slowBars period of the slow average, longer
   */
  public MovingAverageCross(int fastBars, int slowBars) {
    if (fastBars <= 0 || slowBars <= fastBars) {
      throw new IllegalArgumentException(
          "fast_bars=" + fastBars + " slow_bars=" + slowBars + ", expected 0 < fast < slow");
    }
    fast = new Ema(fastBars);
    slow = new Ema(slowBars);
  }

  @Override
  public String name() {
    return "ma-cross";
  }

  @Override
  public boolean usesModel() {
    return false;
  }

  @Override
  public Optional<Intent> onBar(Bar bar, Holding holding) {
    double close = E8.toDouble(bar.closeE8());
    fast.update(close);
    slow.update(close);
    if (!slow.ready()) {
      return Optional.empty();
    }
    boolean above = fast.value() > slow.value();
    boolean crossed = known && above != wasAbove;
    known = true;
    wasAbove = above;
    if (!crossed || holding.orderWorking()) {
      return Optional.empty();
    }
    if (above == holding.open()) {
      return Optional.empty();
    }
    return Optional.of(
        new Intent(
            above ? Action.BUY : Action.SELL,
            Double.NaN,
            String.format(
                Locale.ROOT,
                "fast average %.2f crossed %s slow %.2f",
                fast.value(),
                above ? "above" : "below",
                slow.value())));
  }

  @Override
  public Intent onPrediction(Prediction prediction, Holding holding) {
    throw new IllegalStateException("ma-cross asks no model");
  }
}
