package ai.neo.modelgateway.explain;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.modelgateway.network.NetworkSlope;
import ai.neo.modelgateway.network.ServedNetwork;
import ai.neo.modelgateway.serving.ServedVersion;
import ai.neo.proto.learning.v1.ExplainRequest;
import ai.neo.proto.learning.v1.ExplainRequest.Method;
import ai.neo.proto.learning.v1.Explanation;
import com.google.common.primitives.Doubles;
import com.google.common.primitives.Floats;
import io.grpc.Status;
import io.grpc.StatusException;
import java.util.ArrayList;
import java.util.List;

/** One request for an explanation. One thread. */
final class ExplainCall {
  private static final int DEFAULT_STEPS = 20_000;
  private static final int MOST_STEPS = 2_000_000;
  private static final int DEFAULT_PAIRS = 16;
  private static final int MOST_PAIRS = 1000;

  /** Probabilities and the return: what a network has slopes of. */
  private static final List<String> OUTPUTS = List.of("SELL", "HOLD", "BUY", "expected_return");

  private final ExplainRequest request;
  private final ExplanationService.Predictions predictions;

  ExplainCall(ExplainRequest request, ExplanationService.Predictions predictions) {
    this.request = request;
    this.predictions = predictions;
  }

  private record Baseline(float[] row, String source) {}

  private record Explained(Method method, String note, Attributions attributions) {}

  /**
   * Explains.
   *
   * @throws IllegalArgumentException when the request does not fit the version
   */
  Explanation answer(ServedVersion version, Watch watch)
      throws StatusException, Watch.NobodyWaitsException {
    ServableModel model = version.model();
    float[] row = row(model);
    List<String> names = outputs(version);
    if (request.getOutput() < 0
        || request.getOutput() >= names.size()
        || names.get(request.getOutput()).isEmpty()) {
      throw new IllegalArgumentException(
          "output must be an index into %s, is %d".formatted(names, request.getOutput()));
    }
    Baseline baseline = baseline(model);
    Explained explained = explain(model, baseline.row(), row, watch);
    Attributions attributions = explained.attributions();
    return Explanation.newBuilder()
        .setModel(model.artifact().model())
        .setModelVersion(model.artifact().version())
        .setModelDigest(model.artifact().digest())
        .setFeatureSetId(model.artifact().featureSetId())
        .setMethod(explained.method())
        .setNote(explained.note())
        .setOutput(request.getOutput())
        .setOutputName(names.get(request.getOutput()))
        .setWindow(model.window())
        .addAllFeatures(Floats.asList(row))
        .addAllBaseline(Floats.asList(baseline.row()))
        .setBaselineSource(baseline.source())
        .setBaseValue(attributions.base())
        .setOutputValue(attributions.value())
        .addAllAttributions(Doubles.asList(attributions.values()))
        .addAllStandardErrors(Doubles.asList(attributions.standardErrors()))
        .setResidual(attributions.residual())
        .setEvaluations(attributions.evaluations())
        .build();
  }

  private float[] row(ServableModel model) throws StatusException {
    boolean given = request.getFeaturesCount() > 0;
    if (given == !request.getPredictionId().isEmpty()) {
      throw new IllegalArgumentException("either features or a prediction_id must be given");
    }
    float[] row = given ? Floats.toArray(request.getFeaturesList()) : remembered(model);
    if (row.length != model.features()) {
      throw new IllegalArgumentException(
          "the row has %d numbers, version %s takes %d (%d vectors of %d)"
              .formatted(
                  row.length,
                  model.artifact().version(),
                  model.features(),
                  model.window(),
                  model.features() / model.window()));
    }
    requireFinite(row, "feature");
    return row;
  }

  private float[] remembered(ServableModel model) throws StatusException {
    return predictions
        .features(model.artifact().model(), request.getPredictionId())
        .orElseThrow(
            () ->
                Status.NOT_FOUND
                    .withDescription(
                        "nothing is known of prediction '"
                            + request.getPredictionId()
                            + "': its outcome has not come yet, or too many came since; give its"
                            + " features instead")
                    .asException());
  }

  private static void requireFinite(float[] row, String what) {
    for (int i = 0; i < row.length; i++) {
      if (!Float.isFinite(row[i])) {
        throw new IllegalArgumentException(what + " " + i + " is " + row[i]);
      }
    }
  }

