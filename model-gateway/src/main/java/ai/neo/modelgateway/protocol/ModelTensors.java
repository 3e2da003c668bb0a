package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ElementType;
import ai.neo.modelgateway.serving.ServedVersion;
import ai.neo.modelgateway.serving.TensorContract;
import ai.neo.modelgateway.serving.TensorContract.Port;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The tensors of a version, as the protocol names and shapes them. The loop's are all FP32. */
final class ModelTensors {

  static final String FEATURES = "features";
  static final String ACTION_PROBABILITIES = "action_probabilities";
  static final String EXPECTED_RETURN = "expected_return";

  /** Any number of rows. */
  static final long ANY = TensorContract.ANY;

  private ModelTensors() {}

  /** In the model's order. */
  static List<Port> inputs(ServedVersion version) {
    return version
        .tensors()
        .map(TensorContract::inputs)
        .orElseGet(() -> List.of(ofLoop(FEATURES, version.model().features())));
  }

  /** In the model's order. */
  static List<Port> outputs(ServedVersion version) {
    if (version.tensors().isPresent()) {
      return version.tensors().get().outputs();
    }
    List<Port> all = new ArrayList<>();
    all.add(ofLoop(ACTION_PROBABILITIES, Answer.ACTIONS));
    if (version.expectsReturn()) {
      all.add(ofLoop(EXPECTED_RETURN, 1));
    }
    version.model().columns().forEach(name -> all.add(ofLoop(name, 1)));
    return List.copyOf(all);
  }

  /** As requests and answers have it. */
  static List<Long> shape(ServedVersion version, Port port) {
    return version.tensors().map(contract -> contract.shape(port)).orElse(port.dims());
  }

  private static Port ofLoop(String name, long columns) {
    return new Port(name, ElementType.FP32, List.of(ANY, columns), Optional.empty());
  }
}
