package ai.neo.modelgateway.network;

/**
 * How a network tells how sure it is: its representation is answered again under fixed dropout
 * masks (Gal and Ghahramani, 2016, on the last layer), and the standard deviation of the likeliest
 * action's probability over the masks is its {@code uncertainty}, 0 to 0.5. The masks come from the
 * network's seed, so that the same input always has the same uncertainty.
 *
 * @param dropout share of the representation that each mask hides; 0 to below 1; 0: none
 * @param masks how many; 0 with no dropout
 */
public record Uncertainty(float dropout, int masks) {
  /** A network that does not tell. */
  public static final Uncertainty NONE = new Uncertainty(0f, 0);

  /** The deviation of 32 draws is known to an eighth of itself. */
  public static final int DEFAULT_MASKS = 32;

  private static final int MAX_MASKS = 1024;
  private static final float MAX_DROPOUT = 0.9f;

  public Uncertainty {
    if (!(dropout >= 0f) || dropout > MAX_DROPOUT) {
      throw new IllegalArgumentException("dropout must be 0 to 0.9, dropout=" + dropout);
    }
    if (masks < 0 || masks > MAX_MASKS || masks == 0 != (dropout == 0f)) {
      throw new IllegalArgumentException(
          "masks must be 1 to 1024 with dropout and 0 without, masks=" + masks);
    }
  }

  boolean isTold() {
    return masks > 0;
  }
}
