package ai.neo.modelgateway.engine;

import ai.neo.proto.registry.v1.GoldenRow;
import java.util.List;

/** Whether a model answers what its maker computed. Any thread; as long as its answers take. */
public final class GoldenCheck {
  /** Of each probability, where the maker states no other. */
  private static final float TOLERANCE = 1e-5f;

  private GoldenCheck() {}

  /**
   * Computes each row alone.
   *
   * @throws ModelRefusedException with row, action and both numbers, at the first that differs
   */
  public static void require(ServableModel model, List<GoldenRow> rows)
      throws ModelRefusedException {
    for (int i = 0; i < rows.size(); i++) {
      require(model, rows.get(i), i + 1);
    }
  }

  private static void require(ServableModel model, GoldenRow golden, int number)
      throws ModelRefusedException {
    if (golden.getActionProbabilitiesCount() != Answer.ACTIONS) {
      throw new ModelRefusedException(
          "golden row %d has %d probabilities, expected %d"
              .formatted(number, golden.getActionProbabilitiesCount(), Answer.ACTIONS));
    }
    if (golden.getFeaturesCount() != model.features()) {
      throw new ModelRefusedException(
          "golden row %d has %d features, the model takes %d"
              .formatted(number, golden.getFeaturesCount(), model.features()));
    }
    float[] row = new float[model.features()];
    for (int i = 0; i < row.length; i++) {
      row[i] = golden.getFeatures(i);
    }
    float tolerance = golden.getTolerance() == 0 ? TOLERANCE : golden.getTolerance();
    float[] p = model.infer(row, 1).actionProbabilities();
    for (int action = 0; action < Answer.ACTIONS; action++) {
      float expected = golden.getActionProbabilities(action);
      if (!(Math.abs(p[action] - expected) <= tolerance)) {
        throw new ModelRefusedException(
            "golden row %d: action %d has probability %s, expected %s within %s"
                .formatted(number, action, p[action], expected, tolerance));
      }
    }
  }
}
