package ai.neo.modelgateway.serving;

import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.TensorSignature;
import ai.neo.modelgateway.engine.TensorSignature.Spec;
import inference.ModelConfig;
import inference.ModelDynamicBatching;
import inference.ModelInput;
import inference.ModelInstanceGroup;
import inference.ModelOutput;
import inference.ModelTensorReshape;
import java.util.List;

/**
 * Completes a configuration from the file, as the auto-complete of Triton's ONNX Runtime backend
 * does (onnxruntime_backend, {@code ModelState::AutoCompleteConfig}).
 */
final class ConfigCompletion {

  /** Triton's {@code default-max-batch-size}. */
  private static final int DEFAULT_BATCH = 4;

  private ConfigCompletion() {}

  /** With the file's tensors, dimension by dimension. */
  static ModelConfig withTensors(ModelConfig named, TensorSignature signature) {
    ModelConfig.Builder config = named.toBuilder();
    signature.inputs().forEach(spec -> config.addInput(input(spec, false)));
    signature.outputs().forEach(spec -> config.addOutput(output(spec, false)));
    withInstance(config);
    return config.build();
  }

  /**
   * Nothing is added where both inputs and outputs are stated.
   *
   * @throws ModelRefusedException when a batch is stated and the file has none
   */
  static ModelConfig complete(ModelConfig stated, TensorSignature signature)
      throws ModelRefusedException {
    ModelConfig.Builder config = stated.toBuilder();
    withInstance(config);
    if (config.getInputCount() > 0 && config.getOutputCount() > 0) {
      return config.build();
    }
    if (signature.isBatchable()) {
      if (config.getMaxBatchSize() == 0) {
        config.setMaxBatchSize(DEFAULT_BATCH);
      }
      if (config.getMaxBatchSize() > 1 && !config.hasDynamicBatching()) {
        config.setDynamicBatching(ModelDynamicBatching.getDefaultInstance());
      }
    } else if (config.getMaxBatchSize() != 0) {
      throw new ModelRefusedException(
          "autofill failed for model '%s': model does not support batching while non-zero max_batch_size is specified"
              .formatted(config.getName()));
    }
    boolean batched = config.getMaxBatchSize() > 0;
    if (config.getInputCount() == 0) {
      signature.inputs().forEach(spec -> config.addInput(input(spec, batched)));
    }
    if (config.getOutputCount() == 0) {
      signature.outputs().forEach(spec -> config.addOutput(output(spec, batched)));
    }
    return config.build();
  }

  private static void withInstance(ModelConfig.Builder config) {
    if (config.getInstanceGroupCount() == 0) {
      config.addInstanceGroup(
          ModelInstanceGroup.newBuilder()
              .setName(config.getName())
              .setKind(ModelInstanceGroup.Kind.KIND_CPU)
              .setCount(1));
    }
  }

  private static ModelInput input(Spec spec, boolean batched) {
    ModelInput.Builder input =
        ModelInput.newBuilder()
            .setName(spec.name())
            .setDataType(spec.type().inConfig())
            .addAllDims(dims(spec, batched));
    if (isScalar(spec, batched)) {
      input.addDims(1).setReshape(ModelTensorReshape.getDefaultInstance());
    }
    return input.build();
  }

  private static ModelOutput output(Spec spec, boolean batched) {
    ModelOutput.Builder output =
        ModelOutput.newBuilder()
            .setName(spec.name())
            .setDataType(spec.type().inConfig())
            .addAllDims(dims(spec, batched));
    if (isScalar(spec, batched)) {
      output.addDims(1).setReshape(ModelTensorReshape.getDefaultInstance());
    }
    return output.build();
  }

  /** A configuration has no empty dims: one number in a row is a scalar, reshaped. */
  private static boolean isScalar(Spec spec, boolean batched) {
    return dims(spec, batched).isEmpty();
  }

  private static List<Long> dims(Spec spec, boolean batched) {
    return batched ? spec.dims().subList(1, spec.dims().size()) : spec.dims();
  }
}
