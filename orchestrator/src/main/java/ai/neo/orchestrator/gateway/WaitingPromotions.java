package ai.neo.orchestrator.gateway;

import ai.neo.proto.registry.v1.LedgerEntry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a ledger says was asked of a second person, and not answered yet. */
final class WaitingPromotions {
  private WaitingPromotions() {}

  /**
   * Those that can still be approved, oldest first. A waiver is among them for as long as it
   * counts, also where nobody has to approve it.
   */
  static JsonArray of(List<LedgerEntry> ledger, Instant now) {
    Map<Long, JsonObject> waiting = new LinkedHashMap<>();
    for (LedgerEntry entry : ledger) {
      switch (entry.getAction()) {
        case "promotion-requested" -> add(waiting, entry, "promotion", now);
        case "promotion-forced" -> add(waiting, entry, "waiver", now);
        case "promotion-approved" -> waiting.remove(id(new JsonObject(entry.getEvidenceJson())));
        default -> {
          // of others nobody waits
        }
      }
    }
    return new JsonArray(List.copyOf(waiting.values()));
  }

  private static void add(
      Map<Long, JsonObject> waiting, LedgerEntry entry, String what, Instant now) {
    JsonObject evidence = new JsonObject(entry.getEvidenceJson());
    String until = evidence.getString("expires_at");
    if (Instant.parse(until).isAfter(now)) {
      waiting.put(
          id(evidence),
          new JsonObject()
              .put("id", id(evidence))
              .put("what", what)
              .put("model", entry.getModel())
              .put("version", entry.getVersion())
              .put("requested_by", entry.getActor())
              .put("reason", entry.getReason())
              .put("expires_at", until));
    }
  }

  private static long id(JsonObject evidence) {
    return evidence.getLong("request");
  }
}
