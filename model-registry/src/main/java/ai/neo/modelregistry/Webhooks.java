package ai.neo.modelregistry;

import ai.neo.modelregistry.gates.RegistryPolicy;
import ai.neo.modelregistry.webhook.WebhookSender;
import ai.neo.modelregistry.webhook.WebhookTarget;
import ai.neo.proto.registry.v1.AddWebhookRequest;
import ai.neo.proto.registry.v1.Change;
import ai.neo.proto.registry.v1.LedgerEntry;
import ai.neo.proto.registry.v1.ListWebhooksResponse;
import ai.neo.proto.registry.v1.Webhook;
import ai.neo.proto.registry.v1.WebhookDelivery;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what the ledgers record to whoever asked for it, at least once and in order for each
 * webhook. A webhook is a position in the stream of changes: it moves on when the receiver has
 * taken the event, so that a crash repeats one and loses none. A receiver that does not answer is
 * tried again, after 1 s, 2 s, 4 s and so on up to five minutes, for as long as the webhook exists;
 * the others do not wait for it. One virtual thread for each webhook that has something to send.
 */
final class Webhooks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);

  /** The ledger's actions that are events. */
  private static final Set<String> EVENTS =
      new TreeSet<>(
          Set.of(
              Ledger.REGISTER,
              Ledger.PROMOTE,
              Ledger.MOVE,
              Ledger.ROLLBACK,
              Ledger.DELETE,
              Ledger.GATE_PASSED,
              Ledger.GATE_REFUSED,
              Ledger.GATE_WAIVED,
              Ledger.REQUESTED,
              Ledger.APPROVED));

  private static final long LOOK_MS = 1_000;
  private static final int BACKOFF_MAX_SECONDS = 300;
  private static final int BACKOFF_DOUBLINGS_MAX = 9;

  /** Longer than one attempt: until then no other registry tries the same event. */
  private static final int LEASE_SECONDS = 7;

  private static final int SECRET_BYTES = 32;
  private static final int BATCH = 50;

  private final Database database;
  private final RegistryPolicy policy;
  private final WebhookSender sender = new WebhookSender();
  private final Set<Long> sending = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  Webhooks(Database database, RegistryPolicy policy) {
    this.database = database;
    this.policy = policy;
  }

  /** Starts to send; where no host is allowed, there is nothing to start. */
  void start() {
    if (!policy.webhookHosts().isEmpty()) {
      Thread.ofVirtual().name("webhooks").start(this::run);
    }
  }

  Webhook add(AddWebhookRequest request) {
    RequestChecks.actor(request.getActor());
    for (String event : request.getEventsList()) {
      if (!EVENTS.contains(event)) {
        throw RegistryException.invalid(
            "event=%s; expected one of %s".formatted(RequestChecks.shown(event), EVENTS));
      }
    }
    try {
      WebhookTarget.of(request.getUrl(), policy.webhookHosts());
    } catch (IllegalArgumentException e) {
      throw RegistryException.invalid(e.getMessage());
    }
    String secret = request.getSecret().isEmpty() ? secret() : request.getSecret();
    Webhook added =
        database.inTransaction(
            session -> {
              long id =
                  session
                      .run(
                          "INSERT INTO registry.webhook (url, events, model, secret,"
                              + " delivered_position) SELECT $1, $2, $3, $4, position FROM"
                              + " registry.stream RETURNING id",
                          request.getUrl(),
                          request.getEventsList().toArray(String[]::new),
                          request.getModel(),
                          secret)
                      .iterator()
                      .next()
                      .getLong(0);
              return get(session, id).shown();
            });
    LOG.info(
        "webhook added: id={} url={} actor={}", added.getId(), added.getUrl(), request.getActor());
    return added.toBuilder().setSecret(secret).build();
  }

  ListWebhooksResponse list() {
    ListWebhooksResponse.Builder all = ListWebhooksResponse.newBuilder();
    database.inSnapshot(Webhooks::all).forEach(hook -> all.addWebhooks(hook.shown()));
    return all.build();
  }

  Webhook remove(long id) {
    return database.inTransaction(
        session -> {
          Webhook removed = get(session, id).shown();
          session.run("DELETE FROM registry.webhook WHERE id = $1", id);
          return removed;
        });
  }

  WebhookDelivery test(long id) {
    Hook hook = database.inSnapshot(session -> get(session, id));
    try {
      WebhookSender.Result result =
          post(hook, "test-" + id, new JsonObject().put("event", "test").put("webhook", id));
      return WebhookDelivery.newBuilder()
          .setDelivered(result.delivered())
          .setStatus(result.status())
          .setError(result.error())
          .build();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw RegistryException.away("The registry is closing", e);
    }
  }

  private record Hook(Webhook shown, String secret) {
    boolean wants(Change change) {
      String action = change.getEntry().getAction();
      return EVENTS.contains(action)
          && (shown.getEventsCount() == 0 || shown.getEventsList().contains(action));
    }
  }

  private void run() {
    while (!closed) {
      long seen = database.changes().times();
      try {
        for (Hook hook : database.inSnapshot(Webhooks::due)) {
          if (sending.add(hook.shown().getId())) {
            Thread.ofVirtual().name("webhook-" + hook.shown().getId()).start(() -> deliver(hook));
          }
        }
      } catch (RegistryException e) {
        LOG.debug("webhooks wait for the database", e);
      }
      try {
        database.changes().await(seen, LOOK_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** Sends what waits for a webhook until one event is not taken. */
  private void deliver(Hook hook) {
    long id = hook.shown().getId();
    try {
      long position = hook.shown().getDeliveredPosition();
      while (!closed && claim(id)) {
        long from = position;
        long end = database.inSnapshot(Changes::position);
        List<Change> changes =
            database.inSnapshot(
                session -> Changes.after(session, from, hook.shown().getModel(), BATCH));
        Optional<Change> next = changes.stream().filter(hook::wants).findFirst();
        if (changes.isEmpty()) {
          moveOn(id, end); // past what is of other models
          return;
        }
        if (next.isPresent() && !sent(hook, next.get())) {
          return;
        }
        position = next.map(Change::getPosition).orElse(changes.getLast().getPosition());
        moveOn(id, position);
      }
    } catch (RegistryException | RejectedExecutionException e) {
      LOG.debug("webhook={} waits for the database", id, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      release(id);
    }
  }

  private boolean sent(Hook hook, Change change) throws InterruptedException {
    long id = hook.shown().getId();
    WebhookSender.Result result = post(hook, Long.toString(change.getPosition()), body(change));
    if (!result.delivered()) {
      LOG.warn(
          "webhook={} position={} was not taken: {}", id, change.getPosition(), result.error());
      database.inTransaction(
          session ->
              session.run(
                  "UPDATE registry.webhook SET failures = failures + 1, last_error = $2,"
                      + " next_attempt_at = clock_timestamp() + make_interval(secs =>"
                      + " least($3, power(2, least(failures, $4)))) WHERE id = $1",
                  id,
                  result.error(),
                  (double) BACKOFF_MAX_SECONDS,
                  BACKOFF_DOUBLINGS_MAX));
    }
    return result.delivered();
  }

  private WebhookSender.Result post(Hook hook, String event, JsonObject body)
      throws InterruptedException {
    WebhookTarget target;
    try {
      // Again, since the policy may have changed after the webhook was added.
      target = WebhookTarget.of(hook.shown().getUrl(), policy.webhookHosts());
    } catch (IllegalArgumentException e) {
      return new WebhookSender.Result(0, e.getMessage());
    }
    return sender.post(target, hook.secret(), event, body.encode());
  }

  private static JsonObject body(Change change) {
    LedgerEntry entry = change.getEntry();
    String evidence = entry.getEvidenceJson();
    return new JsonObject()
        .put("id", change.getPosition())
        .put("event", entry.getAction())
        .put("model", change.getModel())
        .put("version", entry.getVersion())
        .put("time", entry.getTime())
        .put("actor", entry.getActor())
        .put("reason", entry.getReason())
        .put("evidence", evidence.isEmpty() ? new JsonObject() : new JsonObject(evidence))
        .put("ledger_sequence", entry.getSequence())
        .put("ledger_hash", entry.getHash());
  }

  private boolean claim(long id) {
    return database.inTransaction(
            session ->
                session
                    .run(
                        "UPDATE registry.webhook SET next_attempt_at = clock_timestamp() +"
                            + " make_interval(secs => $2) WHERE id = $1 AND next_attempt_at <="
                            + " clock_timestamp()",
                        id,
                        (double) LEASE_SECONDS)
                    .rowCount())
        == 1;
  }

  private void moveOn(long id, long position) {
    database.inTransaction(
        session ->
            session.run(
                "UPDATE registry.webhook SET delivered_position = $2, failures = 0,"
                    + " last_error = '', next_attempt_at = '-infinity' WHERE id = $1",
                id,
                position));
  }

  /** Ends the claim where nothing failed; it ends by itself when the registry closes meanwhile. */
  private void release(long id) {
    try {
      database.inTransaction(
          session ->
              session.run(
                  "UPDATE registry.webhook SET next_attempt_at = '-infinity' WHERE id = $1 AND"
                      + " failures = 0",
                  id));
    } catch (RegistryException | RejectedExecutionException e) {
      LOG.debug("webhook={} keeps its claim for {} s", id, LEASE_SECONDS, e);
    }
    sending.remove(id);
  }

  private static final String SELECT =
      "SELECT id, url, events, model, secret, delivered_position, failures, last_error,"
          + " CASE WHEN failures > 0 THEN next_attempt_at END FROM registry.webhook w";

  private static List<Hook> all(Database.Session session) {
    return hooks(session.run(SELECT + " ORDER BY id"));
  }

  private static List<Hook> due(Database.Session session) {
    return hooks(
        session.run(
            SELECT
                + " WHERE next_attempt_at <= clock_timestamp() AND delivered_position <"
                + " (SELECT position FROM registry.stream) ORDER BY id"));
  }

  private static Hook get(Database.Session session, long id) {
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
              .setLastError(row.getString(7));
      if (row.getInteger(6) > 0) {
        shown.setNextAttemptAt(row.getOffsetDateTime(8).toInstant().toString());
      }
      hooks.add(new Hook(shown.build(), row.getString(4)));
    }
    return hooks;
  }

  private static String secret() {
    byte[] bytes = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  @Override
  public void close() {
    closed = true;
    database.changes().raise();
    sender.close();
  }
}
