package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.Database;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a run writes down: metrics, params and tags. */
final class RunLogs {
  private static final int METRICS_MAX = 1000;
  private static final int PARAMS_MAX = 100;
  private static final int TAGS_MAX = 100;
  private static final int TOGETHER_MAX = 1000;
  private static final int HISTORY_MAX = 1_000_000;
  private static final String MODEL_HISTORY_TAG = "mlflow.log-model.history";

  private final Database database;

  RunLogs(Database database) {
    this.database = database;
  }

  /** All that one call writes; it is written whole or not at all. */
  private record Batch(List<Metric> metrics, List<Tag> params, List<Tag> tags) {}

  JsonObject logMetric(Fields fields, Caller caller) {
    return write(Runs.id(fields), new Batch(List.of(Metric.of(fields)), List.of(), List.of()));
  }

  JsonObject logParam(Fields fields, Caller caller) {
    return write(
        Runs.id(fields),
        new Batch(List.of(), List.of(Tag.of(fields, "parameter name")), List.of()));
  }

  JsonObject setTag(Fields fields, Caller caller) {
    return write(
        Runs.id(fields), new Batch(List.of(), List.of(), List.of(Tag.of(fields, "tag name"))));
  }

  JsonObject logBatch(Fields fields, Caller caller) {
    List<Fields> metrics = fields.objects("metrics");
    List<Fields> params = fields.objects("params");
    List<Fields> tags = fields.objects("tags");
    limit("metrics", metrics.size(), METRICS_MAX);
    limit("params", params.size(), PARAMS_MAX);
    limit("tags", tags.size(), TAGS_MAX);
    limit("metrics, params and tags", metrics.size() + params.size() + tags.size(), TOGETHER_MAX);
    Set<String> keys = new HashSet<>();
    List<Tag> paramList = new ArrayList<>();
    for (Fields each : params) {
      Tag param = Tag.of(each, "parameter name");
      if (!keys.add(param.key())) {
        throw MlflowException.invalid(
            "Duplicate parameter keys have been submitted: '%s'"
                .formatted(Names.shown(param.key())));
      }
      paramList.add(param);
    }
    return write(
        Runs.id(fields),
        new Batch(
            metrics.stream().map(Metric::of).toList(),
            paramList,
            Tag.list(fields, "tags", "tag name")));
  }

  private static void limit(String what, int number, int max) {
    if (number > max) {
      throw MlflowException.invalid(
          "A batch logging request can contain at most %d %s. Got %d."
              .formatted(max, what, number));
    }
  }

  private JsonObject write(String run, Batch batch) {
    return database.inTransaction(
        session -> {
          Runs.lock(session, run).requireActive();
          writeParams(
              session,
              run,
              batch.params().stream().map(param -> param.truncated(Names.PARAM_MAX)).toList());
          Metric.write(session, run, batch.metrics());
          writeTags(session, run, batch.tags());
          return new JsonObject();
        });
  }

  /** The first value stays: another one is refused. */
  private static void writeParams(Database.Session session, String run, List<Tag> params) {
    if (params.isEmpty()) {
      return;
    }
    Map<String, String> there = new HashMap<>();
    for (Row row :
        session.run(
            "SELECT key, value FROM registry.run_param WHERE run_id = $1 AND key = ANY($2)",
            run,
            params.stream().map(Tag::key).toArray(String[]::new))) {
      there.put(row.getString(0), row.getString(1));
    }
    for (Tag param : params) {
      String old = there.getOrDefault(param.key(), param.value());
      if (!old.equals(param.value())) {
        throw MlflowException.invalid(
            "Changing param values is not allowed. Param with key='%s' was already logged with"
                    .formatted(param.key())
                + " value='%s' for run ID='%s'. Attempted logging new value '%s'."
                    .formatted(Names.shown(old), run, Names.shown(param.value())));
      }
    }
    Tag.write(session, "run_param", Map.of("run_id", run), params);
  }

  private static void writeTags(Database.Session session, String run, List<Tag> tags) {
    List<Tag> fitting = tags.stream().map(tag -> tag.truncated(Names.RUN_TAG_MAX)).toList();
    Tag.write(session, Runs.TAG, Map.of("run_id", run), fitting);
    for (Tag tag : fitting) {
      if (tag.key().equals(Runs.NAME_TAG)) {
        session.run("UPDATE registry.run SET name = $2 WHERE run_id = $1", run, tag.value());
      }
    }
  }

  JsonObject deleteTag(Fields fields, Caller caller) {
    String run = Runs.id(fields);
    String key = fields.required("key");
    return database.inTransaction(
        session -> {
          Runs.lock(session, run).requireActive();
          int deleted =
              session
                  .run("DELETE FROM registry.run_tag WHERE run_id = $1 AND key = $2", run, key)
                  .rowCount();
          if (deleted == 0) {
            throw MlflowException.absent(
                "No tag with name: %s in run with id %s".formatted(Names.shown(key), run));
          }
          return new JsonObject();
        });
  }

  /** Appends what client 2 says about a model to the run's list of its models. */
  JsonObject logModel(Fields fields, Caller caller) {
    String run = Runs.id(fields);
    JsonObject model = modelJson(fields.required("model_json"));
    return database.inTransaction(
        session -> {
          Runs.lock(session, run).requireActive();
          RowSet<Row> rows =
              session.run(
                  "SELECT value FROM registry.run_tag WHERE run_id = $1 AND key = $2",
                  run,
                  MODEL_HISTORY_TAG);
          JsonArray history =
              rows.size() == 0 ? new JsonArray() : listOrEmpty(rows.iterator().next().getString(0));
          // Without the limit of other tags: half a list could not be read again.
          Tag.write(
              session,
              Runs.TAG,
              Map.of("run_id", run),
              List.of(new Tag(MODEL_HISTORY_TAG, history.add(model).encode())));
          return new JsonObject();
        });
  }

  private static JsonObject modelJson(String text) {
    JsonObject model;
    try {
      model = new JsonObject(text);
    } catch (DecodeException e) {
      throw MlflowException.invalid("Malformed model info. model_json is no JSON object");
    }
    for (String needed : List.of("artifact_path", "flavors", "utc_time_created", "run_id")) {
      if (!model.containsKey(needed)) {
        throw MlflowException.invalid(
            "Model json is missing mandatory fields: %s".formatted(needed));
      }
    }
    return model;
  }

  /** A list that somebody overwrote with other text begins anew. */
  static JsonArray listOrEmpty(String text) {
    try {
      return new JsonArray(text);
    } catch (DecodeException e) {
      return new JsonArray();
    }
  }

  JsonObject history(Fields fields, Caller caller) {
    String run = Runs.id(fields);
    String key = fields.required("metric_key");
    Paging page = Paging.of(fields, HISTORY_MAX, HISTORY_MAX);
    SqlQuery query =
        new SqlQuery(
            "SELECT json_build_object('key', x.key, 'value', x.value, 'timestamp', x.timestamp,"
                + " 'step', x.step) FROM registry.run_metric x WHERE x.run_id = ");
    query
        .add(query.bind(run))
        .add(" AND x.key = ")
        .add(query.bind(key))
        .add(" ORDER BY x.timestamp, x.step, x.value");
    return database.inSnapshot(session -> page.answer(session, query, "metrics"));
  }
}
