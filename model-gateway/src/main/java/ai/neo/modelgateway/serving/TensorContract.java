package ai.neo.modelgateway.serving;

import ai.neo.modelgateway.engine.ElementType;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.TensorSignature;
import ai.neo.modelgateway.engine.TensorSignature.Spec;
import inference.ModelConfig;
import inference.ModelInput;
import inference.ModelOutput;
import inference.ModelTensorReshape;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * How callers see a model of tensors: its configuration, complete, and each tensor with the shape
 * that requests and answers have.
 *
 * @param config with all inputs and outputs
 * @param inputs in the configuration's order
 * @param outputs in the configuration's order; those that the file has besides are not offered
 */
public record TensorContract(ModelConfig config, List<Port> inputs, List<Port> outputs) {

  /** Any size. */
  public static final long ANY = -1;

  public TensorContract {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /**
   * A tensor at the model's edge.
   *
   * @param dims as callers see them, the batch not among them
   * @param reshaped as the model sees them, where that is otherwise
   */
  public record Port(
      String name, ElementType type, List<Long> dims, Optional<List<Long>> reshaped) {

    public Port {
      dims = List.copyOf(dims);
    }

    /** The same elements in the model's shape, from the caller's; neither with the batch. */
    public List<Long> inward(List<Long> shape) {
      return reshaped.map(to -> filled(to, sizes(dims, shape))).orElse(shape);
    }

    /** The same elements in the caller's shape, from the model's. */
    public List<Long> outward(List<Long> shape) {
      return reshaped
          .filter(from -> from.size() == shape.size())
          .map(from -> filled(dims, sizes(from, shape)))
          .orElse(shape);
    }

    private static Iterator<Long> sizes(List<Long> dims, List<Long> shape) {
      List<Long> sizes = new ArrayList<>();
      for (int i = 0; i < dims.size(); i++) {
        if (dims.get(i) == ANY) {
          sizes.add(shape.get(i));
        }
      }
      return sizes.iterator();
    }

    private static List<Long> filled(List<Long> dims, Iterator<Long> sizes) {
      return dims.stream().map(dim -> dim == ANY ? sizes.next() : dim).toList();
    }
  }

  /** Without a batch dimension: every dimension is the model's own, as it is of loop models. */
  static TensorContract plain(ModelConfig named, TensorSignature signature) {
    ModelConfig config = ConfigCompletion.withTensors(named, signature);
    return new TensorContract(config, inputs(config, signature), outputs(config, signature));
  }

  /**
   * As stated; what is not stated is completed from the file as Triton does.
   *
   * @throws ModelRefusedException where what is stated is not what the file has
   */
  static TensorContract of(ModelConfig stated, TensorSignature signature)
      throws ModelRefusedException {
    ModelConfig config = ConfigCompletion.complete(stated, signature);
    ConfigCheck.check(config, signature);
    return new TensorContract(config, inputs(config, signature), outputs(config, signature));
  }

  private static List<Port> inputs(ModelConfig config, TensorSignature signature) {
    List<Port> ports = new ArrayList<>();
    for (ModelInput input : config.getInputList()) {
      Port port = port(spec(input.getName(), signature.inputs()), input.getDimsList());
      ports.add(reshaped(port, input.hasReshape(), input.getReshape()));
    }
    return ports;
  }

  private static List<Port> outputs(ModelConfig config, TensorSignature signature) {
    List<Port> ports = new ArrayList<>();
    for (ModelOutput output : config.getOutputList()) {
      Port port = port(spec(output.getName(), signature.outputs()), output.getDimsList());
      ports.add(reshaped(port, output.hasReshape(), output.getReshape()));
    }
    return ports;
  }

  private static Spec spec(String name, List<Spec> specs) {
    return TensorSignature.named(name, specs)
        .orElseThrow(() -> new IllegalArgumentException("the file has no tensor '" + name + "'"));
  }

  private static Port port(Spec spec, List<Long> dims) {
    return new Port(spec.name(), spec.type(), dims, Optional.empty());
  }

  private static Port reshaped(Port port, boolean stated, ModelTensorReshape reshape) {
    return stated
        ? new Port(port.name(), port.type(), port.dims(), Optional.of(reshape.getShapeList()))
        : port;
  }

  /** Whether the first dimension of each tensor is the batch, which {@code dims} leave out. */
  public boolean isBatched() {
    return config.getMaxBatchSize() > 0;
  }

  /** As callers see it, -1 for the batch first where there is one. */
  public List<Long> shape(Port port) {
    if (!isBatched()) {
      return port.dims();
    }
    List<Long> shape = new ArrayList<>(port.dims());
    shape.addFirst(ANY);
    return List.copyOf(shape);
  }

  /** Whether whoever calls the other can call this: the same inputs, and all of its outputs. */
  boolean serves(TensorContract other) {
    return isBatched() == other.isBatched()
        && inputs.size() == other.inputs.size()
        && inputs.containsAll(other.inputs)
        && outputs.containsAll(other.outputs);
  }
}
