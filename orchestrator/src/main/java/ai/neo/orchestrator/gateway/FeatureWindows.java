package ai.neo.orchestrator.gateway;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The newest feature vectors of each instrument, in the order in which the loop asked about them,
 * for models that look at more than one. They follow from the loop's questions alone, so the same
 * questions give the same windows, and a recovered loop, which asks them again, fills them again.
 * Safe for any thread.
 */
final class FeatureWindows {
  /** As many vectors as a model may look at, and what may lie behind an outcome's question. */
  private static final int KEPT = 128 + 64;

  private final Map<Integer, Deque<Asked>> byInstrument = new HashMap<>();

  @SuppressWarnings("ArrayRecordComponent") // the question's own array, which nobody writes to
  private record Asked(long predictionId, float[] features) {}

  /** Keeps a question's vector; a question that was kept already is not kept twice. */
  synchronized void remember(int instrument, long predictionId, float[] features) {
    Deque<Asked> asked = byInstrument.computeIfAbsent(instrument, any -> new ArrayDeque<>());
    if (!asked.isEmpty() && asked.getLast().predictionId() >= predictionId) {
      return;
    }
    asked.addLast(new Asked(predictionId, features));
    if (asked.size() > KEPT) {
      asked.removeFirst();
    }
  }

  /**
   * The vectors up to that of a question, the oldest first; empty while there are fewer.
   *
   * @param window how many
   */
  synchronized Optional<float[]> window(int instrument, long predictionId, int window) {
    Deque<Asked> asked = byInstrument.getOrDefault(instrument, new ArrayDeque<>());
    Asked[] upTo =
        asked.stream().filter(one -> one.predictionId() <= predictionId).toArray(Asked[]::new);
    boolean there = upTo.length >= window && upTo[upTo.length - 1].predictionId() == predictionId;
    if (!there) {
      return Optional.empty();
    }
    int width = upTo[upTo.length - 1].features().length;
    float[] row = new float[window * width];
    for (int i = 0; i < window; i++) {
      float[] vector = upTo[upTo.length - window + i].features();
      if (vector.length != width) {
        throw new IllegalStateException(
            "feature vectors of different widths: " + Arrays.toString(vector));
      }
      System.arraycopy(vector, 0, row, i * width, width);
    }
    return Optional.of(row);
  }
}
