package ai.neo.orchestrator.features;

import ai.neo.featurestore.FeatureSetDefinition;
import ai.neo.featurestore.FeatureVector;
import ai.neo.featurestore.OfflineFeatureStore;
import ai.neo.featurestore.OnlineFeatureStore;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Answers what features are and were, in JSON. Never blocks; any thread may ask. */
public final class FeatureQueries {
  private static final long NS = 1_000_000_000L;

  private final OnlineFeatureStore online;
  private final OfflineFeatureStore offline;
  private final FeaturePublisher publisher;
  private final FeatureSetDefinition definition;

  public FeatureQueries(
      OnlineFeatureStore online,
      OfflineFeatureStore offline,
      FeaturePublisher publisher,
      FeatureSetDefinition definition) {
    this.online = online;
    this.offline = offline;
    this.publisher = publisher;
    this.definition = definition;
  }

  /**
   * The newest vector of every instrument that has one. Each item's {@code source} is {@code
   * redis}, or {@code process} where Redis is away.
   */
  public Future<JsonArray> latest() {
    List<Future<Optional<JsonObject>>> asked =
        publisher.symbols().stream().map(this::latest).toList();
    return Future.all(asked)
        .map(
            all -> {
              JsonArray items = new JsonArray();
              all.<Optional<JsonObject>>list().forEach(item -> item.ifPresent(items::add));
              return items;
            });
  }

  private Future<Optional<JsonObject>> latest(String symbol) {
    return Future.fromCompletionStage(online.latest(symbol, definition.id()))
        .map(found -> found.map(vector -> json(vector, "redis")))
        .otherwise(away -> publisher.newest(symbol).map(vector -> json(vector, "process")));
  }

  /**
   * What PostgreSQL has of one instrument, oldest first.
   *
   * @param afterNs only vectors later than this
   * @param limit most vectors to return
   */
  public Future<JsonArray> history(String symbol, long afterNs, int limit) {
    return Future.fromCompletionStage(offline.history(symbol, afterNs + 1, Long.MAX_VALUE, limit))
        .map(
            vectors -> {
              JsonArray items = new JsonArray();
              vectors.forEach(vector -> items.add(json(vector, "postgres")));
              return items;
            });
  }

  /** Values by name; of another feature set, whose names are not known here, by place. */
  private JsonObject json(FeatureVector vector, String source) {
    boolean named = vector.featureSetId().equals(definition.id());
    JsonObject values = new JsonObject();
    float[] raw = vector.values();
    for (int i = 0; i < raw.length; i++) {
      values.put(named ? definition.names().get(i) : Integer.toString(i), raw[i]);
    }
    long ns = vector.timeNs();
    return new JsonObject()
        .put("id", Long.toString(ns))
        .put("instrument", vector.instrument())
        .put("feature_set_id", vector.featureSetId())
        .put("time", Instant.ofEpochSecond(Math.floorDiv(ns, NS), Math.floorMod(ns, NS)).toString())
        .put("source", source)
        .put("features", values);
  }
}
