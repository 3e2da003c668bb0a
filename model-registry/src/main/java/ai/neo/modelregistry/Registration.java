package ai.neo.modelregistry;

import ai.neo.proto.artifact.ArtifactFormat;
import ai.neo.proto.registry.v1.RegisterRequest;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A version that is to be registered.
 *
 * @param facts who registers it and what is known about it; its artifact and format are not read
 * @param origin where it came from; empty when its one file came with the call
 */
public record Registration(RegisterRequest facts, Content content, Optional<Origin> origin) {

  /**
   * What would be loaded.
   *
   * @param digest SHA-256 of the model's file; empty when there is none
   * @param format empty when it is none of those allowed
   * @param refusal why it may never be loaded; empty when it may
   */
  public record Content(
      String digest, Optional<ArtifactFormat> format, long sizeBytes, String refusal) {
    /** The format of versions that are stored and never loaded. */
    static final String OPAQUE = "opaque";

    public Content {
      if (format.isPresent() != refusal.isEmpty()) {
        throw new IllegalArgumentException(
            "content has a format or a refusal: format=%s refusal=%s".formatted(format, refusal));
      }
    }

    /** What may be loaded. */
    public static Content admitted(String digest, ArtifactFormat format, long sizeBytes) {
      return new Content(digest, Optional.of(format), sizeBytes, "");
    }

    /** What is kept, and never loaded. */
    public static Content refused(String why) {
      return new Content("", Optional.empty(), 0, why);
    }

    String formatName() {
      return format.map(ArtifactFormat::wireName).orElse(OPAQUE);
    }
  }

  /**
   * Where a version came from, in its registrar's words.
   *
   * @param downloadUri where its files are
   */
  public record Origin(
      String source, String downloadUri, String runId, String runLink, String description) {
    static Origin at(String uri) {
      return new Origin(uri, uri, "", "", "");
    }
  }

  /** What the version is, in the ledger, so that its row cannot change unnoticed. */
  String evidence() {
    JsonObject metrics = new JsonObject();
    new TreeMap<>(facts.getMetricsMap()).forEach(metrics::put);
    JsonObject evidence =
        new JsonObject()
            .put("digest", content.digest())
            .put("format", content.formatName())
            .put("executable", content.format().map(ArtifactFormat::isExecutable).orElse(false))
            .put("size_bytes", content.sizeBytes())
            .put("feature_set_id", facts.getFeatureSetId())
            .put("parent_version", facts.getParentVersion())
            .put("data_description", facts.getDataDescription())
            .put("metrics", metrics);
    if (!content.refusal().isEmpty()) {
      evidence.put("refusal", content.refusal());
    }
    JsonObject lineage = Lineages.json(facts.getLineage());
    if (!lineage.isEmpty()) {
      evidence.put("lineage", lineage);
    }
    if (facts.getGoldenRows().getRowsCount() > 0) {
      evidence.put(
          "golden_rows", Sha256.hex(facts.getGoldenRows().toByteString().asReadOnlyByteBuffer()));
    }
    origin.ifPresent(from -> evidence.put("source", from.source()).put("run_id", from.runId()));
    return evidence.encode();
  }
}
