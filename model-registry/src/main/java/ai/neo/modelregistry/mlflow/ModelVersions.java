package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.ArtifactStore;
import ai.neo.modelregistry.Author;
import ai.neo.modelregistry.Database;
import ai.neo.modelregistry.ModelBook;
import ai.neo.modelregistry.Registration;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Versions of registered models: the same ones as over gRPC. */
final class ModelVersions {
  private static final String TAG = "version_tag";
  private static final int PAGE = 10_000;
  private static final int PAGE_MAX = 200_000;

  private final Database database;
  private final ArtifactStore artifacts;
  private final Champions champions;

  ModelVersions(Database database, ArtifactStore artifacts, Champions champions) {
    this.database = database;
    this.artifacts = artifacts;
    this.champions = champions;
  }

  /** Which version a call is about. */
  private record Wanted(String name, int version) {
    static Wanted of(Fields fields) {
      return new Wanted(
          Names.model(fields.required("name")), Names.version(fields.required("version")));
    }
  }

  static void requireExists(Database.Session session, String name, int version) {
    row(session, "v.version", name, version);
  }

  private static Row row(Database.Session session, String columns, String name, int version) {
    RowSet<Row> rows =
        session.run(
            "SELECT " + columns + Json.VERSIONS + " AND m.title = $1 AND v.version = $2",
            name,
            version);
    if (rows.size() == 0) {
      RegisteredModels.key(session, name);
      throw MlflowException.absent(
          "Model Version (name=%s, version=%d) not found".formatted(Names.shown(name), version));
    }
    return rows.iterator().next();
  }

  private static JsonObject answer(Database.Session session, String name, int version) {
    return new JsonObject()
        .put("model_version", row(session, Json.VERSION, name, version).getJsonObject(0));
  }

  JsonObject create(Fields fields, Caller caller) {
    String name = Names.model(fields.required("name"));
    VersionSource.Claim claim = VersionSource.Claim.of(fields);
    List<Tag> tags = RegisteredModels.tags(fields);
    record Draft(VersionSource source, VersionFacts facts) {}
    Draft draft =
        database.inSnapshot(
            session -> {
              RegisteredModels.key(session, name);
              VersionSource source = VersionSource.of(session, claim);
              return new Draft(
                  source, VersionFacts.of(session, source, modelId(claim, source), tags));
            });
    // Before the transaction: large files are read, and the model's lock is not held meanwhile.
    Registration.Content content = draft.facts().content(database, artifacts);
    Author author = caller.author(draft.facts().runUser());
    Registration registration =
        new Registration(
            draft.facts().request(name, author),
            content,
            Optional.of(
                new Registration.Origin(
                    draft.source().source(),
                    draft.source().downloadUri(),
                    draft.source().runId(),
                    fields.text("run_link"),
                    fields.text("description"))));
    return database.inTransaction(
        session -> {
          int version = new ModelBook(session, author).register(name, registration);
          Tag.write(session, TAG, owner(session, new Wanted(name, version)), tags);
          if (!claim.modelId().isEmpty()) {
            LoggedModels.noteVersion(session, claim.modelId(), name, version);
          }
          return answer(session, name, version);
        });
  }

  private static String modelId(VersionSource.Claim claim, VersionSource source) {
    return claim.modelId().isEmpty() && source.source().startsWith("models:/m-")
        ? source.source().substring("models:/".length())
        : claim.modelId();
  }

  private static Map<String, Object> owner(Database.Session session, Wanted wanted) {
    requireExists(session, wanted.name(), wanted.version());
    Map<String, Object> owner = new LinkedHashMap<>();
    owner.put("model", RegisteredModels.key(session, wanted.name()));
    owner.put("version", wanted.version());
    return owner;
  }

  JsonObject get(Fields fields, Caller caller) {
    Wanted wanted = Wanted.of(fields);
    return database.inSnapshot(session -> answer(session, wanted.name(), wanted.version()));
  }

  JsonObject downloadUri(Fields fields, Caller caller) {
    Wanted wanted = Wanted.of(fields);
    return database.inSnapshot(
        session ->
            new JsonObject()
                .put(
                    "artifact_uri",
                    row(session, "d.download_uri", wanted.name(), wanted.version()).getString(0)));
  }

  JsonObject search(Fields fields, Caller caller) {
    Paging page = Paging.of(fields, PAGE, PAGE_MAX);
    SqlQuery query = new SqlQuery("SELECT " + Json.VERSION + Json.VERSIONS);
    Searches.VERSIONS.filter(query, fields.text("filter"));
    List<FilterParser.Order> orders =
        fields.texts("order_by").stream().map(FilterParser::order).toList();
    Searches.VERSIONS.order(
        query, orders, (orders.isEmpty() ? "d.updated_ms DESC, " : "") + "m.title, v.version DESC");
    return database.inSnapshot(session -> page.answer(session, query, "model_versions"));
  }

  JsonObject update(Fields fields, Caller caller) {
    Wanted wanted = Wanted.of(fields);
    return database.inTransaction(
        session -> {
          requireExists(session, wanted.name(), wanted.version());
          session.run(
              "UPDATE registry.version_detail SET description = $3, updated_ms = "
                  + Json.NOW_MS
                  + " WHERE model = $1 AND version = $2",
              RegisteredModels.key(session, wanted.name()),
              wanted.version(),
              fields.text("description"));
          return answer(session, wanted.name(), wanted.version());
        });
  }

  JsonObject delete(Fields fields, Caller caller) {
    Wanted wanted = Wanted.of(fields);
    return champions.change(
        wanted.name(),
        wanted.name(),
        caller,
        version -> version == wanted.version(),
        session -> {
          requireExists(session, wanted.name(), wanted.version());
          new ModelBook(session, caller.author()).deleteVersion(wanted.name(), wanted.version());
          return new JsonObject();
        });
  }

  JsonObject setTag(Fields fields, Caller caller) {
    Wanted wanted = Wanted.of(fields);
    Tag tag = Tag.of(fields, "tag name").limited("tag value", Names.REGISTRY_TAG_MAX);
    return database.inTransaction(
        session -> {
          Tag.write(session, TAG, owner(session, wanted), List.of(tag));
          return new JsonObject();
        });
  }

  JsonObject deleteTag(Fields fields, Caller caller) {
    Wanted wanted = Wanted.of(fields);
    String key = Names.key("tag name", fields.required("key"));
    return database.inTransaction(
        session -> {
          requireExists(session, wanted.name(), wanted.version());
          session.run(
              "DELETE FROM registry.version_tag WHERE model = $1 AND version = $2 AND key = $3",
              RegisteredModels.key(session, wanted.name()),
              wanted.version(),
              key);
          return new JsonObject();
        });
  }

  JsonObject transition(Fields fields, Caller caller) {
    Wanted wanted = Wanted.of(fields);
    String stage = Names.stage(fields.required("stage"));
    boolean archive = fields.flag("archive_existing_versions");
    if (archive && !stage.equals("Staging") && !stage.equals("Production")) {
      throw MlflowException.invalid(
          "Model version transition cannot archive existing model versions because '%s' is not an"
                  .formatted(stage)
              + " Active stage. Valid stages are Staging, Production");
    }
    return database.inTransaction(
        session -> {
          requireExists(session, wanted.name(), wanted.version());
          new ModelBook(session, caller.author())
              .setStage(wanted.name(), wanted.version(), stage, archive);
          return answer(session, wanted.name(), wanted.version());
        });
  }
}
