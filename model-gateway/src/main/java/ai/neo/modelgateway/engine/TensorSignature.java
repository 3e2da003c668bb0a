package ai.neo.modelgateway.engine;

import java.util.List;
import java.util.Optional;

/**
 * What a model takes and answers, as its file says, or its configuration where the file does not.
 *
 * @param inputs in the order stated there
 * @param outputs in the order stated there, at least one
 */
public record TensorSignature(List<Spec> inputs, List<Spec> outputs) {

  /** More than a message holds: whoever gets it could not take it. */
  private static final long REPLY_MAX_BYTES = 64L << 20;

  public TensorSignature {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    if (outputs.isEmpty()) {
      throw new IllegalArgumentException("a model must have an output");
    }
  }

  /**
   * One tensor.
   *
   * @param dims -1 where any size will do; empty for a scalar
   */
  public record Spec(String name, ElementType type, List<Long> dims) {
    public Spec {
      dims = List.copyOf(dims);
    }

    /**
     * Refuses an answer that is too large.
     *
     * @param bytes of this output and of those before it
     * @throws IllegalStateException when that is more than a message may have
     */
    void requireSendable(long bytes) {
      if (bytes > REPLY_MAX_BYTES) {
        throw new IllegalStateException(
            "with output %s the answer has %d bytes, and may have %d"
                .formatted(this, bytes, REPLY_MAX_BYTES));
      }
    }

    /** As messages show it. */
    @Override
    public String toString() {
      return "'%s' %s %s".formatted(name, type, dims.toString().replace(" ", ""));
    }
  }

  /** Whether the first dimension of every tensor may be of any size. */
  public boolean isBatchable() {
    return allBatchable(inputs) && allBatchable(outputs);
  }

  private static boolean allBatchable(List<Spec> specs) {
    return specs.stream().allMatch(spec -> !spec.dims().isEmpty() && spec.dims().getFirst() == -1);
  }

  public static Optional<Spec> named(String name, List<Spec> specs) {
    return specs.stream().filter(spec -> spec.name().equals(name)).findFirst();
  }
}
