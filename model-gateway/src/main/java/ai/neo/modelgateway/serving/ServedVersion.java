package ai.neo.modelgateway.serving;

import ai.neo.modelgateway.engine.InFlight;
import ai.neo.modelgateway.engine.LoadedModel;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.modelgateway.engine.TensorModel;
import java.util.Objects;
import java.util.Optional;

/**
 * A version that is loaded, verified and warm, with what it has done so far. Whoever got it from
 * {@link ServingCatalog#enter} is inside and has to {@link #leave}; until then it is not freed,
 * swapped out or not.
 */
public final class ServedVersion {

  private final LoadedModel model;
  private final Optional<TensorContract> tensors;
  private final boolean expectsReturn;
  private final ServingTerms terms;
  private final VersionStatistics statistics = new VersionStatistics();
  private final RecordedRows recorded = new RecordedRows();
  private final InFlight requests;

  ServedVersion(ServableModel model, boolean expectsReturn) {
    this(model, expectsReturn, ServingTerms.NONE);
  }

  ServedVersion(ServableModel model, boolean expectsReturn, ServingTerms terms) {
    this(model, expectsReturn, Optional.empty(), terms);
  }

  /** Of tensors of its own. */
  ServedVersion(TensorModel model, TensorContract tensors, ServingTerms terms) {
    this(model, false, Optional.of(tensors), terms);
  }

  private ServedVersion(
      LoadedModel model,
      boolean expectsReturn,
      Optional<TensorContract> tensors,
      ServingTerms terms) {
    this.model = Objects.requireNonNull(model, "model");
    this.expectsReturn = expectsReturn;
    this.tensors = tensors;
    this.terms = Objects.requireNonNull(terms, "terms");
    this.requests = new InFlight(model::close);
  }

  /** Whatever it is; use it only between entering and leaving. */
  public LoadedModel loaded() {
    return model;
  }

  /**
   * The model of the loop; use it only between entering and leaving.
   *
   * @throws IllegalArgumentException when it is of tensors of its own
   */
  public ServableModel model() {
    return switch (model) {
      case ServableModel ofLoop -> ofLoop;
      case TensorModel other ->
          throw new IllegalArgumentException(
              other.artifact()
                  + " takes tensors of its own; this is for models of the signature 'features' ->"
                  + " 'action_probabilities'");
    };
  }

  /** How callers see a model of tensors of its own; empty for one of the loop. */
  public Optional<TensorContract> tensors() {
    return tensors;
  }

  /** The rows of one request at most; 0 where the first dimension is the model's own. */
  public int maxBatchSize() {
    return tensors
        .map(contract -> contract.config().getMaxBatchSize())
        .orElse(terms.maxBatchSize());
  }

  /** How many rows of waiting requests its author has computed at once; 1 for each alone. */
  public int rowsTogether() {
    return tensors
        .map(contract -> ServingTerms.of(contract.config()).rowsTogether())
        .orElse(terms.rowsTogether());
  }

  public ModelArtifact artifact() {
    return model.artifact();
  }

  /** Decimal integer. */
  public String version() {
    return model.artifact().version();
  }

  /** Whether its answers hold an expected return, as seen when it was verified. */
  public boolean expectsReturn() {
    return expectsReturn;
  }

  /** How it is served, where somebody said so. */
  public ServingTerms terms() {
    return terms;
  }

  public VersionStatistics statistics() {
    return statistics;
  }

  /** Some of what it was asked, to warm the next version with. */
  public RecordedRows recorded() {
    return recorded;
  }

  boolean enter() {
    return requests.enter();
  }

  /** The request is done. Exactly once for each entry. */
  public void leave() {
    requests.leave();
  }

  /** Frees it when the last request inside has left. */
  void retire() {
    requests.retire();
  }
}
