package ai.neo.modelgateway.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Shapley values of a row's numbers, estimated from permutations (Štrumbelj and Kononenko, 2014;
 * Lundberg and Lee, 2017): the baseline becomes the row one number after the other, and what the
 * output moves by at each step is that number's. Every order is walked in reverse too, which takes
 * out much of the chance (Mitchell, 2022). Along each walk the moves add up to the whole
 * difference, whatever was drawn. Numbers that are as in the baseline are never walked; they get 0.
 */
final class PermutationShap {
  /** Small, so that it is soon noticed when nobody waits. */
  private static final int BATCH = 32;

  private final Output output;
  private final float[] base;
  private final float[] row;
  private final Watch watch;
  private final int[] players;
  private double atBase;
  private double atRow;
  private long answered;

  /** One output of whatever answers rows. */
  interface Output {
    /** One number for each of {@code rows} rows. */
    double[] of(float[] rowMajor, int rows);
  }

  PermutationShap(Output output, float[] base, float[] row, Watch watch) {
    this.output = output;
    this.base = base;
    this.row = row;
    this.watch = watch;
    List<Integer> different = new ArrayList<>();
    for (int i = 0; i < row.length; i++) {
      if (Float.compare(row[i], base[i]) != 0) {
        different.add(i);
      }
    }
    this.players = different.stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * Walks.
   *
   * @param pairs of an order and its reverse, at least 1
   */
  Attributions run(int pairs, long seed) throws Watch.NobodyWaitsException {
    atBase = answers(base.clone(), 1)[0];
    atRow = answers(row.clone(), 1)[0];
    double[] sums = new double[row.length];
    double[] squares = new double[row.length];
    SplittableRandom random = new SplittableRandom(seed);
    int[] order = players.clone();
    for (int pair = 0; pair < pairs; pair++) {
      shuffle(order, random);
      double[] one = walk(order);
      double[] other = walk(reversed(order));
      for (int i : players) {
        double mean = (one[i] + other[i]) / 2;
        sums[i] += mean;
        squares[i] += mean * mean;
      }
    }
    double[] errors = new double[row.length];
    for (int i : players) {
      sums[i] /= pairs;
      double variance = Math.max(0, squares[i] / pairs - sums[i] * sums[i]);
      errors[i] = pairs < 2 ? Double.NaN : Math.sqrt(variance / (pairs - 1));
    }
    return new Attributions(sums, errors, atBase, atRow, answered);
  }

  /** What each step moves the output by. The walk's ends are computed once for all walks. */
  private double[] walk(int[] order) throws Watch.NobodyWaitsException {
    double[] moves = new double[row.length];
    float[] now = base.clone();
    double before = atBase;
    for (int from = 0; from < order.length; from += BATCH) {
      int to = Math.min(order.length, from + BATCH);
      float[] rows = new float[(to - from) * row.length];
      for (int step = from; step < to; step++) {
        now[order[step]] = row[order[step]];
        System.arraycopy(now, 0, rows, (step - from) * row.length, row.length);
      }
      double[] after = answers(rows, to - from);
      for (int step = from; step < to; step++) {
        double next = step == order.length - 1 ? atRow : after[step - from];
        moves[order[step]] = next - before;
        before = next;
      }
    }
    return moves;
  }

  private double[] answers(float[] rows, int count) throws Watch.NobodyWaitsException {
    watch.check();
    answered += count;
    return output.of(rows, count);
  }

  private static void shuffle(int[] order, SplittableRandom random) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
  }

  private static int[] reversed(int[] order) {
    int[] back = new int[order.length];
    for (int i = 0; i < back.length; i++) {
      back[i] = order[order.length - 1 - i];
    }
    return back;
  }
}
