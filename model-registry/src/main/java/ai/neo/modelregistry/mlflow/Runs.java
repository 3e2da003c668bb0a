package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.Database;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Runs: their life and the search for them. */
final class Runs {
  /** In the order of their numbers, from 1. */
  private static final List<String> STATUSES =
      List.of("RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED");

  static final String NAME_TAG = "mlflow.runName";
  static final String TAG = "run_tag";
  private static final int PAGE_MAX = 50_000;
  private static final int PAGE = 1_000;

  private final Database database;

  Runs(Database database) {
    this.database = database;
  }

  /** A run that this transaction holds locked. */
  record Locked(String id, long experimentId, boolean deleted) {
    /** Refuses changes to what is deleted. */
    Locked requireActive() {
      if (deleted) {
        throw MlflowException.invalid(
            "The run %s must be in the 'active' state. Current state is deleted.".formatted(id));
      }
      return this;
    }
  }

  /** Locks a run: writes to one run happen one after the other. */
  static Locked lock(Database.Session session, String id) {
    RowSet<Row> rows =
        session.run(
            "SELECT experiment_id, deleted FROM registry.run WHERE run_id = $1 FOR NO KEY UPDATE",
            id);
    if (rows.size() == 0) {
      throw unknown(id);
    }
    Row row = rows.iterator().next();
    return new Locked(id, row.getLong(0), row.getBoolean(1));
  }

  /** Where the run's files are; empty for an unknown run. */
  static Optional<String> artifactUri(Database.Session session, String id) {
    RowSet<Row> rows = session.run("SELECT artifact_uri FROM registry.run WHERE run_id = $1", id);
    return rows.size() == 0 ? Optional.empty() : Optional.of(rows.iterator().next().getString(0));
  }

  static MlflowException unknown(String id) {
    return MlflowException.absent("Run with id=%s not found".formatted(Names.shown(id)));
  }

  /** Callers say run_id, run_uuid or both. */
  static String id(Fields fields) {
    String id = fields.text("run_id");
    String uuid = id.isEmpty() ? fields.text("run_uuid") : id;
    if (uuid.isEmpty()) {
      throw Fields.missing("run_id");
    }
    return uuid;
  }

  JsonObject create(Fields fields, Caller caller) {
    String experiment = fields.text("experiment_id");
    List<Tag> tags =
        Tag.list(fields, "tags", "tag name").stream()
            .map(tag -> tag.truncated(Names.RUN_TAG_MAX))
            .toList();
    String name = name(fields.text("run_name"), tags);
    String id = RandomNames.hex();
    List<Tag> all = new ArrayList<>(tags.stream().filter(t -> !t.key().equals(NAME_TAG)).toList());
    all.add(new Tag(NAME_TAG, name));
    return database.inTransaction(
        session -> {
          Experiments.Folder folder =
              Experiments.folder(session, experiment.isEmpty() ? "0" : experiment).requireActive();
          session.run(
              "INSERT INTO registry.run (run_id, experiment_id, name, user_id, status, start_ms,"
                  + " artifact_uri) VALUES ($1, $2, $3, $4, 'RUNNING', coalesce($5::bigint, "
                  + Json.NOW_MS
                  + "), $6)",
              id,
              folder.id(),
              name,
              user(fields, tags, caller),
              fields.has("start_time") ? (Long) fields.requiredNumber("start_time") : null,
              folder.artifactLocation() + "/" + id + "/artifacts");
          Tag.write(session, TAG, Map.of("run_id", id), all);
          return answer(session, id);
        });
  }

