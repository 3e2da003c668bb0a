package ai.neo.modelgateway.engine;

import java.util.Objects;

/**
 * One registered version of a model, with its bytes: everything an engine needs to load it.
 *
 * @param model registered model's name
 * @param version decimal integer, at least 1
 * @param digest SHA-256 of {@code content}, lower-case hexadecimal, as the registry states it
 * @param format "onnx", "torchscript" or "neo-djl"
 * @param featureSetId hash of the definition of the features that the model was trained on
 * @param content the artifact's bytes; shared, not copied: nobody writes to it
 */
@SuppressWarnings("ArrayRecordComponent") // megabytes; identity is the digest
public record ModelArtifact(
    String model,
    String version,
    String digest,
    String format,
    String featureSetId,
    byte[] content) {

  public ModelArtifact {
    requireText(model, "model");
    requireText(digest, "digest");
    requireText(format, "format");
    Objects.requireNonNull(featureSetId, "featureSetId");
    Objects.requireNonNull(content, "content");
    Objects.requireNonNull(version, "version");
    if (!version.matches("[1-9][0-9]{0,17}")) {
      throw new IllegalArgumentException("version must be a positive integer: '" + version + "'");
    }
  }

  private static void requireText(String value, String name) {
    if (Objects.requireNonNull(value, name).isBlank()) {
      throw new IllegalArgumentException(name + " must not be blank");
    }
  }

  /** Name, version and digest, never the content. */
  @Override
  public String toString() {
    return model + " version " + version + " (" + format + ", sha256 " + digest + ")";
  }
}
