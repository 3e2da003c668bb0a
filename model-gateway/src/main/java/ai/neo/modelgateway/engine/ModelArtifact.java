package ai.neo.modelgateway.engine;

import java.util.Objects;

/**
 * A model version as the registry holds it. The bytes are not written again by anybody.
 *
 * @param version decimal integer
 * @param digest SHA-256 of the content, hexadecimal
 * @param featureSetId of the features that it was made for
 */
public record ModelArtifact(
    String model,
    String version,
    String digest,
    String format,
    String featureSetId,
    byte[] content) {
  public ModelArtifact {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(digest, "digest");
    Objects.requireNonNull(format, "format");
    Objects.requireNonNull(featureSetId, "featureSetId");
    Objects.requireNonNull(content, "content");
  }
}
