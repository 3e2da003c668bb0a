package ai.neo.modelgateway.network;

import java.util.SplittableRandom;

/** Masks that hide a share of what they multiply and make up for it on the rest. */
public final class Dropout {
  private Dropout() {}

  /**
   * Fills a mask with 0 or {@code 1 / (1 - share)}.
   *
   * @param share hidden, 0 to below 1
   */
  public static void draw(float[] mask, float share, SplittableRandom random) {
    float kept = 1f / (1f - share);
    for (int i = 0; i < mask.length; i++) {
      mask[i] = random.nextDouble() < share ? 0f : kept;
    }
  }
}
