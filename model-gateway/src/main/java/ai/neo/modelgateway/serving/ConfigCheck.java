package ai.neo.modelgateway.serving;

import ai.neo.modelgateway.engine.ElementType;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.TensorSignature;
import ai.neo.modelgateway.engine.TensorSignature.Spec;
import ai.neo.modelgateway.engine.TensorValue;
import inference.DataType;
import inference.ModelConfig;
import inference.ModelInput;
import inference.ModelOutput;
import inference.ModelTensorReshape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Compares a complete configuration with the file that it is for. */
final class ConfigCheck {

  private static final long ANY = TensorContract.ANY;

  private final boolean batched;

  private ConfigCheck(boolean batched) {
    this.batched = batched;
  }

  /**
   * A tensor as it is stated.
   *
   * @param what "input" or "output"
   */
  private record Stated(
      String what,
      String name,
      DataType type,
      List<Long> dims,
      boolean reshapes,
      ModelTensorReshape reshape) {
    @Override
    public String toString() {
      return what + " '" + name + "'";
    }
  }

  /**
   * Refuses a configuration that the file does not fulfil.
   *
   * @throws ModelRefusedException naming the first tensor that is stated otherwise than it is
   */
  static void check(ModelConfig config, TensorSignature signature) throws ModelRefusedException {
    ConfigCheck check = new ConfigCheck(config.getMaxBatchSize() > 0);
    if (config.getInputCount() != signature.inputs().size()) {
      throw new ModelRefusedException(
          "configuration expects %d inputs, model provides %d: %s"
              .formatted(config.getInputCount(), signature.inputs().size(), signature.inputs()));
    }
    Set<String> names = new HashSet<>();
    for (ModelInput input : config.getInputList()) {
      refuseUnserved(input);
      Stated stated =
          new Stated(
              "input",
              input.getName(),
              input.getDataType(),
              input.getDimsList(),
              input.hasReshape(),
              input.getReshape());
      requireOnce(names, stated);
      check.require(stated, signature.inputs());
    }
    names.clear();
    for (ModelOutput output : config.getOutputList()) {
      Stated stated =
          new Stated(
              "output",
              output.getName(),
              output.getDataType(),
              output.getDimsList(),
              output.hasReshape(),
              output.getReshape());
      requireOnce(names, stated);
      check.require(stated, signature.outputs());
    }
  }

  private static void requireOnce(Set<String> names, Stated stated) throws ModelRefusedException {
    if (!names.add(stated.name())) {
      throw new ModelRefusedException(stated + " is stated twice");
    }
  }

  private static void refuseUnserved(ModelInput input) throws ModelRefusedException {
    if (input.getOptional()
        || input.getAllowRaggedBatch()
        || input.getIsShapeTensor()
        || input.getIsNonLinearFormatIo()) {
      throw new ModelRefusedException(
          "input '%s': optional, allow_ragged_batch, is_shape_tensor and is_non_linear_format_io are not offered here"
              .formatted(input.getName()));
    }
  }

  private void require(Stated stated, List<Spec> has) throws ModelRefusedException {
    Spec spec =
        TensorSignature.named(stated.name(), has)
            .orElseThrow(
                () ->
                    new ModelRefusedException(
                        "%s is stated, the file has %s".formatted(stated, has)));
    ElementType type = spec.type();
    if (stated.type() != type.inConfig()) {
      throw new ModelRefusedException(
          "%s is stated as %s, the file has %s".formatted(stated, stated.type(), type.inConfig()));
    }
    List<Long> inner = stated.dims();
    if (stated.reshapes()) {
      requireSameElements(stated);
      inner = stated.reshape().getShapeList();
    }
    List<Long> full = new ArrayList<>(inner);
    if (batched) {
      full.addFirst(ANY);
      if (spec.dims().isEmpty() || spec.dims().getFirst() != ANY) {
        throw new ModelRefusedException(
            "tensor '%s': for the model to support batching the shape should have at least 1 dimension and the first dimension must be -1; but shape expected by the model is %s"
                .formatted(stated.name(), spec.dims()));
      }
    }
    boolean fits = full.size() == spec.dims().size();
    for (int i = 0; fits && i < full.size(); i++) {
      fits = spec.dims().get(i) == ANY || spec.dims().get(i).equals(full.get(i));
    }
    if (!fits) {
      throw new ModelRefusedException(
          "%s is stated with dims %s%s, the file has %s"
              .formatted(stated, full, batched ? " (the batch first)" : "", spec.dims()));
    }
  }

  private static void requireSameElements(Stated stated) throws ModelRefusedException {
    List<Long> from = stated.dims();
    List<Long> to = stated.reshape().getShapeList();
    boolean same =
        from.stream().filter(dim -> dim == ANY).count()
                == to.stream().filter(dim -> dim == ANY).count()
            && fixed(from) == fixed(to);
    if (!same) {
      throw new ModelRefusedException(
          "%s: dims %s and reshape %s have not the same elements".formatted(stated, from, to));
    }
  }

  private static long fixed(List<Long> dims) {
    return TensorValue.elements(dims.stream().filter(dim -> dim != ANY).toList());
  }
}
