package ai.neo.modelregistry;

import ai.neo.proto.registry.v1.HistoryResponse;
import ai.neo.proto.registry.v1.LedgerEntry;
import ai.neo.proto.registry.v1.Webhook;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who added, changed and removed webhooks: a chain of hashes as every model has one, of entries
 * without model and version. Addresses are recorded without their query, which may hold a token.
 */
final class WebhookLedger {
  static final String ADD = "webhook-add";
  static final String CHANGE = "webhook-change";
  static final String REMOVE = "webhook-remove";

  private static final Logger LOG = LoggerFactory.getLogger(WebhookLedger.class);

  private WebhookLedger() {}

  static void append(Database.Session session, String action, Author author, JsonObject evidence) {
    Row head =
        session
            .run(
                "SELECT sequence, hash, greatest(clock_timestamp(), time)"
                    + " FROM registry.webhook_ledger_head FOR UPDATE")
            .iterator()
            .next();
    OffsetDateTime time = head.getOffsetDateTime(2);
    LedgerEntry unsealed =
        LedgerEntry.newBuilder()
            .setSequence(head.getLong(0) + 1)
            .setTime(time.toInstant().toString())
            .setAction(action)
            .setActor(author.actor())
            .setReason(author.reason())
            .setEvidenceJson(evidence.encode())
            .setPreviousHash(head.getString(1))
            .build();
    String hash = LedgerChain.hashOf(unsealed);
    session.run(
        "INSERT INTO registry.webhook_ledger (sequence, time, action, actor, reason,"
            + " evidence_json, previous_hash, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        unsealed.getSequence(),
        time,
        action,
        author.actor(),
        author.reason(),
        unsealed.getEvidenceJson(),
        unsealed.getPreviousHash(),
        hash);
    session.run(
        "UPDATE registry.webhook_ledger_head SET sequence = $1, hash = $2, time = $3",
        unsealed.getSequence(),
        hash,
        time);
  }

  /** What an entry says about a webhook. */
  static JsonObject evidence(Webhook webhook) {
    String url = webhook.getUrl();
    int query = url.indexOf('?');
    return new JsonObject()
        .put("webhook", webhook.getId())
        .put("url", query < 0 ? url : url.substring(0, query))
        .put("events", new JsonArray(List.copyOf(webhook.getEventsList())))
        .put("model", webhook.getModel())
        .put("name", webhook.getName())
        .put("dialect", webhook.getDialect())
        .put("disabled", webhook.getDisabled());
  }

  static HistoryResponse history(Database.Session session) {
    List<LedgerEntry> entries = new ArrayList<>();
    for (Row row :
        session.run(
            "SELECT sequence, time, '', '', action, actor, reason, evidence_json, previous_hash,"
                + " hash FROM registry.webhook_ledger ORDER BY sequence")) {
      entries.add(Ledger.entry(row));
    }
    Row head =
        session.run("SELECT sequence, hash FROM registry.webhook_ledger_head").iterator().next();
    String end = entries.isEmpty() ? LedgerChain.GENESIS : entries.getLast().getHash();
    boolean intact =
        LedgerChain.firstBroken(entries).isEmpty()
            && head.getLong(0) == entries.size()
            && head.getString(1).equals(end);
    if (!intact) {
      LOG.error("the webhooks' ledger has been tampered with or cut off");
    }
    return HistoryResponse.newBuilder().addAllEntries(entries).setChainIntact(intact).build();
  }
}
