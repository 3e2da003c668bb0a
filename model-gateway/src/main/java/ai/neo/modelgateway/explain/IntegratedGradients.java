package ai.neo.modelgateway.explain;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Integrated gradients (Sundararajan, Taly and Yan, 2017): each number's slope, averaged along the
 * straight line from the baseline to the row, times how far it is from the baseline.
 *
 * <p>The line is cut into pieces, each integrated by five points of Gauss and Legendre. What a
 * piece's attributions add up to is known without integrating: the difference of the outputs at its
 * ends. The piece that misses it by most is halved until all misses together are within {@link
 * Attributions#TOLERANCE}; so gradients are spent where a rectified unit bends the line.
 */
final class IntegratedGradients {
  private static final double[] POINTS = {
    -0.906179845938664, -0.5384693101056831, 0, 0.5384693101056831, 0.906179845938664
  };
  private static final double[] WEIGHTS = {
    0.23692688505618908,
    0.47862867049936647,
    0.5688888888888889,
    0.47862867049936647,
    0.23692688505618908
  };

  /** More than one from the start, so that misses that cancel in one piece are seen in others. */
  private static final int FIRST_PIECES = 8;

  /** A piece whose miss is this share of what is allowed is done, and its memory is freed. */
  private static final double SETTLED = 1.0 / 16_384;

  private final Slope slope;
  private final double[] base;
  private final double[] row;
  private final Watch watch;
  private final double[] point;
  private final double[] gradient;
  private final double[] total;
  private final PriorityQueue<Piece> open =
      new PriorityQueue<>(Comparator.comparingDouble(Piece::miss).reversed());
  private double openMiss;
  private double settledMiss;
  private long gradients;

  /** An output and its slopes. */
  interface Slope {
    double at(double[] point);

    double at(double[] point, double[] slopes);
  }

  /**
   * A piece of the line.
   *
   * @param part what it adds to each attribution
   * @param miss how far these are from the difference of the outputs at its ends
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Piece(
      double from, double to, double atFrom, double atTo, double[] part, double miss) {}

  IntegratedGradients(Slope slope, double[] base, double[] row, Watch watch) {
    this.slope = slope;
    this.base = base;
    this.row = row;
    this.watch = watch;
    this.point = new double[row.length];
    this.gradient = new double[row.length];
    this.total = new double[row.length];
  }

  /**
   * Integrates.
   *
   * @param most gradients that may be taken
   * @return {@linkplain Attributions#isComplete complete} unless the gradients did not suffice
   */
  Attributions run(long most) throws Watch.NobodyWaitsException {
    double atBase = value(0);
    double atRow = value(1);
    double allowed = Attributions.tolerance(atBase, atRow) / 2;
    double before = atBase;
    for (int i = 0; i < FIRST_PIECES; i++) {
      double to = (i + 1.0) / FIRST_PIECES;
      double after = i == FIRST_PIECES - 1 ? atRow : value(to);
      take(piece((double) i / FIRST_PIECES, to, before, after), allowed);
      before = after;
    }
    while (openMiss + settledMiss > allowed && gradients + 2L * POINTS.length <= most) {
      Piece worst = open.poll();
      double middle = worst == null ? Double.NaN : (worst.from() + worst.to()) / 2;
      if (worst == null || middle <= worst.from() || middle >= worst.to()) {
        break; // the output jumps: no piece is small enough
      }
      openMiss = Math.max(0, openMiss - worst.miss());
      subtract(worst);
      double between = value(middle);
      take(piece(worst.from(), middle, worst.atFrom(), between), allowed);
      take(piece(middle, worst.to(), between, worst.atTo()), allowed);
    }
    return new Attributions(total, new double[0], atBase, atRow, gradients);
  }

  private void take(Piece piece, double allowed) {
    for (int i = 0; i < total.length; i++) {
      total[i] += piece.part()[i];
    }
    if (piece.miss() <= allowed * SETTLED) {
      settledMiss += piece.miss();
    } else {
      openMiss += piece.miss();
      open.add(piece);
    }
  }

  private void subtract(Piece piece) {
    for (int i = 0; i < total.length; i++) {
      total[i] -= piece.part()[i];
    }
  }

  private double value(double share) throws Watch.NobodyWaitsException {
    watch.check();
    move(share);
    return slope.at(point);
  }

  private void move(double share) {
    for (int i = 0; i < point.length; i++) {
      point[i] = share == 1 ? row[i] : base[i] + share * (row[i] - base[i]);
    }
  }

  private Piece piece(double from, double to, double atFrom, double atTo)
      throws Watch.NobodyWaitsException {
    double[] part = new double[row.length];
    for (int k = 0; k < POINTS.length; k++) {
      watch.check();
      move((from + to) / 2 + (to - from) / 2 * POINTS[k]);
      slope.at(point, gradient);
      gradients++;
      for (int i = 0; i < part.length; i++) {
        part[i] += WEIGHTS[k] * gradient[i];
      }
    }
    double sum = 0;
    for (int i = 0; i < part.length; i++) {
      part[i] *= (to - from) / 2 * (row[i] - base[i]);
      sum += part[i];
    }
    return new Piece(from, to, atFrom, atTo, part, Math.abs(sum - (atTo - atFrom)));
  }
}
