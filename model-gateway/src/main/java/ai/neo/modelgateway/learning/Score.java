package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.modelgateway.network.DirectionNetwork;
import java.util.Collection;
import java.util.Locale;

/**
 * How a version would have done on some outcomes.
 *
 * @param profit mean per outcome, a fraction, net of cost: long on BUY, short on SELL
 * @param logLoss mean negative logarithm of the probability of what was right
 */
record Score(double profit, double logLoss, int outcomes) {
  private static final int SELL = 0;
  private static final int BUY = 2;

  /** The least probability that is counted: one wild miss must not decide. */
  private static final double FLOOR = 1e-6;

  /** Answers rows. */
  interface Judge {
    Answer infer(float[] rows, int count);
  }

  static Score of(DirectionNetwork network, Collection<Outcome> outcomes, double cost) {
    return of(network::infer, outcomes, cost);
  }

  static Score of(ServableModel model, Collection<Outcome> outcomes, double cost) {
    return of(model::infer, outcomes, cost);
  }

  private static Score of(Judge judge, Collection<Outcome> outcomes, double cost) {
    double profit = 0;
    double loss = 0;
    for (Outcome outcome : outcomes) {
      float[] says = judge.infer(outcome.features(), 1).actionProbabilities();
      profit += profit(says, outcome.forwardReturn(), cost);
      loss -= Math.log(Math.max(says[outcome.label()], FLOOR));
    }
    int count = Math.max(1, outcomes.size());
    return new Score(profit / count, loss / count, outcomes.size());
  }

  static double profit(float[] says, double forwardReturn, double cost) {
    if (says[BUY] > says[1] && says[BUY] > says[SELL]) {
      return forwardReturn - cost;
    }
    return says[SELL] > says[1] && says[SELL] > says[BUY] ? -forwardReturn - cost : 0;
  }

  String json() {
    return String.format(
        Locale.ROOT,
        "{\"profit\":%.9f,\"log_loss\":%.6f,\"outcomes\":%d}",
        profit,
        logLoss,
        outcomes);
  }
}
