package ai.neo.systemtests.page;

import ai.neo.orchestrator.dashboard.PageRoutes;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.ServerWebSocketHandshake;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The real page routes over a hand-written API with the same answers in every run. Commands that
 * arrive wait in {@link #commands}; {@link #push} sends to every open stream. Any thread may call.
 */
final class FixtureServer implements AutoCloseable {

  static final String TOKEN = "fixture-token";

  /** A command as it came: the Authorization header, and the body. */
  record Command(String authorization, JsonObject body) {}

  final BlockingQueue<Command> commands = new LinkedBlockingQueue<>();
  final FixtureStatus status;
  final List<RecordedLookingMarket> markets;
  private final boolean empty;
  private final Vertx vertx = Vertx.vertx();
  private final Set<ServerWebSocket> sockets = ConcurrentHashMap.newKeySet();
  private final BlockingQueue<ServerWebSocket> arrivals = new LinkedBlockingQueue<>();
  private final HttpServer server;
  private volatile boolean refusing;

  private FixtureServer(List<RecordedLookingMarket> markets, boolean empty, int port) {
    this.markets = markets;
    this.empty = empty;
    this.status = new FixtureStatus(markets);
    Router router = Router.router(vertx);
    PageRoutes.mount(router);
    api(router);
    this.server =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .webSocketHandshakeHandler(this::shakeHands)
            .webSocketHandler(this::accept)
            .listen(port, "127.0.0.1")
            .await();
  }

  /** A run in full swing. */
  static FixtureServer trading(int port) {
    return new FixtureServer(FixtureStatus.markets(), false, port);
  }

  /** A run that has only just begun: no model, no bar, no fill. */
  static FixtureServer starting() {
    return new FixtureServer(FixtureStatus.markets(), true, 0);
  }

  String url() {
    return "http://127.0.0.1:" + server.actualPort() + "/";
  }

  void push(JsonObject message) {
    sockets.forEach(socket -> socket.writeTextMessage(message.encode()).await());
  }

  /** Waits until a page has opened a stream that was not there before. */
  void awaitStream() throws InterruptedException {
    if (arrivals.poll(10, TimeUnit.SECONDS) == null) {
      throw new AssertionError("No page opened the stream within 10 s");
    }
  }

  void refuseStreams(boolean refuse) {
    refusing = refuse;
  }

  void dropStreams() {
    sockets.forEach(socket -> socket.close().await());
  }

  @Override
  public void close() {
    vertx.close().await();
  }

  private void shakeHands(ServerWebSocketHandshake handshake) {
    if (refusing || !handshake.path().equals("/api/v1/stream")) {
      handshake.reject(503);
    } else {
      handshake.accept();
    }
  }

  private void accept(ServerWebSocket socket) {
    sockets.add(socket);
    socket.closeHandler(closed -> sockets.remove(socket));
    arrivals.add(socket);
  }

  private void api(Router router) {
    router.get("/api/v1/status").handler(c -> c.json(empty ? status.starting() : status.now()));
    list(router, "instruments", c -> empty ? Stream.of() : status.instruments());
    list(router, "candles", c -> candles(c.request().getParam("instrument")));
    list(router, "fills", c -> newestFirst(RecordedLookingMarket::fills));
    list(router, "orders", c -> newestFirst(RecordedLookingMarket::fills).map(this::order));
    list(router, "decisions", c -> newestFirst(RecordedLookingMarket::decisions));
    list(router, "positions", c -> markets.stream().map(market -> market.position("model")));
    list(router, "equity", c -> status.equity().stream());
    router
        .get("/api/v1/models")
        .handler(c -> c.json(empty ? FixtureStatus.noModels() : FixtureStatus.models()));
    router.post("/api/v1/commands").handler(BodyHandler.create(false)).handler(this::command);
  }

  private interface Items {
    Stream<JsonObject> of(RoutingContext context);
  }

  private void list(Router router, String name, Items items) {
    router
        .get("/api/v1/" + name)
        .handler(
            context -> {
              JsonArray array = new JsonArray();
              if (!empty) {
                items.of(context).forEach(array::add);
              }
              context.json(new JsonObject().put("items", array).putNull("next"));
            });
  }

  private Stream<JsonObject> candles(String symbol) {
    return markets.stream()
        .filter(market -> market.symbol().equals(symbol))
        .flatMap(market -> market.candles().stream())
        .map(JsonObject.class::cast);
  }

  private interface Part {
    List<JsonObject> of(RecordedLookingMarket market);
  }

  private Stream<JsonObject> newestFirst(Part part) {
    return markets.stream()
        .flatMap(market -> part.of(market).stream())
        .sorted(Comparator.comparing((JsonObject item) -> item.getString("time")).reversed())
        .limit(200);
  }

  private JsonObject order(JsonObject fill) {
    return fill.copy().put("id", fill.getString("order_id")).put("state", "FILLED");
  }

  private void command(RoutingContext context) {
    String authorization = context.request().getHeader("Authorization");
    JsonObject body = context.body().asJsonObject();
    commands.add(new Command(authorization, body));
    if (!("Bearer " + TOKEN).equals(authorization)) {
      context.response().setStatusCode(401);
      context.json(
          new JsonObject()
              .put("error", new JsonObject().put("code", "token").put("message", "Unknown token")));
      return;
    }
    String state =
        switch (body.getString("command")) {
          case "halt" -> "halted";
          case "flatten" -> "flattening";
          case "kill" -> "killed";
          default -> "running";
        };
    status.state(state);
    context.json(new JsonObject().put("accepted", true).put("state", state));
  }
}
