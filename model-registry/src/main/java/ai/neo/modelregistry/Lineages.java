package ai.neo.modelregistry;

import ai.neo.proto.registry.v1.Lineage;
import io.vertx.core.json.JsonObject;

/** A version's lineage as the JSON that row and ledger keep, and back. */
final class Lineages {
  private Lineages() {}

  /** Without what was not said; empty when nothing was. */
  static JsonObject json(Lineage lineage) {
    JsonObject json = new JsonObject();
    put(json, "dataset_manifest", lineage.getDatasetManifest());
    put(json, "dataset_digest", lineage.getDatasetDigest());
    put(json, "code", lineage.getCode());
    if (lineage.hasLearnerJournalOffset()) {
      json.put("learner_journal_offset", lineage.getLearnerJournalOffset());
    }
    return json;
  }

  static String text(Lineage lineage) {
    JsonObject json = json(lineage);
    return json.isEmpty() ? "" : json.encode();
  }

  static Lineage of(String text) {
    if (text.isEmpty()) {
      return Lineage.getDefaultInstance();
    }
    JsonObject json = new JsonObject(text);
    Lineage.Builder lineage =
        Lineage.newBuilder()
            .setDatasetManifest(json.getString("dataset_manifest", ""))
            .setDatasetDigest(json.getString("dataset_digest", ""))
            .setCode(json.getString("code", ""));
    if (json.containsKey("learner_journal_offset")) {
      lineage.setLearnerJournalOffset(json.getLong("learner_journal_offset"));
    }
    return lineage.build();
  }

  private static void put(JsonObject json, String name, String value) {
    if (!value.isEmpty()) {
      json.put(name, value);
    }
  }
}
