package ai.neo.modelregistry;

import ai.neo.modelregistry.gates.RegistryPolicy;
import ai.neo.modelregistry.webhook.WebhookTarget;
import ai.neo.proto.registry.v1.HistoryResponse;
import ai.neo.proto.registry.v1.Webhook;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which webhooks there are. Each change of one is in {@link WebhookLedger}, in the transaction that
 * makes it. Calls block; they are for any thread. Unknown ids are NOT_FOUND, an address that
 * nothing may be sent to INVALID_ARGUMENT.
 */
public final class WebhookBook {
  /** Events as Neo tells them. */
  static final String NEO = "neo";

  /** Events as MLflow tells them. */
  public static final String MLFLOW = "mlflow";

  private static final String SELECT =
      "SELECT id, url, events, model, secret, delivered_position, failures, last_error,"
          + " CASE WHEN failures > 0 THEN next_attempt_at END, name, description, disabled,"
          + " dialect, created_ms, updated_ms FROM registry.webhook w";

  private final Database database;
  private final RegistryPolicy policy;

  WebhookBook(Database database, RegistryPolicy policy) {
    this.database = database;
    this.policy = policy;
  }

  /** A webhook with what signs its events; an empty secret signs nothing. */
  record Hook(Webhook shown, String secret) {}

  /**
   * Adds one; it is told of what happens from now on.
   *
   * @param draft url, events, model, name, description, disabled and dialect
   * @param secret signs its events; "" for none
   */
  public Webhook add(Webhook draft, String secret, Author author) {
    requireAllowed(draft.getUrl());
    return database.inTransaction(
        session -> {
          long id =
              session
                  .run(
                      "INSERT INTO registry.webhook (url, events, model, secret, name, description,"
                          + " disabled, dialect, delivered_position) SELECT $1, $2, $3, $4, $5, $6,"
                          + " $7, $8, position FROM registry.stream RETURNING id",
                      draft.getUrl(),
                      draft.getEventsList().toArray(String[]::new),
                      draft.getModel(),
                      secret,
                      draft.getName(),
                      draft.getDescription(),
                      draft.getDisabled(),
                      draft.getDialect())
                  .iterator()
                  .next()
                  .getLong(0);
          Webhook added = hook(session, id).shown();
          WebhookLedger.append(session, WebhookLedger.ADD, author, WebhookLedger.evidence(added));
          return added;
        });
  }

  /**
   * Changes one. What it was not told while it was disabled, it is never told.
   *
   * @param to url, events, name, description and disabled as they shall be
   * @param secret empty to keep the one it has
   */
  public Webhook change(Webhook to, Optional<String> secret, Author author) {
    requireAllowed(to.getUrl());
    return database.inTransaction(
        session -> {
          Hook was = hook(session, to.getId());
          session.run(
              "UPDATE registry.webhook SET url = $2, events = $3, name = $4, description = $5,"
                  + " secret = $6, delivered_position = CASE WHEN disabled AND NOT $7 THEN"
                  + " (SELECT position FROM registry.stream) ELSE delivered_position END,"
                  + " disabled = $7, failures = 0, last_error = '', next_attempt_at = '-infinity',"
                  + " updated_ms = "
                  + Models.NOW_MS
                  + " WHERE id = $1",
              to.getId(),
              to.getUrl(),
              to.getEventsList().toArray(String[]::new),
              to.getName(),
              to.getDescription(),
              secret.orElse(was.secret()),
              to.getDisabled());
          Webhook is = hook(session, to.getId()).shown();
          WebhookLedger.append(
              session,
              WebhookLedger.CHANGE,
              author,
              WebhookLedger.evidence(is)
                  .put("secret_changed", secret.isPresent())
                  .put("before", WebhookLedger.evidence(was.shown())));
          return is;
        });
  }

  /** Removes one, and says which it was. */
  public Webhook remove(long id, Author author) {
    return database.inTransaction(
        session -> {
          Webhook removed = hook(session, id).shown();
          session.run("DELETE FROM registry.webhook WHERE id = $1", id);
          WebhookLedger.append(
              session, WebhookLedger.REMOVE, author, WebhookLedger.evidence(removed));
          return removed;
        });
  }

  public Webhook get(long id) {
    return hook(id).shown();
  }

  /** All, oldest first. */
  public List<Webhook> all() {
    return database.inSnapshot(session -> hooks(session.run(SELECT + " ORDER BY id"))).stream()
        .map(Hook::shown)
        .toList();
  }

  HistoryResponse history() {
    return database.inSnapshot(WebhookLedger::history);
  }

  Hook hook(long id) {
    return database.inSnapshot(session -> hook(session, id));
  }

  /** Those that something may wait for. */
  List<Hook> due() {
    return database.inSnapshot(
        session ->
            hooks(
                session.run(
                    SELECT
                        + " WHERE NOT disabled AND next_attempt_at <= clock_timestamp() AND"
                        + " delivered_position < (SELECT position FROM registry.stream)"
                        + " ORDER BY id")));
  }

  private void requireAllowed(String url) {
    try {
      WebhookTarget.of(url, policy.webhookHosts());
    } catch (IllegalArgumentException e) {
      throw RegistryException.invalid(e.getMessage());
    }
  }

  private static Hook hook(Database.Session session, long id) {
    List<Hook> found = hooks(session.run(SELECT + " WHERE id = $1", id));
    if (found.isEmpty()) {
      throw RegistryException.notFound(
          "There is no webhook %d; ./neo registry webhook list shows them".formatted(id));
    }
    return found.getFirst();
  }

  private static List<Hook> hooks(RowSet<Row> rows) {
    List<Hook> hooks = new ArrayList<>();
    for (Row row : rows) {
      Webhook.Builder shown =
          Webhook.newBuilder()
              .setId(row.getLong(0))
              .setUrl(row.getString(1))
              .addAllEvents(List.of(row.getArrayOfStrings(2)))
              .setModel(row.getString(3))
              .setDeliveredPosition(row.getLong(5))
              .setFailures(row.getInteger(6))
              .setLastError(row.getString(7))
              .setName(row.getString(9))
              .setDescription(row.getString(10))
              .setDisabled(row.getBoolean(11))
              .setDialect(row.getString(12))
              .setCreatedMs(row.getLong(13))
              .setUpdatedMs(row.getLong(14));
      if (row.getInteger(6) > 0) {
        shown.setNextAttemptAt(row.getOffsetDateTime(8).toInstant().toString());
      }
      hooks.add(new Hook(shown.build(), row.getString(4)));
    }
    return hooks;
  }
}
