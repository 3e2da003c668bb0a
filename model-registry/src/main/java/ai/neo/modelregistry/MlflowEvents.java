package ai.neo.modelregistry;

import ai.neo.proto.registry.v1.Change;
import ai.neo.proto.registry.v1.LedgerEntry;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The ledger's entries as MLflow's webhooks tell them (mlflow 3.17.2, {@code webhooks/types.py}).
 * Tags are not in the ledger, so that their events do not exist here.
 */
public final class MlflowEvents {
  private static final String MODEL_CREATED = "registered_model.created";
  private static final String VERSION_CREATED = "model_version.created";
  private static final String ALIAS_CREATED = "model_version_alias.created";
  private static final String ALIAS_DELETED = "model_version_alias.deleted";

  /** The events that there are, as {@code entity.action}. */
  public static final List<String> NAMES =
      List.of(MODEL_CREATED, VERSION_CREATED, ALIAS_CREATED, ALIAS_DELETED);

  private MlflowEvents() {}

  /** Which event an entry is; empty for what MLflow does not know. */
  static Optional<String> of(LedgerEntry entry) {
    return switch (entry.getAction()) {
      case Ledger.CREATE -> Optional.of(MODEL_CREATED);
      case Ledger.REGISTER -> Optional.of(VERSION_CREATED);
      case Ledger.PROMOTE, Ledger.MOVE, Ledger.ROLLBACK ->
          Optional.of(entry.getVersion().isEmpty() ? ALIAS_DELETED : ALIAS_CREATED);
      default -> Optional.empty();
    };
  }

  /** The body that says what happened, as things are now. */
  static JsonObject body(Database.Session session, Change change) {
    LedgerEntry entry = change.getEntry();
    String event = of(entry).orElseThrow();
    JsonObject data = new JsonObject().put("name", change.getModel());
    switch (event) {
      case MODEL_CREATED ->
          described(
              data,
              session.run(
                  "SELECT nullif(m.description, ''), coalesce((SELECT jsonb_object_agg(key, value)"
                      + " FROM registry.model_tag t WHERE t.model = m.name), '{}')"
                      + " FROM registry.model m WHERE m.name = $1",
                  entry.getModel()));
      case VERSION_CREATED -> {
        data.put("version", entry.getVersion());
        for (Row row :
            session.run(
                "SELECT source, nullif(run_id, '') FROM registry.version_detail"
                    + " WHERE model = $1 AND version = $2",
                entry.getModel(),
                Integer.parseInt(entry.getVersion()))) {
          data.put("source", row.getString(0)).put("run_id", row.getString(1));
        }
        described(
            data,
            session.run(
                "SELECT nullif(d.description, ''), coalesce((SELECT jsonb_object_agg(key, value)"
                    + " FROM registry.version_tag t WHERE t.model = d.model AND t.version ="
                    + " d.version), '{}') FROM registry.version_detail d"
                    + " WHERE d.model = $1 AND d.version = $2",
                entry.getModel(),
                Integer.parseInt(entry.getVersion())));
      }
      default -> {
        data.put("alias", new JsonObject(entry.getEvidenceJson()).getString("alias", ""));
        if (event.equals(ALIAS_CREATED)) {
          data.put("version", entry.getVersion());
        }
      }
    }
    return envelope(event, entry.getTime(), data);
  }

  private static void described(JsonObject data, Iterable<Row> rows) {
    for (Row row : rows) {
      data.put("tags", row.getJsonObject(1)).put("description", row.getString(0));
    }
  }

  /** A body with MLflow's own example, to test a receiver. */
  static JsonObject example(String event) {
    JsonObject data = new JsonObject().put("name", "example_model");
    JsonObject tags = new JsonObject().put("example_key", "example_value");
    switch (event) {
      case MODEL_CREATED ->
          data.put("tags", tags).put("description", "An example registered model");
      case VERSION_CREATED ->
          data.put("version", "1")
              .put("source", "models:/123")
              .put("run_id", "abcd1234abcd5678")
              .put("tags", tags)
              .put("description", "An example model version");
      case ALIAS_CREATED -> data.put("alias", "example_alias").put("version", "1");
      default -> data.put("alias", "example_alias");
    }
    return envelope(event, Instant.now().toString(), data);
  }

  private static JsonObject envelope(String event, String time, JsonObject data) {
    int dot = event.indexOf('.');
    return new JsonObject()
        .put("entity", event.substring(0, dot))
        .put("action", event.substring(dot + 1))
        .put("timestamp", time)
        .put("data", data);
  }
}
