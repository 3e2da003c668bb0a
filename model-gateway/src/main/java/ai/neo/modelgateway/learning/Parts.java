package ai.neo.modelgateway.learning;

import java.util.stream.IntStream;

/**
 * Which rows a training learns from, calibrates on and is judged by: three stretches of time, in
 * that order. Between two of them lie rows that belong to none, so that no outcome of one reaches
 * into the next.
 */
@SuppressWarnings("ArrayRecordComponent") // indexes for loops; never compared
record Parts(int trainedRows, int[] trained, int[] calibrating, int[] judged) {
  /** The last 15 % of the rows are never learned from. */
  private static final double TRAINED_SHARE = 0.85;

  /** Where the trained part ends when another 15 % is there to calibrate on. */
  private static final double CALIBRATED_SHARE = 0.7;

  /**
   * Rows between two parts when the horizon is not known: a few bars times a few tens of
   * instruments, but never more than a twentieth of the rows.
   */
  private static final int PURGED_ROWS = 512;

  static Parts of(TrainingRows rows, NetworkChoice choice) {
    int judgedFrom = (int) (rows.rows() * TRAINED_SHARE);
    boolean calibrates = choice.calibration() != CalibrationMethod.NONE;
    int trainedTo = calibrates ? (int) (rows.rows() * CALIBRATED_SHARE) : judgedFrom;
    Parts parts =
        new Parts(
            trainedTo,
            whole(rows, choice, 0, trainedTo),
            calibrates
                ? whole(rows, choice, behind(rows, choice, trainedTo), judgedFrom)
                : new int[0],
            whole(rows, choice, behind(rows, choice, judgedFrom), rows.rows()));
    if (parts.trained.length == 0 || parts.judged.length == 0) {
      throw new IllegalArgumentException(
          "too few rows for a window of " + choice.window() + ": rows=" + rows.rows());
    }
    if (calibrates && parts.calibrating.length < CalibrationFit.MIN_ROWS) {
      throw new IllegalArgumentException(
          "at least "
              + CalibrationFit.MIN_ROWS
              + " rows are needed to calibrate on, got "
              + parts.calibrating.length
              + " of "
              + rows.rows());
    }
    return parts;
  }

  /** The first row whose time no label from before {@code end} reaches. */
  private static int behind(TrainingRows rows, NetworkChoice choice, int end) {
    int purged = Math.min(PURGED_ROWS, rows.rows() / 20);
    if (choice.horizonNs() == 0) {
      return Math.min(rows.rows() - 1, end + purged);
    }
    long known = rows.timeNs(Math.max(0, end - 1)) + choice.horizonNs();
    int at = end;
    while (at < rows.rows() - 1 && Long.compareUnsigned(rows.timeNs(at), known) <= 0) {
      at++;
    }
    return at;
  }

  private static int[] whole(TrainingRows rows, NetworkChoice choice, int from, int to) {
    return IntStream.range(from, to).filter(row -> rows.hasWindow(row, choice.window())).toArray();
  }
}
