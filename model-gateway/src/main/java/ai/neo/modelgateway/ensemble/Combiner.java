package ai.neo.modelgateway.ensemble;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.proto.learning.v1.Ensemble;
import java.util.List;

/**
 * How members' answers become one. In double precision and in the members' order, so that the same
 * answers always give the same bits. Thread-safe.
 *
 * @param weights of the members, which add up to 1
 * @param stacking 3 × 3M, row-major; empty: probabilities are averaged by the weights
 * @param bias with stacking, 3
 */
@SuppressWarnings("ArrayRecordComponent") // made once, read only
record Combiner(double[] weights, double[] stacking, double[] bias) {
  /** A member's certainty counts up to here: the log of 0 is no number. */
  private static final double SMALLEST_PROBABILITY = 1e-6;

  static Combiner of(Ensemble ensemble) {
    boolean weighted = ensemble.getCombination() == Ensemble.Combination.WEIGHTED;
    double[] weights =
        ensemble.getMembersList().stream()
            .mapToDouble(member -> weighted ? member.getWeight() : 1)
            .toArray();
    double sum = 0;
    for (double weight : weights) {
      sum += weight;
    }
    for (int m = 0; m < weights.length; m++) {
      weights[m] /= sum;
    }
    return new Combiner(
        weights,
        array(ensemble.getStacking().getWeightsList()),
        array(ensemble.getStacking().getBiasList()));
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /**
   * One answer of so many rows. It expects a return where each member does: by the weights, which
   * with stacking are all the same.
   */
  Answer combined(List<Answer> members, int rows) {
    float[] p = new float[rows * Answer.ACTIONS];
    double[] row = new double[Answer.ACTIONS];
    for (int r = 0; r < rows; r++) {
      if (stacking.length == 0) {
        average(members, r, row);
      } else {
        stack(members, r, row);
      }
      for (int action = 0; action < Answer.ACTIONS; action++) {
        p[r * Answer.ACTIONS + action] = (float) row[action];
      }
    }
    boolean returns = members.stream().allMatch(Answer::hasExpectedReturn);
    return new Answer(p, returns ? returns(members, rows) : new float[0]);
  }

  private void average(List<Answer> members, int row, double[] to) {
    for (int action = 0; action < to.length; action++) {
      double sum = 0;
      for (int m = 0; m < weights.length; m++) {
        sum += weights[m] * members.get(m).actionProbabilities()[row * to.length + action];
      }
      to[action] = sum;
    }
  }

  /** Multinomial logistic regression on the members' log probabilities (Wolpert, 1992). */
  private void stack(List<Answer> members, int row, double[] to) {
    int inputs = weights.length * to.length;
    double largest = Double.NEGATIVE_INFINITY;
    for (int action = 0; action < to.length; action++) {
      double z = bias[action];
      for (int j = 0; j < inputs; j++) {
        float p = members.get(j / to.length).actionProbabilities()[row * to.length + j % to.length];
        // A NaN stays one: the answer is refused then.
        double log = StrictMath.log(p < SMALLEST_PROBABILITY ? SMALLEST_PROBABILITY : p);
        z += stacking[action * inputs + j] * log;
      }
      to[action] = z;
      largest = Math.max(largest, z);
    }
    double sum = 0;
    for (int action = 0; action < to.length; action++) {
      to[action] = StrictMath.exp(to[action] - largest);
      sum += to[action];
    }
    for (int action = 0; action < to.length; action++) {
      to[action] /= sum;
    }
  }

  private float[] returns(List<Answer> members, int rows) {
    float[] returns = new float[rows];
    for (int row = 0; row < rows; row++) {
      double sum = 0;
      for (int m = 0; m < weights.length; m++) {
        sum += weights[m] * members.get(m).expectedReturn()[row];
      }
      returns[row] = (float) sum;
    }
    return returns;
  }
}
