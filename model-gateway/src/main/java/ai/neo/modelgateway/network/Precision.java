package ai.neo.modelgateway.network;

import java.util.Locale;

/**
 * How the weights of an exported file are kept. Inputs, outputs and arithmetic stay FP32, so that a
 * file of any precision fulfils the same contract and a row's answer does not depend on the rows
 * beside it, which quantising activations over a batch would make it do.
 */
public enum Precision {
  /** As they are; the file has to answer within 1e-4 of the network. */
  FP32(1e-4),
  /** IEEE half precision: half the size. */
  FP16(2e-2),
  /** Signed bytes with a scale for each output: a quarter of the size. */
  INT8(2e-1);

  private final double tolerance;

  Precision(double tolerance) {
    this.tolerance = tolerance;
  }

  /** The largest difference of a probability with which a file is still offered. */
  public double tolerance() {
    return tolerance;
  }

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * By its name in lower case; empty is fp32.
   *
   * @throws IllegalArgumentException with the names there are
   */
  public static Precision of(String label) {
    if (label.isEmpty()) {
      return FP32;
    }
    for (Precision one : values()) {
      if (one.label().equals(label)) {
        return one;
      }
    }
    throw new IllegalArgumentException("precision must be fp32, fp16 or int8, is '" + label + "'");
  }
}
