package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.ArtifactStore;
import ai.neo.modelregistry.Author;
import ai.neo.modelregistry.Database;
import ai.neo.modelregistry.Registration;
import ai.neo.modelregistry.mlflow.ArtifactFiles.StoredFile;
import ai.neo.modelregistry.mlflow.VersionSource.Copied;
import ai.neo.proto.artifact.ArtifactFormat;
import ai.neo.proto.registry.v1.Lineage;
import ai.neo.proto.registry.v1.RegisterRequest;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known about a version before it is registered: its files, and what its run and its tags
 * say. A tag on the version is read before one on its logged model, and that before its run's.
 */
final class VersionFacts {
  /** Which file is the model, when several could be. */
  static final String FILE_TAG = "neo.artifact";

  private static final String FORMAT_TAG = "neo.format";
  private static final String FEATURE_SET_TAG = "neo.feature_set_id";
  private static final String PARENT_TAG = "neo.parent_version";
  private static final int SHORT_MAX = 250;
  private static final int METRICS_MAX = 1000;
  private static final int DATA_MAX = 16_000;

  private final VersionSource source;
  private final Map<String, String> tags = new HashMap<>();
  private final Map<String, Double> metrics = new HashMap<>();
  private Optional<String> folder = Optional.empty();
  private List<StoredFile> files = List.of();
  private String runUser = "";
  private String data = "";

  private VersionFacts(VersionSource source) {
    this.source = source;
  }

  static VersionFacts of(
      Database.Session session, VersionSource source, String modelId, List<Tag> tags) {
    VersionFacts facts = new VersionFacts(source);
    facts.readRun(session);
    facts.readTags(
        session, "SELECT key, value FROM registry.logged_model_tag WHERE model_id = $1", modelId);
    tags.forEach(tag -> facts.tags.put(tag.key(), tag.value()));
    facts.readFiles(session);
    return facts;
  }

  private void readTags(Database.Session session, String sql, String owner) {
    for (Row row : session.run(sql, owner)) {
      tags.put(row.getString(0), row.getString(1));
    }
  }

  private void readRun(Database.Session session) {
    String run = source.runId();
    readTags(session, "SELECT key, value FROM registry.run_tag WHERE run_id = $1", run);
    RowSet<Row> users = session.run("SELECT user_id FROM registry.run WHERE run_id = $1", run);
    if (users.size() > 0) {
      runUser = users.iterator().next().getString(0);
    }
    for (Row row :
        session.run(
            "SELECT key, value FROM registry.latest_metric WHERE run_id = $1 ORDER BY key LIMIT "
                + METRICS_MAX,
            run)) {
      if (Double.isFinite(row.getDouble(1))) {
        metrics.put(row.getString(0), row.getDouble(1));
      }
    }
    StringBuilder names = new StringBuilder();
    for (Row row :
        session.run(
            "SELECT x.name, x.digest FROM registry.run_dataset y"
                + " JOIN registry.dataset x USING (dataset_id) WHERE y.run_id = $1"
                + " ORDER BY x.dataset_id",
            run)) {
      names.append(names.isEmpty() ? "" : ", ");
      names.append(row.getString(0)).append(" (").append(row.getString(1)).append(')');
    }
    data = Names.truncated(names.toString(), DATA_MAX);
  }

  private void readFiles(Database.Session session) {
    folder = ArtifactFiles.pathOf(source.downloadUri()).or(() -> folderInRun(session));
    files = folder.map(path -> ArtifactFiles.under(session, path)).orElse(List.of());
  }

  private Optional<String> folderInRun(Database.Session session) {
    if (!source.downloadUri().startsWith("runs:")) {
      return Optional.empty();
    }
    String below = source.downloadUri().replaceFirst("^runs:/*[^/]*/?", "");
    Optional<String> inRun =
        Runs.artifactUri(session, source.runId())
            .flatMap(ArtifactFiles::pathOf)
            .map(root -> below.isEmpty() ? root : root + "/" + below);
    if (inRun.isPresent() && !ArtifactFiles.under(session, inRun.get()).isEmpty()) {
      return inRun;
    }
    // Client 3 keeps the files of a run's model under the model.
    RowSet<Row> rows =
        session.run(
            "SELECT artifact_uri FROM registry.logged_model WHERE source_run_id = $1"
                + " AND name = $2 AND NOT deleted ORDER BY created_ms DESC, model_id LIMIT 1",
            source.runId(),
            below);
    return rows.size() == 0 ? inRun : ArtifactFiles.pathOf(rows.iterator().next().getString(0));
  }

  /** Who logged the run that the version comes from, or "". */
  String runUser() {
    return runUser;
  }

  /** Looks at the files; blocks. */
  Registration.Content content(Database database, ArtifactStore artifacts) {
    if (source.copied().isPresent()) {
      return database.inSnapshot(session -> copied(session, source.copied().get()));
    }
    if (folder.isEmpty()) {
      return Registration.Content.refused(
          "its files are at %s, which this registry does not hold; log the model here"
              .formatted(Names.shown(source.downloadUri())));
    }
    return ServableFile.find(
        artifacts,
        folder.get(),
        files,
        tags.getOrDefault(FILE_TAG, ""),
        tags.getOrDefault(FORMAT_TAG, ""));
  }

  private static Registration.Content copied(Database.Session session, Copied from) {
    Row row =
        session
            .run(
                "SELECT digest, format, size_bytes, refusal FROM registry.version"
                    + " WHERE model = $1 AND version = $2",
                from.model(),
                from.version())
            .iterator()
            .next();
    return row.getString(3).isEmpty()
        ? Registration.Content.admitted(
            row.getString(0), ArtifactFormat.ofWire(row.getString(1)), row.getLong(2))
        : Registration.Content.refused(row.getString(3));
  }

  /** As the registry records it. */
  RegisterRequest request(String name, Author author) {
    return RegisterRequest.newBuilder()
        .setModel(name)
        .setFeatureSetId(
            Names.limited(
                "tag " + FEATURE_SET_TAG, tags.getOrDefault(FEATURE_SET_TAG, ""), SHORT_MAX))
        .setParentVersion(tags.getOrDefault(PARENT_TAG, ""))
        .setDataDescription(data)
        .putAllMetrics(metrics)
        .setLineage(lineage())
        .setActor(author.actor())
        .setReason(author.reason())
        .build();
  }

  /** Tags of ours, and the commit that MLflow's client finds out by itself. */
  private Lineage lineage() {
    String digest = tags.getOrDefault("neo.dataset_digest", "");
    return Lineage.newBuilder()
        .setDatasetManifest(
            Names.truncated(tags.getOrDefault("neo.dataset_manifest", ""), DATA_MAX))
        .setDatasetDigest(digest.matches("[0-9a-f]{64}") ? digest : "")
        .setCode(
            Names.truncated(
                tags.getOrDefault("neo.code", tags.getOrDefault("mlflow.source.git.commit", "")),
                SHORT_MAX))
        .build();
  }
}
