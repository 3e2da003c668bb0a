package ai.neo.modelgateway.serving;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.ServableModel;
import inference.DataType;
import inference.ModelConfig;
import inference.ModelInput;
import inference.ModelOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How a version is to be served, where somebody says so.
 *
 * @param config as its author stated it; empty for a version of the registry
 * @param rowsTogether how many rows of waiting requests may be computed at once; 1 for each alone
 * @param labels what the classes of an output are called, by output
 */
public record ServingTerms(
    Optional<ModelConfig> config, int rowsTogether, Map<String, List<String>> labels) {

  /** Those of the registry's versions: nothing is stated, and every request is computed alone. */
  public static final ServingTerms NONE = new ServingTerms(Optional.empty(), 1, Map.of());

  private static final String FEATURES = "features";
  private static final String PROBABILITIES = "action_probabilities";
  private static final String RETURN = "expected_return";
  private static final long ANY = -1;

  /** The rows that one computation holds at most, whatever a model allows. */
  private static final int ROWS_MAX = 4096;

  /** As stated: batches as its dynamic batching says. */
  public static ServingTerms of(ModelConfig config) {
    return new ServingTerms(Optional.of(config), together(config), Map.of());
  }

  /** The same, with names for classes, by output. */
  public ServingTerms labelled(Map<String, List<String>> byOutput) {
    return new ServingTerms(config, rowsTogether, byOutput);
  }

  /** The largest preferred batch, or as many as a batch may have. */
  private static int together(ModelConfig config) {
    if (!config.hasDynamicBatching() || config.getMaxBatchSize() == 0) {
      return 1;
    }
    int most = Math.min(config.getMaxBatchSize(), ROWS_MAX);
    int preferred =
        config.getDynamicBatching().getPreferredBatchSizeList().stream()
            .mapToInt(Integer::intValue)
            .max()
            .orElse(most);
    return Math.clamp(preferred, 1, most);
  }

  public ServingTerms {
    if (rowsTogether < 1) {
      throw new IllegalArgumentException("rowsTogether must be at least 1: " + rowsTogether);
    }
    labels = Map.copyOf(labels);
  }

  /** What the classes of an output are called; may be fewer than there are classes. */
  public List<String> labels(String output) {
    return labels.getOrDefault(output, List.of());
  }

  /** The rows of one request at most; 0 where the first dimension is the model's own. */
  public int maxBatchSize() {
    return config.map(ModelConfig::getMaxBatchSize).orElse(0);
  }

  /** Whether the expected return is offered, of a model that has one. */
  boolean offersReturn() {
    List<ModelOutput> outputs = config.map(ModelConfig::getOutputList).orElse(List.of());
    return outputs.isEmpty() || outputs.stream().anyMatch(o -> o.getName().equals(RETURN));
  }

  /**
   * Compares what is stated with what was loaded.
   *
   * @throws ModelRefusedException naming the first tensor that is stated otherwise than it is
   */
  void check(ServableModel model, boolean expectsReturn) throws ModelRefusedException {
    if (config.isEmpty()) {
      return;
    }
    List<ModelInput> inputs = config.get().getInputList();
    for (ModelInput input : inputs) {
      requireName(input.getName(), Set.of(FEATURES), "input");
      if (input.hasReshape()) {
        throw new ModelRefusedException("input 'features': reshape is not offered here");
      }
      require(
          new Stated("input 'features'", input.getDataType(), input.getDimsList()),
          rows(model.features()));
    }
    Set<String> has = expectsReturn ? Set.of(PROBABILITIES, RETURN) : Set.of(PROBABILITIES);
    for (ModelOutput output : config.get().getOutputList()) {
      requireName(output.getName(), has, "output");
      if (output.hasReshape()) {
        throw new ModelRefusedException(
            "output '" + output.getName() + "': reshape is not offered here");
      }
      boolean isReturn = output.getName().equals(RETURN);
      require(
          new Stated(
              "output '" + output.getName() + "'", output.getDataType(), output.getDimsList()),
          rows(isReturn ? 1 : Answer.ACTIONS));
    }
    Set<String> offered =
        config.get().getOutputList().stream().map(ModelOutput::getName).collect(Collectors.toSet());
    if (!offered.isEmpty() && !offered.contains(PROBABILITIES)) {
      throw new ModelRefusedException("output 'action_probabilities' must be stated");
    }
  }

  private record Stated(String tensor, DataType type, List<Long> dims) {}

  /** With max_batch_size the first dimension is not stated: it is the batch. */
  private List<Long> rows(long columns) {
    List<Long> dims = new ArrayList<>();
    if (maxBatchSize() == 0) {
      dims.add(ANY);
    }
    dims.add(columns);
    return dims;
  }

  private static void require(Stated stated, List<Long> actual) throws ModelRefusedException {
    if (stated.type() != DataType.TYPE_FP32) {
      throw new ModelRefusedException(
          "%s is stated as %s, the file has TYPE_FP32".formatted(stated.tensor(), stated.type()));
    }
    boolean fits = stated.dims().size() == actual.size();
    for (int i = 0; fits && i < actual.size(); i++) {
      fits = stated.dims().get(i) == ANY || stated.dims().get(i).equals(actual.get(i));
    }
    if (!fits) {
      throw new ModelRefusedException(
          "%s is stated with dims %s, the file has %s"
              .formatted(stated.tensor(), stated.dims(), actual));
    }
  }

  private static void requireName(String name, Set<String> known, String what)
      throws ModelRefusedException {
    if (!known.contains(name)) {
      throw new ModelRefusedException(
          "%s '%s' is stated, the file has %s".formatted(what, name, known));
    }
  }
}
