package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.Database;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Experiments: folders of runs. */
final class Experiments {
  private static final int PAGE_MAX = 50_000;
  private static final int PAGE = 1_000;
  private static final String TAG = "experiment_tag";

  private final Database database;

  Experiments(Database database) {
    this.database = database;
  }

  /** An experiment as its runs need it. */
  record Folder(long id, String artifactLocation, boolean deleted) {
    /** Refuses changes to what is deleted. */
    Folder requireActive() {
      if (deleted) {
        throw MlflowException.invalid(
            "The experiment %d must be in the 'active' state. Current state is deleted."
                .formatted(id));
      }
      return this;
    }
  }

  static Folder folder(Database.Session session, String id) {
    RowSet<Row> rows =
        session.run(
            "SELECT experiment_id, artifact_location, deleted FROM registry.experiment"
                + " WHERE experiment_id = $1",
            number(id));
    if (rows.size() == 0) {
      throw MlflowException.absent("No Experiment with id=%s exists".formatted(Names.shown(id)));
    }
    Row row = rows.iterator().next();
    return new Folder(row.getLong(0), row.getString(1), row.getBoolean(2));
  }

  static long number(String id) {
    return parsed(id)
        .orElseThrow(
            () ->
                MlflowException.invalid(
                    "Invalid experiment id '%s'; expected a whole number in quotes"
                        .formatted(Names.shown(id))));
  }

  /** The ids among the texts that can be ids at all. */
  static Long[] numbers(List<String> ids) {
    return ids.stream().flatMap(id -> parsed(id).stream()).toArray(Long[]::new);
  }

