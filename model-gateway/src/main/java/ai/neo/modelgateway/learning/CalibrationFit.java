package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.network.Calibration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Fits and measures calibrations on rows that were not trained on. */
final class CalibrationFit {
  /** Below this a fit says more of chance than of the network. */
  static final int MIN_ROWS = 100;

  private static final int ACTIONS = Answer.ACTIONS;
  private static final int BINS = 15; // as in Guo, 2017
  private static final double SMALLEST = 1e-7;

  /** Temperatures are searched between e^-3 and e^3. */
  private static final double LOG_BOUND = 3;

  private static final int SEARCH_STEPS = 60;
  private static final double GOLDEN = 0.6180339887498949;

  private CalibrationFit() {}

  /** What an uncalibrated network said of some rows, and what came of them. One thread. */
  static final class Sample {
    private final float[] probabilities;
    private final int[] labels;
    private int rows;

    Sample(int capacity) {
      probabilities = new float[capacity * ACTIONS];
      labels = new int[capacity];
    }

    void add(Answer answer, int row, int label) {
      System.arraycopy(
          answer.actionProbabilities(), row * ACTIONS, probabilities, rows * ACTIONS, ACTIONS);
      labels[rows++] = label;
    }

    int rows() {
      return rows;
    }

    float probability(int row, int action) {
      return probabilities[row * ACTIONS + action];
    }

    /** Mean over rows of the squared distances of all three from what happened (Brier, 1950). */
    double brier() {
      double sum = 0;
      for (int row = 0; row < rows; row++) {
        for (int action = 0; action < ACTIONS; action++) {
          double d = probability(row, action) - (labels[row] == action ? 1 : 0);
          sum += d * d;
        }
      }
      return sum / rows;
    }

    /** Expected calibration error of the likeliest action over 15 bins (Guo, 2017), 0 to 1. */
    double calibrationError() {
      double[] said = new double[BINS];
      double[] right = new double[BINS];
      for (int row = 0; row < rows; row++) {
        int best = 0;
        for (int action = 1; action < ACTIONS; action++) {
          best = probability(row, action) > probability(row, best) ? action : best;
        }
        int bin = Math.min(BINS - 1, (int) (probability(row, best) * BINS));
        said[bin] += probability(row, best);
        right[bin] += labels[row] == best ? 1 : 0;
      }
      double sum = 0;
      for (int bin = 0; bin < BINS; bin++) {
        sum += Math.abs(said[bin] - right[bin]);
      }
      return sum / rows;
    }

    double logLoss() {
      double sum = 0;
      for (int row = 0; row < rows; row++) {
        sum -= StrictMath.log(Math.max(SMALLEST, probability(row, labels[row])));
      }
      return sum / rows;
    }
  }

  static Calibration fit(CalibrationMethod method, Sample sample) {
    return switch (method) {
      case NONE -> Calibration.NONE;
      case TEMPERATURE -> temperature(sample);
      case ISOTONIC ->
          new Calibration.Isotonic(
              IntStream.range(0, ACTIONS).mapToObj(action -> isotonic(sample, action)).toList());
    };
  }

  /** The temperature of the least log loss, by golden section: the loss has one valley. */
  private static Calibration.Temperature temperature(Sample sample) {
    double low = -LOG_BOUND;
    double high = LOG_BOUND;
    for (int i = 0; i < SEARCH_STEPS; i++) {
      double left = high - GOLDEN * (high - low);
      double right = low + GOLDEN * (high - low);
      if (lossAt(sample, left) <= lossAt(sample, right)) {
        high = right;
      } else {
        low = left;
      }
    }
    return new Calibration.Temperature((float) StrictMath.exp((low + high) / 2));
  }

  /** Logits are probabilities' logarithms but for a number that the softmax takes out again. */
  private static double lossAt(Sample sample, double logTemperature) {
    double inverse = StrictMath.exp(-logTemperature);
    double loss = 0;
    for (int row = 0; row < sample.rows; row++) {
      double sum = 0;
      double right = 0;
      for (int action = 0; action < ACTIONS; action++) {
        double p = Math.max(SMALLEST, sample.probability(row, action));
        double scaled = StrictMath.exp(StrictMath.log(p) * inverse);
        sum += scaled;
        right = action == sample.labels[row] ? scaled : right;
      }
      loss -= StrictMath.log(Math.max(Double.MIN_NORMAL, right / sum));
    }
    return loss / sample.rows;
  }

  /** A pool of neighbours: the mean of what was said, and the share that came true. */
  private record Pool(double said, double right, int rows) {
    double share() {
      return right / rows;
    }

    Pool with(Pool other) {
      return new Pool(said + other.said, right + other.right, rows + other.rows);
    }
  }

  /** Pool adjacent violators (Ayer, 1955), then a line through the pools' means. */
  private static Calibration.Curve isotonic(Sample sample, int action) {
    List<Integer> order =
        IntStream.range(0, sample.rows)
            .boxed()
            .sorted(Comparator.comparingDouble(row -> sample.probability(row, action)))
            .toList();
    // Groups of equal size first: a pool of one row would promise 0 or 1.
    int least = Math.max(10, sample.rows / Calibration.Curve.MAX_POINTS + 1);
    List<Pool> pools = new ArrayList<>();
    Pool open = new Pool(0, 0, 0);
    for (int at = 0; at < order.size(); at++) {
      int row = order.get(at);
      int right = sample.labels[row] == action ? 1 : 0;
      open = open.with(new Pool(sample.probability(row, action), right, 1));
      if (open.rows() >= least || at == order.size() - 1) {
        push(pools, open);
        open = new Pool(0, 0, 0);
      }
    }
    return curve(pools);
  }

  private static void push(List<Pool> pools, Pool next) {
    Pool last = next;
    while (!pools.isEmpty() && pools.getLast().share() >= last.share()) {
      last = pools.removeLast().with(last);
    }
    pools.add(last);
  }

  private static Calibration.Curve curve(List<Pool> pools) {
    float[] from = new float[pools.size()];
    float[] to = new float[pools.size()];
    int points = 0;
    for (Pool pool : pools) {
      float said = (float) (pool.said() / pool.rows());
      if (points > 0 && said <= from[points - 1]) {
        to[points - 1] = (float) pool.share(); // equal answers: the later pool holds the truth
        continue;
      }
      from[points] = Math.min(1f, Math.max(0f, said));
      to[points++] = (float) pool.share();
    }
    return new Calibration.Curve(Arrays.copyOf(from, points), Arrays.copyOf(to, points));
  }
}
