package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.Database;
import ai.neo.modelregistry.ModelBook;
import ai.neo.modelregistry.ModelRegistry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Registered models and their aliases: the same ones as over gRPC. */
final class RegisteredModels {
  private static final String TAG = "model_tag";
  private static final int PAGE = 100;
  private static final int PAGE_MAX = 1000;

  private final Database database;
  private final Champions champions;

  RegisteredModels(Database database, Champions champions) {
    this.database = database;
    this.champions = champions;
  }

  /** The model's key, by which its rows go. */
  static String key(Database.Session session, String name) {
    RowSet<Row> rows = session.run("SELECT name FROM registry.model WHERE title = $1", name);
    if (rows.size() == 0) {
      throw unknown(name);
    }
    return rows.iterator().next().getString(0);
  }

  static MlflowException unknown(String name) {
    return MlflowException.absent(
        "Registered Model with name=%s not found".formatted(Names.shown(name)));
  }

  private static MlflowException taken(String name) {
    return MlflowException.exists(
        "Registered Model (name=%s) already exists.".formatted(Names.shown(name)));
  }

  JsonObject create(Fields fields, Caller caller) {
    String name = Names.model(fields.required("name"));
    List<Tag> tags = tags(fields);
    return database.inTransaction(
        session -> {
          if (!new ModelBook(session, caller.author()).create(name, fields.text("description"))) {
            throw taken(name);
          }
          Tag.write(session, TAG, Map.of("model", key(session, name)), tags);
          return answer(session, name);
        });
  }

  static List<Tag> tags(Fields fields) {
    return Tag.list(fields, "tags", "tag name").stream()
        .map(tag -> tag.limited("tag value", Names.REGISTRY_TAG_MAX))
        .toList();
  }

  JsonObject get(Fields fields, Caller caller) {
    String name = Names.model(fields.required("name"));
    return database.inSnapshot(session -> answer(session, name));
  }

  private static JsonObject answer(Database.Session session, String name) {
    RowSet<Row> rows =
        session.run("SELECT " + Json.MODEL + " FROM registry.model m WHERE m.title = $1", name);
    if (rows.size() == 0) {
      throw unknown(name);
    }
    return new JsonObject().put("registered_model", rows.iterator().next().getJsonObject(0));
  }

  JsonObject update(Fields fields, Caller caller) {
    String name = Names.model(fields.required("name"));
    return database.inTransaction(
        session -> {
          int updated =
              session
                  .run(
                      "UPDATE registry.model SET description = $2, updated_ms = "
                          + Json.NOW_MS
                          + " WHERE title = $1",
                      name,
                      fields.text("description"))
                  .rowCount();
          if (updated == 0) {
            throw unknown(name);
          }
          return answer(session, name);
        });
  }

  JsonObject rename(Fields fields, Caller caller) {
    String name = Names.model(fields.required("name"));
    String to = Names.model(fields.required("new_name"));
    return champions.change(
        name,
        to,
        caller,
        version -> true,
        session -> {
          if (!new ModelBook(session, caller.author()).rename(name, to)) {
            throw taken(to);
          }
          return answer(session, to);
        });
  }

  JsonObject delete(Fields fields, Caller caller) {
    String name = Names.model(fields.required("name"));
    return champions.change(
        name,
        name,
        caller,
        version -> true,
        session -> {
          new ModelBook(session, caller.author()).delete(name);
          return new JsonObject();
        });
  }

  JsonObject search(Fields fields, Caller caller) {
    Paging page = Paging.of(fields, PAGE, PAGE_MAX);
    SqlQuery query =
        new SqlQuery("SELECT " + Json.MODEL + " FROM registry.model m WHERE m.title IS NOT NULL");
    Searches.MODELS.filter(query, fields.text("filter"));
    Searches.MODELS.order(
        query, fields.texts("order_by").stream().map(FilterParser::order).toList(), "m.title");
    return database.inSnapshot(session -> page.answer(session, query, "registered_models"));
  }