  private static Optional<Long> parsed(String id) {
    try {
      return Optional.of(Long.parseLong(id.strip()));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  JsonObject create(Fields fields, Caller caller) {
    String name = Names.experiment(fields.required("name"));
    String location = fields.text("artifact_location");
    if (location.startsWith("runs:") || location.indexOf('?') >= 0 || location.indexOf('#') >= 0) {
      throw MlflowException.invalid(
          "Invalid artifact_location '%s'; it must be no runs: address and hold no ? or #"
              .formatted(Names.shown(location)));
    }
    List<Tag> tags =
        Tag.list(fields, "tags", "tag name").stream()
            .map(tag -> tag.limited("experiment tag value", Names.EXPERIMENT_TAG_MAX))
            .toList();
    return database.inTransaction(
        session -> {
          long id =
              session
                  .run(
                      "SELECT nextval(pg_get_serial_sequence('registry.experiment',"
                          + " 'experiment_id'))")
                  .iterator()
                  .next()
                  .getLong(0);
          int created =
              session
                  .run(
                      "INSERT INTO registry.experiment (experiment_id, name, artifact_location,"
                          + " created_ms, updated_ms) VALUES ($1, $2, $3, "
                          + Json.NOW_MS
                          + ", "
                          + Json.NOW_MS
                          + ") ON CONFLICT (name) DO NOTHING",
                      id,
                      name,
                      location.isEmpty() ? "mlflow-artifacts:/" + id : location)
                  .rowCount();
          if (created == 0) {
            throw taken(name);
          }
          Tag.write(session, TAG, Map.of("experiment_id", id), tags);
          return new JsonObject().put("experiment_id", Long.toString(id));
        });
  }

  private static MlflowException taken(String name) {
    return MlflowException.exists(
        "Experiment(name=%s) already exists. A deleted experiment keeps its name"
            .formatted(Names.shown(name)));
  }

  JsonObject getByName(Fields fields, Caller caller) {
    String name = fields.required("experiment_name");
    return database.inSnapshot(
        session ->
            found(
                session.run(
                    "SELECT " + Json.EXPERIMENT + " FROM registry.experiment e WHERE e.name = $1",
                    name),
                "Could not find experiment with name '%s'".formatted(Names.shown(name))));
  }

  JsonObject get(Fields fields, Caller caller) {
    String id = fields.required("experiment_id");
    return database.inSnapshot(
        session ->
            found(
                session.run(
                    "SELECT "
                        + Json.EXPERIMENT
                        + " FROM registry.experiment e WHERE e.experiment_id = $1",
                    number(id)),
                "No Experiment with id=%s exists".formatted(Names.shown(id))));
  }

  private static JsonObject found(RowSet<Row> rows, String otherwise) {
    if (rows.size() == 0) {
      throw MlflowException.absent(otherwise);
    }
    return new JsonObject().put("experiment", rows.iterator().next().getJsonObject(0));
  }

  JsonObject search(Fields fields, Caller caller) {
    Paging page = Paging.of(fields, PAGE, PAGE_MAX);
    SqlQuery query =
        new SqlQuery("SELECT " + Json.EXPERIMENT + " FROM registry.experiment e WHERE true");
    query.add(ViewType.of(fields, "view_type").condition("e"));
    Searches.EXPERIMENTS.filter(query, fields.text("filter"));
    List<FilterParser.Order> orders =
        fields.texts("order_by").stream().map(FilterParser::order).toList();
    Searches.EXPERIMENTS.order(
        query,
        orders,
        orders.isEmpty() ? "e.created_ms DESC, e.experiment_id" : "e.experiment_id DESC");
    return database.inSnapshot(session -> page.answer(session, query, "experiments"));
  }

  JsonObject update(Fields fields, Caller caller) {
    String id = fields.required("experiment_id");
    Optional<String> name = fields.optional("new_name").map(Names::experiment);
    return database.inTransaction(
        session -> {
          folder(session, id).requireActive();
          if (name.filter(String::isEmpty).isPresent()) {
            throw Fields.missing("new_name");
          }
          if (name.isPresent()
              && session
                      .run(
                          "SELECT 1 FROM registry.experiment WHERE name = $1"
                              + " AND experiment_id <> $2",
                          name.get(),
                          number(id))
                      .size()
                  > 0) {
            throw taken(name.get());
          }
          name.ifPresent(
              value ->
                  session.run(
                      "UPDATE registry.experiment SET name = $2, updated_ms = "
                          + Json.NOW_MS
                          + " WHERE experiment_id = $1",
                      number(id),
                      value));
          return new JsonObject();
        });
  }

  JsonObject delete(Fields fields, Caller caller) {
    return setDeleted(fields, true);
  }

  JsonObject restore(Fields fields, Caller caller) {
    return setDeleted(fields, false);
  }

  /** Runs follow their experiment. */
  private JsonObject setDeleted(Fields fields, boolean deleted) {
    String id = fields.required("experiment_id");
    return database.inTransaction(
        session -> {
          int changed =
              session
                  .run(
                      "UPDATE registry.experiment SET deleted = $2, updated_ms = "
                          + Json.NOW_MS
                          + " WHERE experiment_id = $1 AND deleted <> $2",
                      number(id),
                      deleted)
                  .rowCount();
          if (changed == 0) {
            throw MlflowException.absent(
                "No %s Experiment with id=%s exists"
                    .formatted(deleted ? "active" : "deleted", Names.shown(id)));
          }
          session.run(
              "UPDATE registry.run SET deleted = $2 WHERE experiment_id = $1", number(id), deleted);
          return new JsonObject();
        });
  }

  JsonObject setTag(Fields fields, Caller caller) {
    String id = fields.required("experiment_id");
    Tag tag = Tag.of(fields, "tag name").limited("experiment tag value", Names.EXPERIMENT_TAG_MAX);
    return database.inTransaction(
        session -> {
          long number = folder(session, id).requireActive().id();
          Tag.write(session, TAG, Map.of("experiment_id", number), List.of(tag));
          touch(session, number);
          return new JsonObject();
        });
  }

  JsonObject deleteTag(Fields fields, Caller caller) {
    String id = fields.required("experiment_id");
    String key = fields.required("key");
    return database.inTransaction(
        session -> {
          long number = folder(session, id).requireActive().id();
          int deleted =
              session
                  .run(
                      "DELETE FROM registry.experiment_tag WHERE experiment_id = $1 AND key = $2",
                      number,
                      key)
                  .rowCount();
          if (deleted == 0) {
            throw MlflowException.absent(
                "No tag with name: %s in experiment with id %s".formatted(Names.shown(key), id));
          }
          touch(session, number);
          return new JsonObject();
        });
  }

  private static void touch(Database.Session session, long id) {
    session.run(
        "UPDATE registry.experiment SET updated_ms = " + Json.NOW_MS + " WHERE experiment_id = $1",
        id);
  }
}
