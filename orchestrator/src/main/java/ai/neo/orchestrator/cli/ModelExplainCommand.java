package ai.neo.orchestrator.cli;

import ai.neo.featurestore.FeatureSetDefinition;
import ai.neo.proto.learning.v1.ExplainRequest;
import ai.neo.proto.learning.v1.Explanation;
import ai.neo.proto.learning.v1.ExplanationServiceGrpc;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import picocli.CommandLine;

/** {@code ./neo model explain}. */
@CommandLine.Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description = {
      "How much each feature moved an answer away from that to a baseline; the moves add up.",
      "Computed in the model tier beside serving, by integrated gradients or permutations."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./neo model explain direction --prediction 533",
      "  ./neo model explain direction@3 --row row.json --output BUY",
      "  ./neo model explain direction --row row.csv --method permutation_shap --json"
    })
final class ModelExplainCommand implements Callable<Integer> {
  private static final int BAR_WIDTH = 20;
  private static final long LONGEST_SECONDS = 3600;

  private static final Map<String, ExplainRequest.Method> METHODS =
      Map.of(
          "auto", ExplainRequest.Method.AUTO,
          "integrated_gradients", ExplainRequest.Method.INTEGRATED_GRADIENTS,
          "permutation_shap", ExplainRequest.Method.PERMUTATION_SHAP);

  private static final List<String> OUTPUTS = List.of("SELL", "HOLD", "BUY", "expected_return");

  @CommandLine.Mixin private TierDoor door;
  @CommandLine.Mixin private ModelOption model;

  @CommandLine.Parameters(
      paramLabel = "NAME[@VERSION]",
      description = "The model, or a bare VERSION; without a version, its champion.")
  private String name;

  /** What is explained. */
  static final class Subject {
    @CommandLine.Option(
        names = "--prediction",
        required = true,
        paramLabel = "ID",
        description = {
          "A prediction whose outcome the learner was told lately: its id as page, API and logs",
          "have it (533), which is one of the run on the data directory, or with its run",
          "(run-1-533)."
        })
    private Optional<String> prediction = Optional.empty();

    @CommandLine.Option(
        names = "--row",
        required = true,
        paramLabel = "FILE",
        description = "Features as JSON or CSV, by name or in order.")
    private Optional<Path> row = Optional.empty();
  }

  @CommandLine.ArgGroup(multiplicity = "1")
  private Subject subject;

  @CommandLine.Option(
      names = "--output",
      defaultValue = "BUY",
      description =
          "SELL, HOLD, BUY, expected_return, or the index of a further output (default: BUY).")
  private String output;

  @CommandLine.Option(
      names = "--method",
      defaultValue = "auto",
      description = "auto (default), integrated_gradients or permutation_shap.")
  private String method;

  @CommandLine.Option(
      names = "--baseline",
      paramLabel = "FILE",
      description = "A row to compare with (default: the training's mean, or zeros).")
  private Optional<Path> baseline = Optional.empty();

  @CommandLine.Option(names = "--steps", description = "At most so many gradients.")
  private int steps;

  @CommandLine.Option(names = "--permutations", description = "Pairs of orders (default: 16).")
  private int permutations;

  @CommandLine.Option(names = "--seed", description = "Of the orders (default: 42).")
  private long seed = 42;

