package ai.neo.modelgateway.scheduling;

import java.util.Map;
import java.util.Optional;

/**
 * Which requests may be computed together with others. None unless the model is listed or the
 * caller agrees: how many rows an engine sees at once may change an answer's last bits.
 *
 * @param rowsMax by model, the rows that may be computed at once; at least 1
 */
public record Batching(Map<String, Integer> rowsMax) {

  /** What a caller agrees to where its model is not listed. */
  public static final int AGREED_ROWS = 64;

  private static final int MAX = 4096;

  public Batching {
    rowsMax = Map.copyOf(rowsMax);
    rowsMax.forEach(
        (model, rows) -> {
          if (model.isBlank() || rows < 1 || rows > MAX) {
            throw new IllegalArgumentException(
                "a batch must name a model and have 1 to %d rows: %s=%d"
                    .formatted(MAX, model, rows));
          }
        });
  }

  /** Every answer depends on its own request alone, unless its caller agrees otherwise. */
  public static Batching off() {
    return new Batching(Map.of());
  }

  /**
   * How many rows may be computed together with this request's; 1 for it alone.
   *
   * @param invariant whether the caller insists on being alone, or agrees to company
   * @param stated what the model's own configuration says, where it is not listed; 1 when it is
   *     silent
   */
  public int rowsMax(String model, Optional<Boolean> invariant, int stated) {
    if (invariant.isEmpty()) {
      return rowsMax.getOrDefault(model, stated);
    }
    int agreed = stated > 1 ? stated : AGREED_ROWS;
    return invariant.get() ? 1 : rowsMax.getOrDefault(model, agreed);
  }
}
