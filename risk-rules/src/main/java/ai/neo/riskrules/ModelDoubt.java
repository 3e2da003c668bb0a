package ai.neo.riskrules;

/**
 * What a model says of its own doubt beside its prediction. NaN stands for what it does not answer;
 * everything else is finite and zero or more.
 *
 * @param uncertainty how far the probability of the likeliest action may be off; Neo's own networks
 *     answer a standard deviation, 0..0.5
 * @param reconstructionError how unlike the training rows the features are: mean squared error, in
 *     squared standard deviations
 */
public record ModelDoubt(float uncertainty, float reconstructionError) {
  /** Of a model that answers neither, and where no model was asked. */
  public static final ModelDoubt NONE = new ModelDoubt(Float.NaN, Float.NaN);

  /**
   * @throws IllegalArgumentException if a number is negative or infinite
   */
  public ModelDoubt {
    check("uncertainty", uncertainty);
    check("reconstruction_error", reconstructionError);
  }

  /** Whether the model answers its uncertainty. */
  public boolean hasUncertainty() {
    return !Float.isNaN(uncertainty);
  }

  /** Whether the model answers how unlike its training rows the features are. */
  public boolean hasReconstructionError() {
    return !Float.isNaN(reconstructionError);
  }

  private static void check(String name, float value) {
    if (value < 0 || value == Float.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          name + "=" + value + ", expected a finite number of zero or more");
    }
  }
}