  @CommandLine.Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "Give up after so long (default: 60).")
  private long timeout = 60;

  @CommandLine.Option(names = "--json", description = "All as one JSON object.")
  private boolean json;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() {
    FeatureSetDefinition features = FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT);
    ExplainRequest request = request(features.names());
    Explanation explanation;
    try (ModelTierCalls calls = ModelTierCalls.of(door)) {
      explanation =
          ExplanationServiceGrpc.newBlockingStub(calls.channel())
              .withDeadlineAfter(timeout, TimeUnit.SECONDS)
              .explain(request);
    }
    // Names of another set would be lies.
    List<String> names =
        explanation.getFeatureSetId().equals(features.id()) ? features.names() : List.of();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(json(explanation, names).encode());
    } else {
      print(out, explanation, names);
    }
    return 0;
  }

  private ExplainRequest request(List<String> names) {
    ModelName wanted = ModelName.of(name, model.given());
    if (timeout < 1 || timeout > LONGEST_SECONDS) {
      throw new IllegalArgumentException(
          "--timeout must be 1 to " + LONGEST_SECONDS + " seconds, is " + timeout);
    }
    ExplainRequest.Method chosen = METHODS.get(method.toLowerCase(Locale.ROOT));
    if (chosen == null) {
      throw new IllegalArgumentException(
          "--method must be auto, integrated_gradients or permutation_shap, is '" + method + "'");
    }
    ExplainRequest.Builder request =
        ExplainRequest.newBuilder()
            .setModel(wanted.name())
            .setVersion(wanted.version())
            .setPredictionId(subject.prediction.map(this::withRun).orElse(""))
            .setMethod(chosen)
            .setOutput(outputIndex())
            .setSteps(steps)
            .setPermutations(permutations)
            .setSeed(seed);
    subject.row.ifPresent(
        file -> {
          for (float one : FeatureRowText.parse(RegistryDoor.read(file), names)) {
            request.addFeatures(one);
          }
        });
    baseline.ifPresent(
        file -> {
          for (float one : FeatureRowText.parse(RegistryDoor.read(file), names)) {
            request.addBaseline(one);
          }
        });
    return request.build();
  }

  /** Learners know the predictions of many runs, so that each has its run in its name. */
  private String withRun(String id) {
    return id.matches("[0-9]{1,19}")
        ? door.run().map(run -> run.getString("run_id", "") + "-" + id).orElse(id)
        : id;
  }

  private int outputIndex() {
    for (int i = 0; i < OUTPUTS.size(); i++) {
      if (OUTPUTS.get(i).equalsIgnoreCase(output)) {
        return i;
      }
    }
    if (output.matches("[0-9]{1,3}")) {
      return Integer.parseInt(output);
    }
    throw new IllegalArgumentException(
        "--output must be one of " + OUTPUTS + " or an index, is '" + output + "'");
  }

  /** {@code ret_5 [-3]}: three vectors before the newest of a window. */
  private static String label(Explanation explanation, List<String> names, int at) {
    int vector = explanation.getAttributionsCount() / explanation.getWindow();
    int feature = at % vector;
    int before = explanation.getWindow() - 1 - at / vector;
    String label = feature < names.size() ? names.get(feature) : "feature " + feature;
    return before == 0 ? label : label + " [-" + before + "]";
  }

  private static List<Integer> largestFirst(Explanation explanation) {
    return IntStream.range(0, explanation.getAttributionsCount())
        .boxed()
        .sorted(
            Comparator.comparingDouble((Integer i) -> -Math.abs(explanation.getAttributions(i))))
        .toList();
  }

  private static JsonObject json(Explanation explanation, List<String> names) {
    JsonArray features = new JsonArray();
    for (int i : largestFirst(explanation)) {
      JsonObject one =
          new JsonObject()
              .put("index", i)
              .put("name", label(explanation, names, i))
              .put("value", explanation.getFeatures(i))
              .put("baseline", explanation.getBaseline(i))
              .put("attribution", explanation.getAttributions(i));
      if (explanation.getStandardErrorsCount() > i
          && Double.isFinite(explanation.getStandardErrors(i))) {
        one.put("standard_error", explanation.getStandardErrors(i));
      }
      features.add(one);
    }
    return new JsonObject()
        .put("model", explanation.getModel())
        .put("version", explanation.getModelVersion())
        .put("digest", explanation.getModelDigest())
        .put("method", explanation.getMethod().name().toLowerCase(Locale.ROOT))
        .put("note", explanation.getNote())
        .put("output", explanation.getOutputName())
        .put("baseline", explanation.getBaselineSource())
        .put("base_value", explanation.getBaseValue())
        .put("output_value", explanation.getOutputValue())
        .put("residual", explanation.getResidual())
        .put("evaluations", explanation.getEvaluations())
        .put("features", features);
  }

  private static void print(PrintWriter out, Explanation explanation, List<String> names) {
    out.printf(
        Locale.ROOT,
        "%s v%s, %s: %.6f, from %.6f at the baseline (%s)%n",
        explanation.getModel(),
        explanation.getModelVersion(),
        explanation.getOutputName(),
        explanation.getOutputValue(),
        explanation.getBaseValue(),
        explanation.getBaselineSource());
    List<Integer> order = largestFirst(explanation);
    double largest = order.isEmpty() ? 0 : Math.abs(explanation.getAttributions(order.getFirst()));
    for (int i : order) {
      double attribution = explanation.getAttributions(i);
      int bar = largest == 0 ? 0 : (int) Math.round(BAR_WIDTH * Math.abs(attribution) / largest);
      out.printf(
          Locale.ROOT,
          "%-28s %12.6g  %+.6e  %s%n",
          label(explanation, names, i),
          explanation.getFeatures(i),
          attribution,
          (attribution < 0 ? "-" : "+").repeat(bar));
    }
    out.printf(
        Locale.ROOT,
        "%s, %d evaluations, adds up to within %.1e%n",
        explanation.getMethod().name().toLowerCase(Locale.ROOT),
        explanation.getEvaluations(),
        explanation.getResidual());
    if (!explanation.getNote().isEmpty()) {
      out.println(explanation.getNote());
    }
  }
}