  private static List<String> outputs(ServedVersion version) {
    List<String> names = new ArrayList<>(OUTPUTS);
    if (!version.expectsReturn()) {
      names.set(Answer.ACTIONS, "");
    }
    names.addAll(version.model().columns());
    return names;
  }

  private Baseline baseline(ServableModel model) {
    int width = model.features();
    int vector = width / model.window();
    int given = request.getBaselineCount();
    if (given == 0) {
      return model instanceof ServedNetwork network
          ? new Baseline(new NetworkSlope(network.network()).typicalRow(), "training mean")
          : new Baseline(new float[width], "zeros");
    }
    if (given != width && given != vector) {
      throw new IllegalArgumentException(
          "a baseline has %d numbers, or %d for each vector alike; %d were given"
              .formatted(width, vector, given));
    }
    float[] row = new float[width];
    for (int i = 0; i < width; i++) {
      row[i] = request.getBaseline(i % given);
    }
    requireFinite(row, "baseline");
    return new Baseline(row, "request");
  }

  private Explained explain(ServableModel model, float[] base, float[] row, Watch watch)
      throws Watch.NobodyWaitsException {
    boolean sloped = model instanceof ServedNetwork && request.getOutput() < OUTPUTS.size();
    return switch (request.getMethod()) {
      case PERMUTATION_SHAP -> permuted(model, base, row, watch, "");
      case AUTO ->
          sloped
              ? integrated((ServedNetwork) model, base, row, watch)
              : permuted(model, base, row, watch, "");
      case INTEGRATED_GRADIENTS ->
          sloped
              ? integrated((ServedNetwork) model, base, row, watch)
              : permuted(
                  model,
                  base,
                  row,
                  watch,
                  "permutations instead: there are gradients of probabilities and returns of"
                      + " neo-djl networks alone, not of this output of a "
                      + model.artifact().format());
      case UNRECOGNIZED -> throw new IllegalArgumentException("there is no such method");
    };
  }

  private Explained integrated(ServedNetwork model, float[] base, float[] row, Watch watch)
      throws Watch.NobodyWaitsException {
    NetworkSlope network = new NetworkSlope(model.network());
    int output = request.getOutput();
    IntegratedGradients.Slope slope =
        new IntegratedGradients.Slope() {
          @Override
          public double at(double[] point) {
            return network.value(point, output);
          }

          @Override
          public double at(double[] point, double[] slopes) {
            return network.value(point, output, slopes);
          }
        };
    int steps = within("steps", request.getSteps(), DEFAULT_STEPS, MOST_STEPS);
    Attributions attributions =
        new IntegratedGradients(slope, wide(base), wide(row), watch).run(steps);
    if (attributions.isComplete()) {
      return new Explained(Method.INTEGRATED_GRADIENTS, "", attributions);
    }
    String note =
        "permutations instead: after %d gradients the attributions were %.1e from adding up"
            .formatted(attributions.evaluations(), attributions.residual());
    return permuted(model, base, row, watch, note);
  }

  private Explained permuted(
      ServableModel model, float[] base, float[] row, Watch watch, String note)
      throws Watch.NobodyWaitsException {
    int pairs = within("permutations", request.getPermutations(), DEFAULT_PAIRS, MOST_PAIRS);
    PermutationShap.Output output =
        (rows, count) -> picked(model.infer(rows, count), request.getOutput());
    return new Explained(
        Method.PERMUTATION_SHAP,
        note,
        new PermutationShap(output, base, row, watch).run(pairs, request.getSeed()));
  }

  private static double[] picked(Answer answer, int output) {
    if (!answer.isFinite()) {
      throw new IllegalArgumentException(
          "the version answers NaN or infinity between baseline and row; choose another baseline");
    }
    double[] values = new double[answer.rows()];
    for (int row = 0; row < values.length; row++) {
      values[row] =
          output < Answer.ACTIONS
              ? answer.actionProbabilities()[row * Answer.ACTIONS + output]
              : output == Answer.ACTIONS
                  ? answer.expectedReturn()[row]
                  : answer.columns().get(output - OUTPUTS.size()).values()[row];
    }
    return values;
  }

  private static int within(String name, int given, int usual, int most) {
    if (given < 0 || given > most) {
      throw new IllegalArgumentException(
          "%s must be 1 to %d, or 0 for %d; is %d".formatted(name, most, usual, given));
    }
    return given == 0 ? usual : given;
  }

  private static double[] wide(float[] row) {
    double[] values = new double[row.length];
    for (int i = 0; i < row.length; i++) {
      values[i] = row[i];
    }
    return values;
  }
}
