package ai.neo.benchmarks;

import ai.neo.orchestrator.strategy.Action;
import ai.neo.orchestrator.strategy.Holding;
import ai.neo.orchestrator.strategy.Intent;
import ai.neo.orchestrator.strategy.Prediction;
import ai.neo.orchestrator.strategy.Strategy;
import ai.neo.tradingtypes.Bar;
import java.util.Optional;

/** Strategies that want an order as often as the loop lets them. */
final class TestStrategies {
  private static final Intent BUY = new Intent(Action.BUY, 1, "flat");
  private static final Intent SELL = new Intent(Action.SELL, 1, "held");

  private TestStrategies() {}

  /** Buys when flat and sells when not, at every bar, without a model. */
  record InAndOut(String name) implements Strategy {
    @Override
    public boolean usesModel() {
      return false;
    }

    @Override
    public Optional<Intent> onBar(Bar bar, Holding holding) {
      return Optional.of(holding.open() ? SELL : BUY);
    }

    @Override
    public Intent onPrediction(Prediction prediction, Holding holding) {
      throw new IllegalStateException("asks no model");
    }
  }

  /** Buys when flat and sells when not, at every prediction, whatever it says. */
  record OnEveryPrediction(String name) implements Strategy {
    @Override
    public boolean usesModel() {
      return true;
    }

    @Override
    public Optional<Intent> onBar(Bar bar, Holding holding) {
      return Optional.empty();
    }

    @Override
    public Intent onPrediction(Prediction prediction, Holding holding) {
      return new Intent(
          holding.open() ? Action.SELL : Action.BUY,
          prediction.confidence(),
          "v" + prediction.version() + " says " + prediction.likeliest());
    }
  }

  /** Buys when flat and sells when not, at every so many bars, without a model. */
  static final class NowAndThen implements Strategy {
    private final String name;
    private final int every;
    private int bars;

    NowAndThen(String name, int every) {
      this.name = name;
      this.every = every;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public boolean usesModel() {
      return false;
    }

    @Override
    public Optional<Intent> onBar(Bar bar, Holding holding) {
      return ++bars % every == 0 ? Optional.of(holding.open() ? SELL : BUY) : Optional.empty();
    }

    @Override
    public Intent onPrediction(Prediction prediction, Holding holding) {
      throw new IllegalStateException("asks no model");
    }
  }
}
