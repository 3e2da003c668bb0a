package ai.neo.modelgateway.scheduling;

import java.util.Map;

/**
 * How much one model may take, so that one that is slow, or asked too much, leaves the others
 * theirs.
 *
 * @param threads by model, the threads that may compute for it at once, 1 to 65536; a model that is
 *     not listed may hold all but one, or the only one
 * @param waiting by model, its requests that may wait for them, or be computed at once on their
 *     callers' own threads, 1 to 65536; the gateway's number for a model that is not listed
 */
public record ModelLimits(Map<String, Integer> threads, Map<String, Integer> waiting) {

  private static final int MAX = 65_536;

  public ModelLimits {
    threads = Map.copyOf(threads);
    waiting = Map.copyOf(waiting);
    require("threads", threads);
    require("waiting requests", waiting);
  }

  private static void require(String what, Map<String, Integer> numbers) {
    numbers.forEach(
        (model, number) -> {
          if (model.isBlank() || number < 1 || number > MAX) {
            throw new IllegalArgumentException(
                "a limit must name a model and be 1 to %d %s: %s=%d"
                    .formatted(MAX, what, model, number));
          }
        });
  }

  /** No model is listed. */
  public static ModelLimits none() {
    return new ModelLimits(Map.of(), Map.of());
  }

  /**
   * The threads that may compute for the model at once.
   *
   * @param all that there are
   */
  int threads(String model, int all) {
    return Math.min(all, threads.getOrDefault(model, Math.max(1, all - 1)));
  }

  /**
   * The requests of the model that may wait.
   *
   * @param usual of models that are not listed
   */
  int waiting(String model, int usual) {
    return waiting.getOrDefault(model, usual);
  }
}
