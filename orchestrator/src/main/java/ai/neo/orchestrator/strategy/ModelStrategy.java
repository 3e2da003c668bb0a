package ai.neo.orchestrator.strategy;

import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.E8;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Optional;

/**
 * Buys when the model says BUY with enough confidence, sells when it says SELL, and leaves a losing
 * or stale position without asking it. Long only.
 */
public final class ModelStrategy implements Strategy {
  private final Settings settings;

  /**
   * @param minConfidence of BUY, to enter
   * @param exitConfidence of SELL, to leave
   * @param stopLossBps below the average price at which the position is left at once
   * @param maxBarsHeld after which a position is left whatever the model says
   */
  public record Settings(
      double minConfidence, double exitConfidence, int stopLossBps, int maxBarsHeld) {
    public Settings {
      if (!(minConfidence > 0 && minConfidence <= 1 && exitConfidence > 0 && exitConfidence <= 1)) {
        throw new IllegalArgumentException(
            "min_confidence="
                + minConfidence
                + " exit_confidence="
                + exitConfidence
                + ", expected within 0..1");
      }
      if (stopLossBps <= 0 || maxBarsHeld <= 0) {
        throw new IllegalArgumentException(
            "stop_loss_bps="
                + stopLossBps
                + " max_bars_held="
                + maxBarsHeld
                + ", expected positive numbers");
      }
    }
  }

  public ModelStrategy(Settings settings) {
    this.settings = settings;
  }

  @Override
  public String name() {
    return "model";
  }

  @Override
  public boolean usesModel() {
    return true;
  }

  @Override
  public Optional<Intent> onBar(Bar bar, Holding holding) {
    if (!holding.open() || holding.orderWorking()) {
      return Optional.empty();
    }
    long stop =
        E8.multiplyDivide(
            holding.averagePriceE8(), 10_000L - settings.stopLossBps, 10_000L, RoundingMode.UP);
    if (bar.closeE8() <= stop) {
      return Optional.of(
          new Intent(
              Action.SELL,
              Double.NaN,
              "stop loss: close " + E8.format(bar.closeE8()) + " <= " + E8.format(stop)));
    }
    if (holding.barsHeld() >= settings.maxBarsHeld) {
      return Optional.of(
          new Intent(
              Action.SELL, Double.NaN, "held for " + holding.barsHeld() + " bars, the longest"));
    }
    return Optional.empty();
  }

  @Override
  public Intent onPrediction(Prediction prediction, Holding holding) {
    double confidence = prediction.confidence();
    return switch (prediction.likeliest()) {
      case BUY -> onBuy(prediction, confidence, holding);
      case SELL -> onSell(prediction, confidence, holding);
      case HOLD -> Intent.hold(confidence, says(prediction, "HOLD", prediction.hold()));
    };
  }

  private Intent onBuy(Prediction prediction, double confidence, Holding holding) {
    String says = says(prediction, "BUY", prediction.buy());
    if (holding.orderWorking()) {
      return Intent.hold(confidence, says + "; an order is working");
    }
    if (holding.open()) {
      return Intent.hold(confidence, says + "; already long");
    }
    if (confidence < settings.minConfidence) {
      return Intent.hold(confidence, says + "; " + percent(settings.minConfidence) + " needed");
    }
    return new Intent(Action.BUY, confidence, says);
  }

  private Intent onSell(Prediction prediction, double confidence, Holding holding) {
    String says = says(prediction, "SELL", prediction.sell());
    if (!holding.open()) {
      return Intent.hold(confidence, says + "; nothing held");
    }
    if (holding.orderWorking()) {
      return Intent.hold(confidence, says + "; an order is working");
    }
    if (confidence < settings.exitConfidence) {
      return Intent.hold(confidence, says + "; " + percent(settings.exitConfidence) + " needed");
    }
    return new Intent(Action.SELL, confidence, says);
  }

  private static String says(Prediction prediction, String action, float probability) {
    return "v" + prediction.version() + " says " + action + " " + percent(probability);
  }

  private static String percent(double probability) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * probability);
  }
}
