package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.network.NetworkShape;
import ai.neo.modelgateway.network.Outcome;

/**
 * How a model did on samples that it had not learned.
 *
 * @param samples how many
 * @param netReturn mean return per sample after cost, a fraction
 * @param logLoss mean of −log of the right action's probability
 * @param accuracy share of samples whose likeliest action was right
 */
public record Score(int samples, double netReturn, double logLoss, double accuracy) {
  /** An action is taken when it is at least as likely as all others together. */
  static final float CONFIDENCE = 0.5f;

  /** −log of less than this would let one sure mistake decide a whole window. */
  private static final double SMALLEST_PROBABILITY = 1e-6;

  /** Sums up a window, sample by sample. One thread. */
  static final class Sum {
    private int samples;
    private double netReturn;
    private double logLoss;
    private int right;

    void add(Answer answer, int row, Outcome outcome, double cost) {
      samples++;
      netReturn += netReturn(answer, row, outcome, cost);
      logLoss += logLoss(answer.actionProbabilities(), row, outcome);
      right += likeliest(answer, row) == outcome.label() ? 1 : 0;
    }

    Score mean() {
      int n = Math.max(1, samples);
      return new Score(samples, netReturn / n, logLoss / n, (double) right / n);
    }
  }

  /** −log of the right action's probability in a row of answers; at least 0 and bounded. */
  public static double logLoss(float[] probabilities, int row, Outcome outcome) {
    float p = probabilities[row * NetworkShape.ACTIONS + outcome.label()];
    // A NaN answer is the worst there is, and must not vanish in a comparison.
    return Math.max(0, -StrictMath.log(p >= SMALLEST_PROBABILITY ? p : SMALLEST_PROBABILITY));
  }

  /**
   * What acting on the answer earned over the horizon: the return of a BUY, its negative of a SELL,
   * less the cost of the trade in and the trade out.
   */
  public static double netReturn(Answer answer, int row, Outcome outcome, double cost) {
    int action = likeliest(answer, row);
    float p = answer.actionProbabilities()[row * NetworkShape.ACTIONS + action];
    if (!(p >= CONFIDENCE)) {
      return 0;
    }
    return switch (action) {
      case 0 -> -outcome.forwardReturn() - 2 * cost;
      case 2 -> outcome.forwardReturn() - 2 * cost;
      default -> 0;
    };
  }

  private static int likeliest(Answer answer, int row) {
    float[] p = answer.actionProbabilities();
    int at = row * NetworkShape.ACTIONS;
    int best = 0;
    for (int action = 1; action < NetworkShape.ACTIONS; action++) {
      if (p[at + action] > p[at + best]) {
        best = action;
      }
    }
    return best;
  }
}
