package ai.neo.modelgateway.learning;

import ai.neo.proto.learning.v1.LearnRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The rows that came with the newest outcomes, so that somebody can ask about a prediction by its
 * id. Bounded by what they hold; the oldest is forgotten, and all of them with the process. Safe
 * for any thread.
 */
final class RecentFeatures {
  /** 4 MB: 32,768 rows of 32 features, or 546 windows of 60 times 32. */
  static final int MAX_NUMBERS = 1 << 20;

  private final LinkedHashMap<Key, float[]> rows = new LinkedHashMap<>();
  private int numbers;

  private record Key(String model, String predictionId) {}

  /** Takes the row, if the message has one that fits. */
  synchronized void add(LearnRequest request) {
    int width = request.getFeaturesCount();
    if (width == 0 || width > MAX_NUMBERS || request.getPredictionId().isEmpty()) {
      return;
    }
    float[] row = new float[width];
    for (int f = 0; f < width; f++) {
      row[f] = request.getFeatures(f);
    }
    float[] before = rows.putIfAbsent(new Key(request.getModel(), request.getPredictionId()), row);
    numbers += before == null ? width : 0;
    while (numbers > MAX_NUMBERS) {
      Map.Entry<Key, float[]> oldest = rows.pollFirstEntry();
      numbers -= oldest.getValue().length;
    }
  }

  synchronized Optional<float[]> of(String model, String predictionId) {
    return Optional.ofNullable(rows.get(new Key(model, predictionId))).map(float[]::clone);
  }
}
