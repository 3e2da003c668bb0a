package ai.neo.modelgateway.serving;

import ai.neo.modelgateway.engine.ModelArtifact;
import java.util.Objects;

/** A version that comes from elsewhere than the registry, and how it is to be served. */
public record SuppliedVersion(ModelArtifact artifact, ServingTerms terms) {
  public SuppliedVersion {
    Objects.requireNonNull(artifact, "artifact");
    Objects.requireNonNull(terms, "terms");
  }
}
