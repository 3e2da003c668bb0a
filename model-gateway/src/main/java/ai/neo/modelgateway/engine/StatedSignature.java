package ai.neo.modelgateway.engine;

import inference.DataType;
import inference.ModelConfig;
import inference.ModelInput;
import inference.ModelOutput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a configuration says that its model takes and answers. */
public final class StatedSignature {

  private StatedSignature() {}

  /**
   * The tensors as the model sees them: the batch first where there is one, and reshaped.
   *
   * @return empty when neither inputs nor outputs are stated
   * @throws ModelRefusedException when one of the two is missing, or a data type is none
   */
  public static Optional<TensorSignature> of(ModelConfig config) throws ModelRefusedException {
    if (config.getInputCount() == 0 && config.getOutputCount() == 0) {
      return Optional.empty();
    }
    if (config.getInputCount() == 0 || config.getOutputCount() == 0) {
      throw new ModelRefusedException(
          "model configuration must contain at least one %s, none were specified."
              .formatted(config.getInputCount() == 0 ? "input" : "output"));
    }
    boolean batched = config.getMaxBatchSize() > 0;
    List<TensorSignature.Spec> inputs = new ArrayList<>();
    for (ModelInput input : config.getInputList()) {
      List<Long> dims =
          input.hasReshape() ? input.getReshape().getShapeList() : input.getDimsList();
      inputs.add(spec(input.getName(), input.getDataType(), dims, batched));
    }
    List<TensorSignature.Spec> outputs = new ArrayList<>();
    for (ModelOutput output : config.getOutputList()) {
      List<Long> dims =
          output.hasReshape() ? output.getReshape().getShapeList() : output.getDimsList();
      outputs.add(spec(output.getName(), output.getDataType(), dims, batched));
    }
    return Optional.of(new TensorSignature(inputs, outputs));
  }

  private static TensorSignature.Spec spec(
      String name, DataType type, List<Long> dims, boolean batched) throws ModelRefusedException {
    ElementType element =
        Arrays.stream(ElementType.values())
            .filter(known -> known.inConfig() == type)
            .findFirst()
            .orElseThrow(
                () -> new ModelRefusedException("tensor '" + name + "' is stated without a type"));
    List<Long> full = new ArrayList<>(dims);
    if (batched) {
      full.addFirst(-1L);
    }
    return new TensorSignature.Spec(name, element, full);
  }
}
