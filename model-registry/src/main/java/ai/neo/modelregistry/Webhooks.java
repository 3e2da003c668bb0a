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
import ai.neo.proto.registry.v1.WebhookName;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
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
public final class Webhooks implements AutoCloseable {
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
  private final WebhookBook book;
  private final WebhookSender sender = new WebhookSender();
  private final Set<Long> sending = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  Webhooks(Database database, RegistryPolicy policy) {
    this.database = database;
    this.policy = policy;
    this.book = new WebhookBook(database, policy);
  }

  /** Starts to send; where no host is allowed, there is nothing to start. */
  void start() {
    if (!policy.webhookHosts().isEmpty()) {
      Thread.ofVirtual().name("webhooks").start(this::run);
    }
  }

  /** The webhooks themselves. */
  public WebhookBook book() {
    return book;
  }

  Webhook add(AddWebhookRequest request) {
    RequestChecks.actor(request.getActor());
    for (String event : request.getEventsList()) {
      if (!EVENTS.contains(event)) {
        throw RegistryException.invalid(
            "event=%s; expected one of %s".formatted(RequestChecks.shown(event), EVENTS));
      }
    }
    String secret = request.getSecret().isEmpty() ? secret() : request.getSecret();
    Webhook added =
        book.add(
            Webhook.newBuilder()
                .setUrl(request.getUrl())
                .addAllEvents(request.getEventsList())
                .setModel(request.getModel())
                .setDialect(WebhookBook.NEO)
                .build(),
            secret,
            new Author(request.getActor(), request.getReason()));
    return added.toBuilder().setSecret(secret).build();
  }

  ListWebhooksResponse list() {
    return ListWebhooksResponse.newBuilder().addAllWebhooks(book.all()).build();
  }

  Webhook remove(WebhookName name) {
    String actor = name.getActor().isBlank() ? "a client that gave no name" : name.getActor();
    RequestChecks.actor(actor);
    return book.remove(name.getId(), new Author(actor, name.getReason()));
  }

  /**
   * Sends one now.
   *
   * @param event of {@link MlflowEvents#NAMES}, for a webhook that is told as MLflow tells; "" for
   *     its first
   */
  public WebhookDelivery test(long id, String event) {
    WebhookBook.Hook hook = book.hook(id);
    String name = event.isEmpty() && isMlflow(hook) ? hook.shown().getEvents(0) : event;
    JsonObject body =
        isMlflow(hook)
            ? MlflowEvents.example(name)
            : new JsonObject().put("event", "test").put("webhook", id);
    try {
      WebhookSender.Result result = post(hook, "test-" + id, body);
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

  private static boolean isMlflow(WebhookBook.Hook hook) {
    return hook.shown().getDialect().equals(WebhookBook.MLFLOW);
  }

  private static boolean wants(WebhookBook.Hook hook, Change change) {
    List<String> events = hook.shown().getEventsList();
    if (isMlflow(hook)) {
      return MlflowEvents.of(change.getEntry()).filter(events::contains).isPresent();
    }
    String action = change.getEntry().getAction();
    return EVENTS.contains(action) && (events.isEmpty() || events.contains(action));
  }

  private void run() {
    while (!closed) {
      long seen = database.changes().times();
      try {
        for (WebhookBook.Hook hook : book.due()) {
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
  private void deliver(WebhookBook.Hook hook) {
    long id = hook.shown().getId();
    try {
      long position = hook.shown().getDeliveredPosition();
      while (!closed && claim(id)) {
        long from = position;
        long end = database.inSnapshot(Changes::position);
        List<Change> changes =
            database.inSnapshot(
                session -> Changes.after(session, from, hook.shown().getModel(), BATCH));
        Optional<Change> next = changes.stream().filter(change -> wants(hook, change)).findFirst();
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

  private boolean sent(WebhookBook.Hook hook, Change change) throws InterruptedException {
    long id = hook.shown().getId();
    JsonObject body =
        isMlflow(hook)
            ? database.inSnapshot(session -> MlflowEvents.body(session, change))
            : body(change);
    WebhookSender.Result result = post(hook, Long.toString(change.getPosition()), body);
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

  private WebhookSender.Result post(WebhookBook.Hook hook, String event, JsonObject body)
      throws InterruptedException {
    WebhookTarget target;
    try {
      // Again, since the policy may have changed after the webhook was added.
      target = WebhookTarget.of(hook.shown().getUrl(), policy.webhookHosts());
    } catch (IllegalArgumentException e) {
      return new WebhookSender.Result(0, e.getMessage());
    }
    WebhookSender.Dialect dialect =
        isMlflow(hook) ? WebhookSender.Dialect.MLFLOW : WebhookSender.Dialect.NEO;
    return sender.post(
        target, new WebhookSender.Message(dialect, hook.secret(), event, body.encode()));
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
