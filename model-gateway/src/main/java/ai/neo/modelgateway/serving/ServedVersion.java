package ai.neo.modelgateway.serving;

import ai.neo.modelgateway.engine.InFlight;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ServableModel;
import java.util.Objects;

/**
 * A version that is loaded, verified and warm, with what it has done so far. Whoever got it from
 * {@link ServingCatalog#enter} is inside and has to {@link #leave}; until then it is not freed,
 * swapped out or not.
 */
public final class ServedVersion {

  private final ServableModel model;
  private final boolean expectsReturn;
  private final ServingTerms terms;
  private final VersionStatistics statistics = new VersionStatistics();
  private final RecordedRows recorded = new RecordedRows();
  private final InFlight requests;

  ServedVersion(ServableModel model, boolean expectsReturn) {
    this(model, expectsReturn, ServingTerms.NONE);
  }

  ServedVersion(ServableModel model, boolean expectsReturn, ServingTerms terms) {
    this.model = Objects.requireNonNull(model, "model");
    this.expectsReturn = expectsReturn;
    this.terms = Objects.requireNonNull(terms, "terms");
    this.requests = new InFlight(model::close);
  }

  /** The model; use it only between entering and leaving. */
  public ServableModel model() {
    return model;
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
