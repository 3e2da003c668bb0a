package ai.neo.orchestrator.gateway;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How answers fit what happened.
 *
 * @param samples rows
 * @param logLoss mean −ln of the right action's probability, at most 13.8 a row
 * @param accuracy share of rows whose likeliest action was right
 * @param brier mean squared distance from what happened, over the three actions; 0 to 2
 * @param ece expected calibration error of the likeliest action, over 15 bins (Guo, 2017)
 * @param netReturn mean return after cost of acting on each row by itself, a fraction
 * @param maxDrawdown how far the sum of these returns, of one row a horizon, fell from its peak
 */
public record OfflineScore(
    int samples,
    double logLoss,
    double accuracy,
    double brier,
    double ece,
    double netReturn,
    double maxDrawdown) {
  private static final int ACTIONS = 3;
  private static final int BINS = 15;
  private static final double SMALLEST_PROBABILITY = 1e-6;

  /** As the loop and the learner's judge have it: below, no trade is made. */
  private static final float CONFIDENCE = 0.5f;

  /** One row's outcome. */
  record Row(double net, double loss) {}

  /** What happened at one row: 0 SELL, 1 HOLD, 2 BUY, and the return over the horizon. */
  public record Happened(int label, double forwardReturn) {}

  /**
   * Scores.
   *
   * @param probabilities rows × 3
   * @param cost one-way, a fraction
   * @param horizon rows that a label looks ahead
   */
  public static OfflineScore of(
      float[] probabilities, List<Happened> happened, double cost, int horizon) {
    double loss = 0;
    double brier = 0;
    double net = 0;
    int right = 0;
    double[][] bins = new double[BINS][3]; // rows, confidence, right
    double sum = 0;
    double peak = 0;
    double drawdown = 0;
    for (int row = 0; row < happened.size(); row++) {
      Happened outcome = happened.get(row);
      Row one = row(probabilities, row, outcome, cost);
      loss += one.loss();
      net += one.net();
      int likeliest = likeliest(probabilities, row);
      double confidence = probabilities[row * ACTIONS + likeliest];
      boolean hit = likeliest == outcome.label();
      right += hit ? 1 : 0;
      double[] bin = bins[Math.clamp((int) (confidence * BINS), 0, BINS - 1)];
      bin[0]++;
      bin[1] += confidence;
      bin[2] += hit ? 1 : 0;
      for (int action = 0; action < ACTIONS; action++) {
        double miss = probabilities[row * ACTIONS + action] - (action == outcome.label() ? 1 : 0);
        brier += miss * miss;
      }
      if (row % horizon == 0) {
        sum += one.net();
        peak = Math.max(peak, sum);
        drawdown = Math.max(drawdown, peak - sum);
      }
    }
    double n = Math.max(1, happened.size());
    double ece = 0;
    for (double[] bin : bins) {
      ece += Math.abs(bin[1] - bin[2]) / n;
    }
    return new OfflineScore(
        happened.size(), loss / n, right / n, brier / n, ece, net / n, drawdown);
  }

  /** The return after cost of a buy or sell that the answer is sure enough of, and its loss. */
  static Row row(float[] probabilities, int row, Happened outcome, double cost) {
    int action = likeliest(probabilities, row);
    boolean sure = probabilities[row * ACTIONS + action] >= CONFIDENCE;
    double net =
        !sure || action == 1
            ? 0
            : (action == 2 ? outcome.forwardReturn() : -outcome.forwardReturn()) - 2 * cost;
    double p = probabilities[row * ACTIONS + outcome.label()];
    return new Row(net, -Math.log(p >= SMALLEST_PROBABILITY ? p : SMALLEST_PROBABILITY));
  }

  /** The return after cost of each row. */
  public static double[] netReturns(float[] probabilities, List<Happened> happened, double cost) {
    double[] nets = new double[happened.size()];
    for (int row = 0; row < nets.length; row++) {
      nets[row] = row(probabilities, row, happened.get(row), cost).net();
    }
    return nets;
  }

  /** The log loss of each row. */
  public static double[] losses(float[] probabilities, List<Happened> happened) {
    double[] losses = new double[happened.size()];
    for (int row = 0; row < losses.length; row++) {
      losses[row] = row(probabilities, row, happened.get(row), 0).loss();
    }
    return losses;
  }

  private static int likeliest(float[] p, int row) {
    int at = row * ACTIONS;
    int best = 0;
    for (int action = 1; action < ACTIONS; action++) {
      best = p[at + action] > p[at + best] ? action : best;
    }
    return best;
  }

  /** By name, as an evaluation keeps them. */
  public Map<String, Double> metrics() {
    Map<String, Double> metrics = new TreeMap<>();
    metrics.put("log_loss", logLoss);
    metrics.put("accuracy", accuracy);
    metrics.put("brier", brier);
    metrics.put("ece", ece);
    metrics.put("net_return", netReturn);
    metrics.put("max_drawdown", maxDrawdown);
    return metrics;
  }
}
