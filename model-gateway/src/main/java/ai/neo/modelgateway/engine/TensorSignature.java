package ai.neo.modelgateway.engine;

import java.util.List;
import java.util.Optional;

/**
 * What a model takes and answers, as its file says.
 *
 * @param inputs in the file's order
 * @param outputs in the file's order, at least one
 */
public record TensorSignature(List<Spec> inputs, List<Spec> outputs) {

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
