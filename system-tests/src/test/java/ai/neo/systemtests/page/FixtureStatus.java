package ai.neo.systemtests.page;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** What the fixture answers for status, instruments and models. */
final class FixtureStatus {

  private final List<RecordedLookingMarket> markets;
  private volatile String state = "running";

  FixtureStatus(List<RecordedLookingMarket> markets) {
    this.markets = List.copyOf(markets);
  }

  static List<RecordedLookingMarket> markets() {
    return List.of(
        new RecordedLookingMarket("BTCUSDT", Duration.ofMinutes(1), 65_240.0, "0.25000000"),
        new RecordedLookingMarket("ETHUSDT", Duration.ofMinutes(1), 3_512.0, "2.00000000"));
  }

  void state(String state) {
    this.state = state;
  }

  JsonObject now() {
    JsonObject last = equity().getLast();
    return new JsonObject()
        .put("run_id", "2026-11-21T08-00-00Z-1")
        .put("state", state)
        .put("feed", "running")
        .put("mode", "paper")
        .put("time", markets.getFirst().lastTime().toString())
        .put("speed", "600")
        .put("initial_cash", RecordedLookingMarket.INITIAL_CASH.toPlainString())
        .put("cash", sum(RecordedLookingMarket::cash))
        .put("equity", last.getString("equity"))
        .put("realised_pnl", sum(RecordedLookingMarket::realised))
        .put("unrealised_pnl", sum(RecordedLookingMarket::unrealised))
        .put("fees", sum(RecordedLookingMarket::fees))
        .put("drawdown", BigDecimal.valueOf(last.getDouble("drawdown")).toPlainString())
        .put("max_drawdown", BigDecimal.valueOf(maxDrawdown()).toPlainString())
        .put("counts", counts())
        .put(
            "champion",
            new JsonObject()
                .put("model", "mlp")
                .put("version", "3")
                .put("digest", "9f2c41d07be85a6e")
                .put("epoch", 7))
        .put(
            "predictions_by_version", new JsonObject().put("1", 8240).put("2", 4310).put("3", 2874))
        .put("health", health("up", "gRPC, p99 0.9 ms"))
        .put("kill", new JsonObject().put("active", state.equals("killed")).put("reason", ""));
  }

  JsonObject starting() {
    JsonObject counts = counts();
    counts.fieldNames().forEach(name -> counts.put(name, 0));
    String cash = RecordedLookingMarket.INITIAL_CASH.toPlainString();
    return now()
        .put("counts", counts)
        .put("equity", cash)
        .put("cash", cash)
        .put("drawdown", "0")
        .put("max_drawdown", "0")
        .put("realised_pnl", "0")
        .put("unrealised_pnl", "0")
        .put("fees", "0")
        .putNull("champion")
        .put("predictions_by_version", new JsonObject())
        .put("health", health("degraded", "training the first model"));
  }

  /** One account over all instruments: their gains bar by bar, added to the initial cash. */
  List<JsonObject> equity() {
    List<JsonObject> points = new ArrayList<>();
    BigDecimal best = RecordedLookingMarket.INITIAL_CASH;
    for (int i = 0; i < RecordedLookingMarket.BARS; i++) {
      BigDecimal worth = RecordedLookingMarket.INITIAL_CASH;
      for (RecordedLookingMarket market : markets) {
        worth = worth.add(market.gain(i));
      }
      best = best.max(worth);
      points.add(
          new JsonObject()
              .put("time", markets.getFirst().candles().getJsonObject(i).getString("time"))
              .put("equity", worth.toPlainString())
              .put("drawdown", 1 - worth.doubleValue() / best.doubleValue()));
    }
    return points;
  }

  private double maxDrawdown() {
    return equity().stream().mapToDouble(point -> point.getDouble("drawdown")).max().orElse(0);
  }

  private String sum(Function<RecordedLookingMarket, BigDecimal> part) {
    return markets.stream().map(part).reduce(BigDecimal.ZERO, BigDecimal::add).toPlainString();
  }

  Stream<JsonObject> instruments() {
    return markets.stream()
        .map(
            market ->
                new JsonObject()
                    .put("symbol", market.symbol())
                    .put("venue", "Binance")
                    .put("interval", "1m")
                    .put("tick_size", "0.01000000")
                    .put("lot_size", "0.00001000")
                    .put("last_price", market.lastPrice())
                    .put("from", "2024-03-01T00:00:00Z")
                    .put("to", "2024-03-14T00:00:00Z")
                    .put("progress", 0.42));
  }

  static JsonObject noModels() {
    return new JsonObject().put("items", new JsonArray()).put("history", new JsonArray());
  }

  static JsonObject models() {
    return new JsonObject()
        .put(
            "items",
            new JsonArray()
                .add(version(3, "9f2c41d07be85a6e", "champion", 0.573))
                .add(version(2, "51ab09ce77d3f412", "challenger", 0.561))
                .add(version(1, "c07d88e1f02b6a35", "shadow", 0.548)))
        .put(
            "history",
            new JsonArray()
                .add(event(1, "14:20", 1, "trainer", "First model, trained on 20,160 bars"))
                .add(event(2, "17:02", 2, "learner", better("3.1")))
                .add(event(3, "18:11", 1, "guard", "v2 fell behind v1 over 64 trades"))
                .add(event(4, "20:20", 3, "learner", better("4.4"))));
  }

  private static String better(String basisPoints) {
    return "Beats v1 on held-out bars by " + basisPoints + " bp a trade, net of cost";
  }

  private static JsonObject version(int version, String digest, String alias, double accuracy) {
    JsonObject model =
        new JsonObject()
            .put("model", "mlp")
            .put("version", Integer.toString(version))
            .put("digest", digest)
            .put("aliases", new JsonArray().add(alias))
            .put("created_at", "2024-03-04T1" + (version + 3) + ":20:00Z")
            .put("created_by", version == 1 ? "trainer" : "learner")
            .put(
                "metrics",
                new JsonObject()
                    .put("accuracy", accuracy)
                    .put("edge_bp", 2.2 + version)
                    .put("log_loss", 1.02 - accuracy / 10))
            .put("served", 1000 * version);
    return version == 1 ? model.putNull("parent_version") : model.put("parent_version", "1");
  }

  private static JsonObject event(
      int sequence, String clock, int version, String actor, String reason) {
    return new JsonObject()
        .put("sequence", sequence)
        .put("time", "2024-03-04T" + clock + ":00Z")
        .put("version", Integer.toString(version))
        .put("action", actor.equals("guard") ? "rolled back" : "promoted")
        .put("actor", actor)
        .put("reason", reason);
  }

  private static JsonObject counts() {
    return new JsonObject()
        .put("events", 48_921)
        .put("bars", 15_424)
        .put("predictions", 15_424)
        .put("fallbacks", 0)
        .put("decisions", 30_848)
        .put("orders", 312)
        .put("refused", 41)
        .put("fills", 309)
        .put("updates_learned", 1_204)
        .put("swaps", 3)
        .put("rollbacks", 1);
  }

  private static JsonArray health(String gateway, String gatewayDetail) {
    return new JsonArray()
        .add(part("PostgreSQL", "up", "embedded 18.6, lag 12 ms"))
        .add(part("Redis", "up", "embedded, 0.2 ms"))
        .add(part("Gateway", gateway, gatewayDetail))
        .add(part("Journal", "up", "48,921 frames, os"))
        .add(part("Feed", "up", "replay ×600, no gap"));
  }

  private static JsonObject part(String name, String state, String detail) {
    return new JsonObject().put("name", name).put("state", state).put("detail", detail);
  }
}
