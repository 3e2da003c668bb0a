package ai.neo.modelgateway.engine;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import ai.neo.modelgateway.engine.ForwardMethod.Argument;
import ai.neo.modelgateway.engine.TensorSignature.Spec;
import ai.neo.modelgateway.engine.TorchProgram.Call;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One loaded TorchScript program of any tensors. A program names neither what it takes nor what it
 * answers in full, so that a configuration has to; each answer is held against that.
 */
final class TorchTensorModel implements TensorModel {
  private static final String STRINGS = "List[str]";
  private static final String TENSORS_BY_NAME = "Dict[str, Tensor]";

  private final TorchProgram program;
  private final TensorSignature signature;
  private final boolean byName;
  private final List<Integer> inputPlaces;
  private final List<Integer> outputPlaces;

  /** How a program is called. */
  private record Calling(boolean byName, List<Integer> inputs, List<Integer> outputs) {}

  private TorchTensorModel(TorchProgram program, TensorSignature signature, Calling calling) {
    this.program = program;
    this.signature = signature;
    this.byName = calling.byName();
    this.inputPlaces = calling.inputs();
    this.outputPlaces = calling.outputs();
  }

  /**
   * Loads a program.
   *
   * @param stated its tensors, with the names by which callers know them
   * @throws ModelRefusedException when {@code forward} does not take and answer that
   */
  static TorchTensorModel load(ModelArtifact artifact, TensorSignature stated)
      throws ModelRefusedException {
    ForwardMethod forward = ForwardMethod.of(artifact.content());
    requireTypes(artifact, "input", stated.inputs());
    requireTypes(artifact, "output", stated.outputs());
    List<Argument> arguments = forward.arguments();
    boolean byName = arguments.size() == 1 && arguments.getFirst().type().equals(TENSORS_BY_NAME);
    if (byName) {
      requireTensors(stated.inputs());
    }
    List<Integer> inputs =
        byName ? List.of() : inputs(artifact.model(), stated.inputs(), arguments);
    List<Integer> outputs = ForwardNames.outputs(stated.outputs());
    requireAnswers(stated.outputs(), outputs, forward);
    Calling calling = new Calling(byName, inputs, outputs);
    return new TorchTensorModel(TorchProgram.load(artifact), stated, calling);
  }

  private static void requireTypes(ModelArtifact artifact, String what, List<Spec> specs)
      throws ModelRefusedException {
    for (Spec spec : specs) {
      if (!TorchTensors.has(spec.type())) {
        throw new ModelRefusedException(
            "unsupported datatype %s for %s '%s' for model '%s'"
                .formatted(spec.type().inConfig(), what, spec.name(), artifact.model()));
      }
      if (spec.type() == ElementType.BYTES && spec.dims().size() != 1) {
        throw new ModelRefusedException(
            "only lists of strings (1 dimension) are supported as %s, and '%s' is stated as %s"
                .formatted(what, spec.name(), spec));
      }
    }
  }

  private static void requireTensors(List<Spec> named) throws ModelRefusedException {
    for (Spec spec : named) {
      if (spec.type() == ElementType.BYTES) {
        throw new ModelRefusedException(
            "input %s is for forward's %s, which holds no strings"
                .formatted(spec, TENSORS_BY_NAME));
      }
    }
  }

  private static List<Integer> inputs(String model, List<Spec> stated, List<Argument> arguments)
      throws ModelRefusedException {
    for (Argument argument : arguments) {
      if (!argument.type().equals("Tensor") && !argument.type().equals(STRINGS)) {
        throw new ModelRefusedException(
            "An input of type '%s' was detected in the model. Only a single input of type Dict(str, Tensor) or input(s) of type Tensor or List[str] are supported."
                .formatted(argument.type()));
      }
    }
    if (stated.size() != arguments.size()) {
      throw new ModelRefusedException(
          "unable to load model '%s', configuration expects %d inputs, model provides %d"
              .formatted(model, stated.size(), arguments.size()));
    }
    List<Integer> places = ForwardNames.inputs(stated, arguments);
    for (int i = 0; i < stated.size(); i++) {
      Argument argument = arguments.get(places.get(i));
      if (argument.type().equals(STRINGS) != (stated.get(i).type() == ElementType.BYTES)) {
        throw new ModelRefusedException(
            "input %s stands for argument '%s' of forward, which is a %s"
                .formatted(stated.get(i), argument.name(), argument.type()));
      }
    }
    return places;
  }

