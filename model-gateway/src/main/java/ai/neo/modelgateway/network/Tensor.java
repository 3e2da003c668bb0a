package ai.neo.modelgateway.network;

/**
 * One tensor of a network's flat parameters, row-major.
 *
 * @param name unique within its network
 * @param start how training begins with it
 * @param rows outputs of a weight, length of a vector
 * @param columns inputs of a weight; 0 for a vector
 */
public record Tensor(String name, Start start, int rows, int columns) {
  /** What a tensor holds before the first step. */
  public enum Start {
    /** Uniform in ±sqrt(6 / columns), the usual for rectified units (He, 2015). */
    RECTIFIED,
    /** A tenth of that: the first answers are near even odds. */
    OUTPUT,
    /** Uniform in ±1/sqrt(columns), as is usual for recurrent and attention layers. */
    BALANCED,
    /** Zeros. */
    ZERO,
    /** Ones: the gain of a normalisation. */
    ONE
  }

  static Tensor weight(String name, Start start, int outputs, int inputs) {
    return new Tensor(name, start, outputs, inputs);
  }

  static Tensor vector(String name, Start start, int length) {
    return new Tensor(name, start, length, 0);
  }

  /** How many numbers. */
  public int size() {
    return isVector() ? rows : Math.multiplyExact(rows, columns);
  }

  boolean isVector() {
    return columns == 0;
  }
}
