package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.Database;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/** Models as runs of client 3 log them: first the model, then its files, then that it is ready. */
final class LoggedModels {
  /** In the order of their numbers, from 1. */
  private static final List<String> STATUSES =
      List.of("LOGGED_MODEL_PENDING", "LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED");

  private static final Pattern FORBIDDEN_IN_NAMES = Pattern.compile("[/:.%\"']");
  private static final String VERSIONS_TAG = "mlflow.modelVersions";
  private static final String TAG = "logged_model_tag";
  private static final String PARAM = "logged_model_param";
  private static final int PAGE = 100;
  private static final int PAGE_MAX = 1000;

  private final Database database;

  LoggedModels(Database database) {
    this.database = database;
  }

  /** Where a logged model is and where it came from. */
  record Place(String artifactUri, String sourceRunId) {}

  /** Empty for a model that is unknown or deleted. */
  static Optional<Place> place(Database.Session session, String id) {
    RowSet<Row> rows =
        session.run(
            "SELECT artifact_uri, source_run_id FROM registry.logged_model"
                + " WHERE model_id = $1 AND NOT deleted",
            id);
    if (rows.size() == 0) {
      return Optional.empty();
    }
    Row row = rows.iterator().next();
    return Optional.of(new Place(row.getString(0), row.getString(1)));
  }

  private static void lock(Database.Session session, String id) {
    if (session
            .run(
                "SELECT 1 FROM registry.logged_model WHERE model_id = $1 AND NOT deleted"
                    + " FOR NO KEY UPDATE",
                id)
            .size()
        == 0) {
      throw unknown(id);
    }
  }

  static MlflowException unknown(String id) {
    return MlflowException.absent(
        "Logged model with ID '%s' not found.".formatted(Names.shown(id)));
  }

  JsonObject create(Fields fields, Caller caller) {
    String experiment = fields.required("experiment_id");
    String stated = fields.text("name");
    if (FORBIDDEN_IN_NAMES.matcher(stated).find()) {
      throw MlflowException.invalid(
          "Invalid model name ('%s') provided. Model name must not contain / : . %% \" or '"
              .formatted(Names.shown(stated)));
    }
    String id = "m-" + RandomNames.hex();
    String name = stated.isEmpty() ? RandomNames.run() : stated;
    List<Tag> params = params(fields);
    List<Tag> tags = Tag.list(fields, "tags", "tag name");
    return database.inTransaction(
        session -> {
          Experiments.Folder folder = Experiments.folder(session, experiment).requireActive();
          session.run(
              "INSERT INTO registry.logged_model (model_id, experiment_id, name, model_type,"
                  + " source_run_id, status, artifact_uri, created_ms, updated_ms)"
                  + " VALUES ($1, $2, $3, $4, $5, $6, $7, "
                  + Json.NOW_MS
                  + ", "
                  + Json.NOW_MS
                  + ")",
              id,
              folder.id(),
              name,
              fields.text("model_type"),
              fields.text("source_run_id"),
              STATUSES.getFirst(),
              folder.artifactLocation() + "/models/" + id + "/artifacts");
          Tag.write(session, PARAM, Map.of("model_id", id), params);
          Tag.write(session, TAG, Map.of("model_id", id), tags);
          return answer(session, id);
        });
  }

  private static List<Tag> params(Fields fields) {
    return Tag.list(fields, "params", "parameter name").stream()
        .map(param -> param.truncated(Names.PARAM_MAX))
        .toList();
  }

  JsonObject get(String id) {
    return database.inSnapshot(session -> answer(session, id));
  }

  private static JsonObject answer(Database.Session session, String id) {
    RowSet<Row> rows =
        session.run(
            "SELECT "
                + Json.LOGGED_MODEL
                + " FROM registry.logged_model l WHERE l.model_id = $1 AND NOT l.deleted",
            id);
    if (rows.size() == 0) {
      throw unknown(id);
    }
    return new JsonObject().put("model", rows.iterator().next().getJsonObject(0));
  }

  JsonObject finish(String id, Fields fields) {
    String word = fields.word("status");
    String status =
        STATUSES.stream()
            .filter(
                known ->
                    known.equals(word)
                        || word.equals(Integer.toString(STATUSES.indexOf(known) + 1)))
            .findFirst()
            .orElseThrow(
                () ->
                    word.isEmpty()
                        ? Fields.missing("status")
                        : MlflowException.invalid(
                            "Invalid model status: %s. Expected one of %s"
                                .formatted(Names.shown(word), STATUSES)));
    return database.inTransaction(
        session -> {
          lock(session, id);
          session.run(
              "UPDATE registry.logged_model SET status = $2, updated_ms = "
                  + Json.NOW_MS
                  + " WHERE model_id = $1",
              id,
              status);
          return answer(session, id);
        });
  }

  JsonObject setTags(String id, Fields fields) {
    List<Tag> tags = Tag.list(fields, "tags", "tag name");
    return database.inTransaction(
        session -> {
          lock(session, id);
          Tag.write(session, TAG, Map.of("model_id", id), tags);
          return answer(session, id);
        });
  }