  private static String name(String stated, List<Tag> tags) {
    String tag =
        tags.stream()
            .filter(each -> each.key().equals(NAME_TAG))
            .map(Tag::value)
            .findFirst()
            .orElse("");
    if (!stated.isEmpty() && !tag.isEmpty() && !stated.equals(tag)) {
      throw MlflowException.invalid(
          "Both 'run_name' argument and '%s' tag are specified, but with different values"
                  .formatted(NAME_TAG)
              + " (run_name='%s', %s='%s')."
                  .formatted(Names.shown(stated), NAME_TAG, Names.shown(tag)));
    }
    String given = stated.isEmpty() ? tag : stated;
    return given.isEmpty() ? RandomNames.run() : Names.truncated(given, Names.RUN_TAG_MAX);
  }

  private static String user(Fields fields, List<Tag> tags, Caller caller) {
    String stated = fields.text("user_id");
    if (!stated.isEmpty()) {
      return stated;
    }
    return tags.stream()
        .filter(tag -> tag.key().equals("mlflow.user"))
        .map(Tag::value)
        .findFirst()
        .or(caller::user)
        .orElse("unknown");
  }

  JsonObject get(Fields fields, Caller caller) {
    String id = id(fields);
    return database.inSnapshot(session -> answer(session, id));
  }

  private static JsonObject answer(Database.Session session, String id) {
    RowSet<Row> rows =
        session.run("SELECT " + Json.RUN + " FROM registry.run r WHERE r.run_id = $1", id);
    if (rows.size() == 0) {
      throw unknown(id);
    }
    return new JsonObject().put("run", rows.iterator().next().getJsonObject(0));
  }

  JsonObject update(Fields fields, Caller caller) {
    String id = id(fields);
    String word = fields.word("status");
    Optional<String> status =
        STATUSES.stream()
            .filter(
                known ->
                    known.equals(word)
                        || word.equals(Integer.toString(STATUSES.indexOf(known) + 1)))
            .findFirst();
    OptionalLong end = fields.number("end_time");
    String name = Names.truncated(fields.text("run_name"), Names.RUN_TAG_MAX);
    return database.inTransaction(
        session -> {
          lock(session, id).requireActive();
          session.run(
              "UPDATE registry.run SET status = coalesce($2, status),"
                  + " end_ms = coalesce($3::bigint, end_ms), name = coalesce($4, name)"
                  + " WHERE run_id = $1",
              id,
              status.orElse(null),
              end.isPresent() ? (Long) end.getAsLong() : null,
              name.isEmpty() ? null : name);
          if (!name.isEmpty()) {
            Tag.write(session, TAG, Map.of("run_id", id), List.of(new Tag(NAME_TAG, name)));
          }
          return new JsonObject()
              .put(
                  "run_info",
                  session
                      .run(
                          "SELECT " + Json.RUN_INFO + " FROM registry.run r WHERE r.run_id = $1",
                          id)
                      .iterator()
                      .next()
                      .getJsonObject(0));
        });
  }

  JsonObject delete(Fields fields, Caller caller) {
    return setDeleted(fields, true);
  }

  JsonObject restore(Fields fields, Caller caller) {
    return setDeleted(fields, false);
  }

  private JsonObject setDeleted(Fields fields, boolean deleted) {
    String id = id(fields);
    return database.inTransaction(
        session -> {
          lock(session, id);
          session.run("UPDATE registry.run SET deleted = $2 WHERE run_id = $1", id, deleted);
          return new JsonObject();
        });
  }

  JsonObject search(Fields fields, Caller caller) {
    Paging page = Paging.of(fields, PAGE, PAGE_MAX);
    SqlQuery query = new SqlQuery("SELECT " + Json.RUN + " FROM registry.run r WHERE ");
    query
        .add("r.experiment_id = ANY(")
        .add(query.bind(Experiments.numbers(fields.texts("experiment_ids"))))
        .add("::bigint[])")
        .add(ViewType.of(fields, "run_view_type").condition("r"));
    Searches.RUNS.filter(query, fields.text("filter"));
    Searches.RUNS.order(
        query,
        fields.texts("order_by").stream().map(FilterParser::order).toList(),
        "r.start_ms DESC, r.run_id");
    return database.inSnapshot(session -> page.answer(session, query, "runs"));
  }
}
