package ai.neo.modelregistry;

import ai.neo.proto.registry.v1.ArtifactSignature;
import ai.neo.proto.registry.v1.GoldenRows;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RegisterRequest;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.vertx.core.buffer.Buffer;
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
      "SELECT m.title, v.version, v.digest, v.format, v.feature_set_id, v.parent_version,"
          + " v.data_description, v.metric_names, v.metric_values, v.created_at, v.created_by,"
          + " v.size_bytes, ARRAY(SELECT a.alias FROM registry.alias a WHERE a.model = v.model"
          + " AND a.version = v.version ORDER BY a.alias), v.lineage_json,"
          + " ARRAY(SELECT s.key_id FROM registry.artifact_signature s WHERE s.digest = v.digest"
          + " ORDER BY s.key_id),"
          + " ARRAY(SELECT s.signature FROM registry.artifact_signature s WHERE s.digest ="
          + " v.digest ORDER BY s.key_id), v.golden_rows FROM registry.version v"
          + " JOIN registry.version_detail d USING (model, version)"
          + " JOIN registry.model m ON m.name = v.model WHERE NOT d.deleted AND v.model = $1";

  private Versions() {}

  /** Adds the next version of a model that came over gRPC; the first creates the model. */
  static ModelVersion register(
      Database.Session session, RegisterRequest request, Registration.Content content) {
    Author author = new Author(request.getActor(), request.getReason());
    Optional<String> created = Models.create(session, request.getModel(), "", author);
    String key = created.orElseGet(() -> Models.requireKey(session, request.getModel()));
    int version = register(session, key, new Registration(request, content, Optional.empty()));
    return get(session, key, version);
  }

  /** Adds the next version of a model that exists. */
  static int register(Database.Session session, String key, Registration registration) {
    RegisterRequest request = registration.facts();
    Registration.Content content = registration.content();
    Ledger.LockedModel model =
        Ledger.lock(session, key).orElseThrow(() -> unknownModel(request.getModel()));
    Optional<Integer> parent = parent(session, key, request.getParentVersion());
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
                registration.evidence()));
    Map<String, Double> metrics = new TreeMap<>(request.getMetricsMap());
    session.run(
        "INSERT INTO registry.version (model, version, digest, format, size_bytes, feature_set_id,"
            + " parent_version, data_description, metric_names, metric_values, created_at,"
            + " created_by, refusal, lineage_json, golden_rows)"
            + " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        model.name(),
        version,
        content.digest(),
        content.formatName(),
        content.sizeBytes(),
        request.getFeatureSetId(),
        parent.orElse(null),
        request.getDataDescription(),
        metrics.keySet().toArray(String[]::new),
        metrics.values().toArray(Double[]::new),
        Instant.parse(entry.getTime()).atOffset(ZoneOffset.UTC),
        request.getActor(),
        content.refusal(),
        Lineages.text(request.getLineage()),
        Buffer.buffer(request.getGoldenRows().toByteArray()));
    describe(session, model.name(), version, registration);
    session.run(
        "UPDATE registry.model SET latest_version = $2, updated_ms = "
            + Models.NOW_MS
            + " WHERE name = $1",
        model.name(),
        version);
    return version;
  }

  /** Where its files are, for callers that go by path. */
  private static void describe(
      Database.Session session, String key, int version, Registration registration) {
    String path = "registry/" + key + "/" + version;
    Registration.Origin origin =
        registration.origin().orElseGet(() -> Registration.Origin.at("mlflow-artifacts:/" + path));
    session.run(
        "INSERT INTO registry.version_detail (model, version, source, download_uri, run_id,"
            + " run_link, description, created_ms, updated_ms)"
            + " VALUES ($1, $2, $3, $4, $5, $6, $7, "
            + Models.NOW_MS
            + ", "
            + Models.NOW_MS
            + ")",
        key,
        version,
        origin.source(),
        origin.downloadUri(),
        origin.runId(),
        origin.runLink(),
        origin.description());
    if (registration.origin().isEmpty()) {
      Registration.Content content = registration.content();
      session.run(
          "INSERT INTO registry.artifact_file (path, digest, size_bytes) VALUES ($1, $2, $3)",
          path + "/" + content.format().orElseThrow().fileName(),
          content.digest(),
          content.sizeBytes());
    }
  }

  /** The stated parent, which must exist; empty when none is stated. */
  static Optional<Integer> parent(Database.Session session, String key, String stated) {
    if (stated.isEmpty()) {
      return Optional.empty();
    }
    int parent = RequestChecks.version("parent_version", stated);
    requireExists(session, key, parent);
    return Optional.of(parent);
  }

  static ModelVersion get(Database.Session session, String key, int version) {
    RowSet<Row> rows = session.run(SELECT + " AND v.version = $2", key, version);
    if (rows.size() == 0) {
      throw unknown(session, key, version);
    }
    return version(rows.iterator().next());
  }

  static void requireExists(Database.Session session, String key, int version) {
    refusal(session, key, version);
  }

  /** Why the version may not be loaded; empty when it may. */
  static String refusal(Database.Session session, String key, int version) {
    RowSet<Row> rows =
        session.run(
            "SELECT v.refusal FROM registry.version v JOIN registry.version_detail d"
                + " USING (model, version) WHERE v.model = $1 AND v.version = $2 AND NOT d.deleted",
            key,
            version);
    if (rows.size() == 0) {
      throw unknown(session, key, version);
    }
    return rows.iterator().next().getString(0);
  }

  /** Newest first. */
  static List<ModelVersion> list(Database.Session session, String key) {
    List<ModelVersion> versions = new ArrayList<>();
    for (Row row : session.run(SELECT + " ORDER BY v.version DESC", key)) {
      versions.add(version(row));
    }
    return versions;
  }

  static RegistryException unknownModel(String model) {
    return RegistryException.notFound(
        "There is no model '%s'. Register its first version, or check the name".formatted(model));
  }

  private static RegistryException unknown(Database.Session session, String key, int version) {
    RowSet<Row> rows =
        session.run("SELECT title, latest_version FROM registry.model WHERE name = $1", key);
    if (rows.size() == 0) {
      return unknownModel(key);
    }
    Row row = rows.iterator().next();
    if (version <= row.getInteger(1)) {
      return RegistryException.notFound(
          "Version %d of model '%s' was deleted".formatted(version, row.getString(0)));
    }
    return RegistryException.notFound(
        "Model '%s' has no version %d; it has the versions 1 to %d"
            .formatted(row.getString(0), version, row.getInteger(1)));
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
    String lineage = row.getString(13);
    if (!lineage.isEmpty()) {
      version.setLineage(Lineages.of(lineage));
    }
    String[] keys = row.getArrayOfStrings(14);
    Buffer[] signatures = row.getArrayOfBuffers(15);
    for (int i = 0; i < keys.length; i++) {
      version.addSignatures(
          ArtifactSignature.newBuilder()
              .setKeyId(keys[i])
              .setSignature(ByteString.copyFrom(signatures[i].getBytes())));
    }
    byte[] golden = row.getBuffer(16).getBytes();
    if (golden.length > 0) {
      version.setGoldenRows(goldenRows(golden));
    }
    return version.build();
  }

  private static GoldenRows goldenRows(byte[] bytes) {
    try {
      return GoldenRows.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a version's golden rows are damaged in the database", e);
    }
  }
}
