package ai.neo.orchestrator.gateway;

import ai.neo.proto.registry.v1.AddWebhookRequest;
import ai.neo.proto.registry.v1.HistoryResponse;
import ai.neo.proto.registry.v1.ListWebhooksRequest;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import ai.neo.proto.registry.v1.Webhook;
import ai.neo.proto.registry.v1.WebhookDelivery;
import ai.neo.proto.registry.v1.WebhookName;
import io.grpc.Channel;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The registry's webhooks, for a person. Blocking. */
public final class WebhookDesk {
  private static final long SECONDS = 20;

  private final Channel channel;

  public WebhookDesk(Channel channel) {
    this.channel = channel;
  }

  private RegistryServiceGrpc.RegistryServiceBlockingStub registry() {
    return RegistryServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  /** Adds one; the answer holds its secret. */
  public JsonObject add(String url, List<String> events, String secret, String actor) {
    Webhook added =
        registry()
            .addWebhook(
                AddWebhookRequest.newBuilder()
                    .setUrl(url)
                    .addAllEvents(events)
                    .setSecret(secret)
                    .setActor(actor)
                    .build());
    return json(added).put("secret", added.getSecret());
  }

  /** All, as {@code items}. */
  public JsonObject list() {
    JsonArray items = new JsonArray();
    registry()
        .listWebhooks(ListWebhooksRequest.getDefaultInstance())
        .getWebhooksList()
        .forEach(webhook -> items.add(json(webhook)));
    return new JsonObject().put("items", items);
  }

  /** Removes one, and says which it was. */
  public JsonObject remove(long id, String actor, String reason) {
    return json(
        registry()
            .removeWebhook(
                WebhookName.newBuilder().setId(id).setActor(actor).setReason(reason).build()));
  }

  /** Who added, changed and removed them, as {@code entries}, and whether the chain is intact. */
  public JsonObject history() {
    HistoryResponse history = registry().webhookHistory(ListWebhooksRequest.getDefaultInstance());
    JsonArray entries = new JsonArray();
    history
        .getEntriesList()
        .forEach(
            entry ->
                entries.add(
                    new JsonObject()
                        .put("sequence", entry.getSequence())
                        .put("time", entry.getTime())
                        .put("action", entry.getAction())
                        .put("actor", entry.getActor())
                        .put("reason", entry.getReason())
                        .put("evidence", new JsonObject(entry.getEvidenceJson()))
                        .put("hash", entry.getHash())));
    return new JsonObject().put("entries", entries).put("chain_intact", history.getChainIntact());
  }

  /** Sends a test event. */
  public JsonObject test(long id) {
    WebhookDelivery sent = registry().testWebhook(WebhookName.newBuilder().setId(id).build());
    return new JsonObject()
        .put("delivered", sent.getDelivered())
        .put("status", sent.getStatus())
        .put("error", sent.getError());
  }

  private static JsonObject json(Webhook webhook) {
    return new JsonObject()
        .put("id", webhook.getId())
        .put("name", webhook.getName())
        .put("url", webhook.getUrl())
        .put("events", new JsonArray(webhook.getEventsList().stream().toList()))
        .put("model", webhook.getModel())
        .put("dialect", webhook.getDialect())
        .put("disabled", webhook.getDisabled())
        .put("delivered_position", webhook.getDeliveredPosition())
        .put("failures", webhook.getFailures())
        .put("last_error", webhook.getLastError())
        .put("next_attempt_at", webhook.getNextAttemptAt());
  }
}
