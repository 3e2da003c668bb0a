package ai.neo.modelgateway.serving;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Some of the rows that callers really sent to a model, to warm its next version with. Safe for any
 * thread; keeping one costs less than it is worth to lock, so that a reader may miss the newest.
 */
public final class RecordedRows {
  private static final int KEPT = 64;

  /** One request in so many is kept, after the first ones. */
  private static final int ONE_IN = 32;

  /** What is kept is the request's own array: none that pins much memory. */
  private static final int VALUES_MAX = 16_384;

  private final AtomicReferenceArray<float[]> kept = new AtomicReferenceArray<>(KEPT);
  private int seen; // without synchronisation: which requests are kept does not matter

  /**
   * A request was answered.
   *
   * @param values row-major; not changed any more
   */
  public void answered(float[] values) {
    int number = seen++;
    boolean first = number >= 0 && number < KEPT;
    if ((first || (number & (ONE_IN - 1)) == 0) && values.length <= VALUES_MAX) {
      kept.setPlain(Math.floorMod(first ? number : number / ONE_IN, KEPT), values);
    }
  }

  /** Rows of that width, at most 64. */
  List<float[]> rows(int features) {
    List<float[]> rows = new ArrayList<>();
    for (int i = 0; i < KEPT; i++) {
      float[] values = kept.get(i);
      if (values != null && values.length >= features && values.length % features == 0) {
        rows.add(Arrays.copyOf(values, features));
      }
    }
    return rows;
  }
}