  JsonObject deleteTag(String id, String key) {
    return database.inTransaction(
        session -> {
          lock(session, id);
          int deleted =
              session
                  .run(
                      "DELETE FROM registry.logged_model_tag WHERE model_id = $1 AND key = $2",
                      id,
                      key)
                  .rowCount();
          if (deleted == 0) {
            throw MlflowException.absent(
                "No tag with key '%s' found for logged model with ID '%s'."
                    .formatted(Names.shown(key), id));
          }
          return new JsonObject();
        });
  }

  JsonObject logParams(String id, Fields fields) {
    List<Tag> params = params(fields);
    return database.inTransaction(
        session -> {
          lock(session, id);
          Tag.write(session, PARAM, Map.of("model_id", id), params);
          return new JsonObject();
        });
  }

  JsonObject delete(String id) {
    return database.inTransaction(
        session -> {
          lock(session, id);
          session.run(
              "UPDATE registry.logged_model SET deleted = true, updated_ms = "
                  + Json.NOW_MS
                  + " WHERE model_id = $1",
              id);
          return new JsonObject();
        });
  }

  /** Notes in the model's own tag that it became a version. */
  static void noteVersion(Database.Session session, String id, String name, int version) {
    lock(session, id);
    RowSet<Row> rows =
        session.run(
            "SELECT value FROM registry.logged_model_tag WHERE model_id = $1 AND key = $2",
            id,
            VERSIONS_TAG);
    JsonArray versions =
        rows.size() == 0
            ? new JsonArray()
            : RunLogs.listOrEmpty(rows.iterator().next().getString(0));
    versions.add(new JsonObject().put("name", name).put("version", version));
    Tag.write(
        session, TAG, Map.of("model_id", id), List.of(new Tag(VERSIONS_TAG, versions.encode())));
  }

  JsonObject search(Fields fields, Caller caller) {
    List<String> experiments = fields.texts("experiment_ids");
    String filter = fields.text("filter");
    OptionalLong wanted = fields.number("max_results");
    long size = wanted.orElse(0) == 0 ? PAGE : wanted.getAsLong();
    if (size < 1 || size > PAGE_MAX) {
      throw MlflowException.invalid(
          "Invalid value %d for parameter 'max_results' supplied: it must be at most %d"
              .formatted(size, PAGE_MAX));
    }
    SqlQuery query = new SqlQuery("SELECT " + Json.LOGGED_MODEL);
    query
        .add(" FROM registry.logged_model l WHERE NOT l.deleted AND l.experiment_id = ANY(")
        .add(query.bind(Experiments.numbers(experiments)))
        .add("::bigint[])");
    Searches.loggedModels(onDatasets(query, fields.objects("datasets"))).filter(query, filter);
    List<String> shownOrders = new ArrayList<>();
    order(query, fields.objects("order_by"), shownOrders);
    String search = experiments + "|" + filter + "|" + shownOrders;
    Paging page =
        Paging.of((int) size, fields.text("page_token"), Integer.toHexString(search.hashCode()));
    return database.inSnapshot(session -> page.answer(session, query, "models"));
  }

  private static String onDatasets(SqlQuery query, List<Fields> datasets) {
    List<String> conditions = new ArrayList<>();
    for (Fields dataset : datasets) {
      String condition = "x.dataset_name = " + query.bind(dataset.required("dataset_name"));
      String digest = dataset.text("dataset_digest");
      conditions.add(
          digest.isEmpty()
              ? condition
              : condition + " AND x.dataset_digest = " + query.bind(digest));
    }
    return conditions.isEmpty() ? "" : " AND (" + String.join(" OR ", conditions) + ")";
  }

  private static void order(SqlQuery query, List<Fields> wishes, List<String> shown) {
    query.add(" ORDER BY ");
    Set<String> seen = new HashSet<>();
    for (Fields wish : wishes) {
      String name = wish.required("field_name");
      boolean ascending = !wish.has("ascending") || wish.flag("ascending");
      String dataset = wish.text("dataset_name") + "/" + wish.text("dataset_digest");
      if (!seen.add(name + "/" + dataset)) {
        throw MlflowException.invalid(
            "`order_by` contains duplicate fields: '%s'".formatted(Names.shown(name)));
      }
      shown.add(name + ascending + dataset);
      if (name.startsWith("metrics.")) {
        query.add(metric(query, name.substring("metrics.".length()), wish));
        query.add(ascending ? " ASC NULLS LAST, " : " DESC NULLS LAST, ");
      } else {
        query.add(Searches.loggedModelOrder(name)).add(ascending ? " ASC, " : " DESC, ");
      }
    }
    query.add("l.created_ms DESC, l.model_id");
  }

  private static String metric(SqlQuery query, String key, Fields wish) {
    String condition = " AND x.key = " + query.bind(key);
    if (!wish.text("dataset_name").isEmpty()) {
      condition += " AND x.dataset_name = " + query.bind(wish.text("dataset_name"));
    }
    if (!wish.text("dataset_digest").isEmpty()) {
      condition += " AND x.dataset_digest = " + query.bind(wish.text("dataset_digest"));
    }
    return "(SELECT nullif(x.value, 'NaN') FROM registry.logged_model_metric x"
        + " WHERE x.model_id = l.model_id"
        + condition
        + " ORDER BY x.timestamp DESC, x.step DESC LIMIT 1)";
  }
}
