package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.serving.ServedVersion;
import java.util.ArrayList;
import java.util.List;

/** The tensors of the model contract, as the protocol names and shapes them. All are FP32. */
final class ModelTensors {

  static final String FEATURES = "features";
  static final String ACTION_PROBABILITIES = "action_probabilities";
  static final String EXPECTED_RETURN = "expected_return";
  static final String DATATYPE = "FP32";

  /** The first dimension: any number of rows. */
  static final long ANY = -1;

  private ModelTensors() {}

  /**
   * One tensor of a model.
   *
   * @param columns the second dimension
   */
  record Tensor(String name, int columns) {}

  static Tensor input(ServedVersion version) {
    return new Tensor(FEATURES, version.model().features());
  }

  /** In the model's order. */
  static List<Tensor> outputs(ServedVersion version) {
    Tensor probabilities = new Tensor(ACTION_PROBABILITIES, Answer.ACTIONS);
    List<Tensor> all = new ArrayList<>();
    all.add(probabilities);
    if (version.expectsReturn()) {
      all.add(new Tensor(EXPECTED_RETURN, 1));
    }
    version.model().columns().forEach(name -> all.add(new Tensor(name, 1)));
    return List.copyOf(all);
  }
}
