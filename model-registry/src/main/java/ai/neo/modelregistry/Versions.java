package ai.neo.modelregistry;

import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RegisterRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The registered versions. They never change, and come with the aliases that point there. */
final class Versions {
  private static final String SELECT =
      "SELECT v.model, v.version, v.digest, v.format, v.feature_set_id, v.parent_version,"
          + " v.data_description, v.metric_names, v.metric_values, v.created_at, v.created_by,"
          + " v.size_bytes, ARRAY(SELECT a.alias FROM registry.alias a WHERE a.model = v.model"
          + " AND a.version = v.version ORDER BY a.alias) FROM registry.version v";

  private Versions() {}

  /** An artifact that is stored. */
  record StoredArtifact(String digest, ArtifactFormat format, long sizeBytes) {}

  /** Adds the next version of a model, which is created when it is the first. */
  static ModelVersion register(
      Database.Session session, RegisterRequest request, StoredArtifact artifact) {
    session.run(
        "INSERT INTO registry.model (name) VALUES ($1) ON CONFLICT DO NOTHING", request.getModel());
    Ledger.LockedModel model = Ledger.lock(session, request.getModel()).orElseThrow();
    Optional<Integer> parent = parent(session, request);
    int version = model.latestVersion() + 1;
    var entry =
        Ledger.append(
            session,
            model,
            new Ledger.Fact(
                Integer.toString(version),
                Ledger.REGISTER,
                request.getActor(),
                request.getReason(),
                evidence(request, artifact)));
    Map<String, Double> metrics = new TreeMap<>(request.getMetricsMap());
    session.run(
        "INSERT INTO registry.version (model, version, digest, format, size_bytes, feature_set_id,"
            + " parent_version, data_description, metric_names, metric_values, created_at,"
            + " created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        model.name(),
        version,
        artifact.digest(),
        artifact.format().wireName(),
        artifact.sizeBytes(),
        request.getFeatureSetId(),
        parent.orElse(null),
        request.getDataDescription(),
        metrics.keySet().toArray(String[]::new),
        metrics.values().toArray(Double[]::new),
        Instant.parse(entry.getTime()).atOffset(ZoneOffset.UTC),
        request.getActor());
    session.run(
        "UPDATE registry.model SET latest_version = $2 WHERE name = $1", model.name(), version);
    return get(session, model.name(), version);
  }

  /** What the version was, in the ledger, so that its row cannot change unnoticed. */
  private static String evidence(RegisterRequest request, StoredArtifact artifact) {
    JsonObject metrics = new JsonObject();
    new TreeMap<>(request.getMetricsMap()).forEach(metrics::put);
    return new JsonObject()
        .put("digest", artifact.digest())
        .put("format", artifact.format().wireName())
        .put("executable", artifact.format().isExecutable())
        .put("size_bytes", artifact.sizeBytes())
        .put("feature_set_id", request.getFeatureSetId())
        .put("parent_version", request.getParentVersion())
        .put("data_description", request.getDataDescription())
        .put("metrics", metrics)
        .encode();
  }

  /** The stated parent, which must exist; empty when none is stated. */
  static Optional<Integer> parent(Database.Session session, RegisterRequest request) {
    if (request.getParentVersion().isEmpty()) {
      return Optional.empty();
    }
    int parent = RequestChecks.version("parent_version", request.getParentVersion());
    requireExists(session, request.getModel(), parent);
    return Optional.of(parent);
  }

  static ModelVersion get(Database.Session session, String model, int version) {
    RowSet<Row> rows =
        session.run(SELECT + " WHERE v.model = $1 AND v.version = $2", model, version);
    if (rows.size() == 0) {
      throw unknown(session, model, version);
    }
    return version(rows.iterator().next());
  }

  static void requireExists(Database.Session session, String model, int version) {
    if (session
            .run("SELECT 1 FROM registry.version WHERE model = $1 AND version = $2", model, version)
            .size()
        == 0) {
      throw unknown(session, model, version);
    }
  }

  /** Newest first; NOT_FOUND for a model that nobody has registered. */
  static List<ModelVersion> list(Database.Session session, String model) {
    List<ModelVersion> versions = new ArrayList<>();
    for (Row row : session.run(SELECT + " WHERE v.model = $1 ORDER BY v.version DESC", model)) {
      versions.add(version(row));
    }
    if (versions.isEmpty()) {
      throw unknownModel(model);
    }
    return versions;
  }

  static void requireModel(Database.Session session, String model) {
    if (session.run("SELECT 1 FROM registry.model WHERE name = $1", model).size() == 0) {
      throw unknownModel(model);
    }
  }

  static RegistryException unknownModel(String model) {
    return RegistryException.notFound(
        "There is no model '%s'. Register its first version, or check the name".formatted(model));
  }

  private static RegistryException unknown(Database.Session session, String model, int version) {
    RowSet<Row> rows =
        session.run("SELECT latest_version FROM registry.model WHERE name = $1", model);
    if (rows.size() == 0) {
      return unknownModel(model);
    }
    return RegistryException.notFound(
        "Model '%s' has no version %d; it has the versions 1 to %d"
            .formatted(model, version, rows.iterator().next().getInteger(0)));
  }

  private static ModelVersion version(Row row) {
    ModelVersion.Builder version =
        ModelVersion.newBuilder()
            .setModel(row.getString(0))
            .setVersion(Integer.toString(row.getInteger(1)))
            .setDigest(row.getString(2))
            .setFormat(row.getString(3))
            .setFeatureSetId(row.getString(4))
            .setDataDescription(row.getString(6))
            .setCreatedAt(row.getOffsetDateTime(9).toInstant().toString())
            .setCreatedBy(row.getString(10))
            .setSizeBytes(row.getLong(11))
            .addAllAliases(List.of(row.getArrayOfStrings(12)));
    Integer parent = row.getInteger(5);
    if (parent != null) {
      version.setParentVersion(Integer.toString(parent));
    }
    String[] names = row.getArrayOfStrings(7);
    Double[] values = row.getArrayOfDoubles(8);
    for (int i = 0; i < names.length; i++) {
      version.putMetrics(names[i], values[i]);
    }
    return version.build();
  }
}
