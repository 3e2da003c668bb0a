package ai.neo.orchestrator.gateway;

import ai.neo.proto.registry.v1.Evaluation;
import com.google.protobuf.ByteString;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.Set;
import java.util.function.Consumer;

/** An evaluation as a JSON object, with the names of the protocol's fields; and back. */
public final class EvaluationText {
  private static final Set<String> KEYS =
      Set.of(
          "model",
          "version",
          "digest",
          "dataset_digest",
          "samples",
          "metrics",
          "evaluated_at",
          "champion_version",
          "champion_digest",
          "candidate_outcomes",
          "champion_outcomes",
          "key_id",
          "signature",
          "actor");

  private EvaluationText() {}

  /**
   * @throws IllegalArgumentException with the key that is wrong
   */
  public static Evaluation parse(String text) {
    try {
      return of(new JsonObject(text));
    } catch (DecodeException | ClassCastException e) {
      throw new IllegalArgumentException("the evaluation is no such JSON: " + e.getMessage(), e);
    }
  }

  private static Evaluation of(JsonObject json) {
    for (String key : json.fieldNames()) {
      if (!KEYS.contains(key)) {
        throw new IllegalArgumentException(
            "an evaluation has no key '%s'; expected one of %s"
                .formatted(key, KEYS.stream().sorted().toList()));
      }
    }
    Evaluation.Builder evaluation =
        Evaluation.newBuilder()
            .setModel(json.getString("model", ""))
            .setVersion(String.valueOf(json.getValue("version", "")))
            .setDigest(json.getString("digest", ""))
            .setDatasetDigest(json.getString("dataset_digest", ""))
            .setSamples(json.getLong("samples", 0L))
            .setEvaluatedAt(json.getString("evaluated_at", ""))
            .setChampionVersion(String.valueOf(json.getValue("champion_version", "")))
            .setChampionDigest(json.getString("champion_digest", ""))
            .setKeyId(json.getString("key_id", ""))
            .setSignature(
                ByteString.copyFrom(Base64.getDecoder().decode(json.getString("signature", ""))))
            .setActor(json.getString("actor", ""));
    JsonObject metrics = json.getJsonObject("metrics", new JsonObject());
    metrics.fieldNames().forEach(name -> evaluation.putMetrics(name, metrics.getDouble(name)));
    numbers(json, "candidate_outcomes", evaluation::addCandidateOutcomes);
    numbers(json, "champion_outcomes", evaluation::addChampionOutcomes);
    return evaluation.build();
  }

  private static void numbers(JsonObject json, String key, Consumer<Double> to) {
    JsonArray array = json.getJsonArray(key, new JsonArray());
    for (int i = 0; i < array.size(); i++) {
      to.accept(array.getDouble(i));
    }
  }

  /** What {@link #parse} reads. */
  public static JsonObject json(Evaluation evaluation) {
    JsonObject metrics = new JsonObject();
    evaluation.getMetricsMap().forEach(metrics::put);
    return new JsonObject()
        .put("model", evaluation.getModel())
        .put("version", evaluation.getVersion())
        .put("digest", evaluation.getDigest())
        .put("dataset_digest", evaluation.getDatasetDigest())
        .put("samples", evaluation.getSamples())
        .put("metrics", metrics)
        .put("evaluated_at", evaluation.getEvaluatedAt())
        .put("champion_version", evaluation.getChampionVersion())
        .put("champion_digest", evaluation.getChampionDigest())
        .put(
            "candidate_outcomes",
            new JsonArray(evaluation.getCandidateOutcomesList().stream().toList()))
        .put(
            "champion_outcomes",
            new JsonArray(evaluation.getChampionOutcomesList().stream().toList()))
        .put("key_id", evaluation.getKeyId())
        .put(
            "signature",
            Base64.getEncoder().encodeToString(evaluation.getSignature().toByteArray()))
        .put("actor", evaluation.getActor());
  }
}