  JsonObject latestVersions(Fields fields, Caller caller) {
    String name = Names.model(fields.required("name"));
    List<String> stages = fields.texts("stages").stream().map(Names::stage).toList();
    return database.inSnapshot(
        session -> {
          key(session, name);
          JsonArray versions = new JsonArray();
          for (Row row :
              session.run(
                  "SELECT "
                      + Json.VERSION
                      + Json.VERSIONS
                      + " AND m.title = $1 AND (d.stage, v.version) IN (SELECT y.stage,"
                      + " max(y.version) FROM registry.version_detail y WHERE y.model = m.name"
                      + " AND NOT y.deleted GROUP BY y.stage)"
                      + " AND (cardinality($2::text[]) = 0 OR d.stage = ANY($2))"
                      + " ORDER BY v.version",
                  name,
                  stages.toArray(String[]::new))) {
            versions.add(row.getJsonObject(0));
          }
          return versions.isEmpty()
              ? new JsonObject()
              : new JsonObject().put("model_versions", versions);
        });
  }

  JsonObject setTag(Fields fields, Caller caller) {
    String name = Names.model(fields.required("name"));
    Tag tag = Tag.of(fields, "tag name").limited("tag value", Names.REGISTRY_TAG_MAX);
    return database.inTransaction(
        session -> {
          Tag.write(session, TAG, Map.of("model", key(session, name)), List.of(tag));
          return new JsonObject();
        });
  }

  JsonObject deleteTag(Fields fields, Caller caller) {
    String name = Names.model(fields.required("name"));
    String tag = Names.key("tag name", fields.required("key"));
    return database.inTransaction(
        session -> {
          session.run(
              "DELETE FROM registry.model_tag WHERE model = $1 AND key = $2",
              key(session, name),
              tag);
          return new JsonObject();
        });
  }

  /**
   * Moves an alias from wherever it is. The champion's is moved by whoever answers with it, after
   * it has loaded, checked and warmed the version; what it refuses leaves the alias where it was.
   */
  JsonObject setAlias(Fields fields, Caller caller) {
    String name = Names.model(fields.required("name"));
    String alias = Names.alias(fields.required("alias"));
    int version = Names.version(fields.required("version"));
    if (alias.equals(ModelRegistry.CHAMPION)) {
      database.inSnapshot(
          session -> {
            ModelVersions.requireExists(session, name, version);
            return version;
          });
      champions.promote(name, version, caller);
      return new JsonObject();
    }
    return database.inTransaction(
        session -> {
          ModelVersions.requireExists(session, name, version);
          new ModelBook(session, caller.author()).setAlias(name, alias, version);
          return new JsonObject();
        });
  }

  JsonObject getAlias(Fields fields, Caller caller) {
    String name = Names.model(fields.required("name"));
    String alias = fields.required("alias");
    boolean isLatest = alias.toLowerCase(Locale.ROOT).equals("latest");
    return database.inSnapshot(
        session -> {
          key(session, name);
          SqlQuery query = new SqlQuery("SELECT " + Json.VERSION + Json.VERSIONS);
          query.add(" AND m.title = " + query.bind(name));
          if (!isLatest) {
            query.add(
                " AND v.version = (SELECT a.version FROM registry.alias a WHERE a.model = v.model"
                    + " AND a.alias = "
                    + query.bind(alias)
                    + ")");
          }
          query.add(" ORDER BY v.version DESC LIMIT 1");
          RowSet<Row> rows = query.run(session);
          if (rows.size() == 0) {
            throw MlflowException.invalid(
                "Registered model alias %s not found.".formatted(Names.shown(alias)));
          }
          return new JsonObject().put("model_version", rows.iterator().next().getJsonObject(0));
        });
  }

  JsonObject deleteAlias(Fields fields, Caller caller) {
    String name = Names.model(fields.required("name"));
    String alias = Names.alias(fields.required("alias"));
    return champions.change(
        name,
        name,
        caller,
        version -> alias.equals(ModelRegistry.CHAMPION),
        session -> {
          new ModelBook(session, caller.author()).removeAlias(name, alias);
          return new JsonObject();
        });
  }
}
