package ai.neo.modelgateway.network;

import java.nio.charset.StandardCharsets;

/**
 * Where a network comes from, kept inside its artifact.
 *
 * @param featureSetId hash of the feature set's definition
 * @param engine build of the engine that computed the gradients
 * @param cpu processor it ran on: the same seed and rows give the same bits on the same kind only
 * @param seed seed of the initial weights, shuffles and replay
 */
public record Provenance(String featureSetId, String engine, String cpu, long seed) {
  /** Bytes of UTF-8 that each text may have; bounds the header. */
  public static final int MAX_TEXT_BYTES = 512;

  public Provenance {
    requireBounded("featureSetId", featureSetId);
    requireBounded("engine", engine);
    requireBounded("cpu", cpu);
    if (featureSetId.isBlank()) {
      throw new IllegalArgumentException("featureSetId must be given");
    }
  }

  private static void requireBounded(String name, String text) {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_TEXT_BYTES) {
      throw new IllegalArgumentException(
          name + " has " + bytes + " bytes, at most " + MAX_TEXT_BYTES);
    }
  }
}