  private static void requireAnswers(List<Spec> stated, List<Integer> places, ForwardMethod forward)
      throws ModelRefusedException {
    String returns = forward.returns();
    if (returns.matches("(Dict\\[.*|int|float|bool|str|complex|None)")
        || (returns.startsWith("List[") && !returns.equals(STRINGS))) {
      throw new ModelRefusedException(
          "forward answers %s; output must be of type Tensor, List[str] or Tuple containing one of these two types. It should not be a List / Dictionary of Tensors or a Scalar"
              .formatted(returns));
    }
    int answers = forward.answers().orElse(Integer.MAX_VALUE);
    for (int i = 0; i < stated.size(); i++) {
      if (places.get(i) >= answers) {
        throw new ModelRefusedException(missing(stated.get(i), answers));
      }
    }
  }

  private static String missing(Spec output, int answers) {
    return "The output %s in the model configuration refers to an output index which doesn't exist. This model has %d outputs"
        .formatted(output.name(), answers);
  }

  @Override
  public ModelArtifact artifact() {
    return program.artifact();
  }

  @Override
  public TensorSignature signature() {
    return signature;
  }

  @Override
  public OptionalLong offHeapBytes() {
    return program.offHeapBytes();
  }

  @Override
  public Optional<String> objection(Tensors inputs) {
    return inputs.values().stream()
        .filter(value -> value.type() == ElementType.BYTES)
        .flatMap(value -> objection(value).stream())
        .findFirst();
  }

  private static Optional<String> objection(TensorValue strings) {
    return strings.data().isEmpty()
        ? Optional.of(
            "input '%s' holds no string, which this engine cannot pass on"
                .formatted(strings.name()))
        : JavaStrings.objection(strings);
  }

  @Override
  public Tensors infer(Tensors inputs) {
    return program.forward(
        call -> byName ? named(inputs, call) : placed(inputs, call),
        (call, answers) -> new Tensors(read(answers, call), inputs.rows(), inputs.batched()));
  }

  private static List<IValue> named(Tensors inputs, Call call) {
    Map<String, PtNDArray> arrays = new HashMap<>();
    for (TensorValue value : inputs.values()) {
      arrays.put(value.name(), TorchTensors.array(value, call));
    }
    return List.of(call.keep(IValue.stringMapFrom(arrays)));
  }

  private List<IValue> placed(Tensors inputs, Call call) {
    IValue[] arguments = new IValue[inputs.values().size()];
    for (TensorValue value : inputs.values()) {
      int stated = signature.inputs().indexOf(spec(value.name()));
      arguments[inputPlaces.get(stated)] = TorchTensors.toRuntime(value, call);
    }
    return Arrays.asList(arguments);
  }

  private Spec spec(String input) {
    return TensorSignature.named(input, signature.inputs()).orElseThrow();
  }

  private List<TensorValue> read(List<IValue> answers, Call call) {
    List<TensorValue> outputs = new ArrayList<>();
    long bytes = 0;
    for (int i = 0; i < outputPlaces.size(); i++) {
      Spec output = signature.outputs().get(i);
      if (outputPlaces.get(i) >= answers.size()) {
        throw new IllegalStateException(missing(output, answers.size()));
      }
      IValue answer = answers.get(outputPlaces.get(i));
      outputs.add(TorchTensors.fromRuntime(output, answer, call, bytes));
      bytes += outputs.getLast().data().size();
    }
    return outputs;
  }

  @Override
  public void close() {
    program.retire();
  }
}
