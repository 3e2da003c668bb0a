package ai.neo.modelgateway.engine;

import ai.neo.proto.registry.v1.ArtifactSignature;
import ai.neo.proto.registry.v1.GoldenRow;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One registered version of a model, with its bytes: everything an engine needs to load it.
 *
 * @param model registered model's name
 * @param version decimal integer, at least 1
 * @param digest SHA-256 of {@code content}, lower-case hexadecimal, as the registry states it
 * @param format "onnx", "torchscript", "neo-djl" or "neo-ensemble"
 * @param featureSetId hash of the definition of the features that the model was trained on
 * @param content the artifact's bytes; shared, not copied: nobody writes to it
 * @param signatures over the digest, as the registry keeps them; not checked yet
 * @param goldenRows what its maker says that it answers; not checked yet
 * @param stated what its configuration says that it takes and answers; empty where that is silent.
 *     Files that describe themselves are not loaded by it
 */
@SuppressWarnings("ArrayRecordComponent") // megabytes; identity is the digest
public record ModelArtifact(
    String model,
    String version,
    String digest,
    String format,
    String featureSetId,
    byte[] content,
    List<ArtifactSignature> signatures,
    List<GoldenRow> goldenRows,
    Optional<TensorSignature> stated) {

  /** An artifact that nobody signed, without golden rows. */
  public ModelArtifact(
      String model,
      String version,
      String digest,
      String format,
      String featureSetId,
      byte[] content) {
    this(
        model,
        version,
        digest,
        format,
        featureSetId,
        content,
        List.of(),
        List.of(),
        Optional.empty());
  }

  /** The same, with what its configuration says of its tensors. */
  public ModelArtifact stating(Optional<TensorSignature> signature) {
    return new ModelArtifact(
        model, version, digest, format, featureSetId, content, signatures, goldenRows, signature);
  }

  public ModelArtifact {
    requireText(model, "model");
    requireText(digest, "digest");
    requireText(format, "format");
    Objects.requireNonNull(featureSetId, "featureSetId");
    Objects.requireNonNull(content, "content");
    Objects.requireNonNull(version, "version");
    signatures = List.copyOf(signatures);
    goldenRows = List.copyOf(goldenRows);
    Objects.requireNonNull(stated, "stated");
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
