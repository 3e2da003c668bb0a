package ai.neo.orchestrator.api;

import ai.neo.orchestrator.features.FeatureQueries;
import ai.neo.orchestrator.trading.OperatorCommand;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Shows a run and takes operators' commands. Host and Origin are checked on every call, so that no
 * other web page can reach it, and commands need the token of the data directory.
 */
public final class ApiServer implements AutoCloseable {
  private static final Map<String, OperatorCommand> COMMANDS =
      Map.of(
          "halt", OperatorCommand.HALT,
          "flatten", OperatorCommand.FLATTEN,
          "kill", OperatorCommand.KILL,
          "resume", OperatorCommand.RESUME);
  private static final int MAX_LIMIT = 1000;
  private static final int MAX_REASON = 1_000;
  private static final int MAX_BODY_BYTES = 64 * 1024;
  private static final long PUSH_MS = 500;
  private static final long START_SECONDS = 10;

  private final Parts parts;
  private final HttpServer server;
  private final Set<ServerWebSocket> sockets = ConcurrentHashMap.newKeySet();
  private AllowedHosts names = AllowedHosts.of("127.0.0.1");
  private int port;

  /** Hands a command to the loop. */
  public interface Desk {
    void command(OperatorCommand command, String actor, String reason);
  }

  /**
   * What it shows.
   *
   * @param features what the model sees
   * @param ready whether every part does what trading needs
   * @param health of the parts of the system, as the page shows it
   * @param models versions and history
   * @param metrics in Prometheus' text format
   * @param latency of predictions, decisions and orders
   */
  public record Parts(
      RunView view,
      FeatureQueries features,
      Desk desk,
      String token,
      BooleanSupplier ready,
      Supplier<JsonArray> health,
      Supplier<JsonObject> models,
      Supplier<String> metrics,
      Supplier<JsonObject> latency) {}

  public ApiServer(Vertx vertx, Parts parts, Consumer<Router> more) {
    this.parts = parts;
    Router router = Router.router(vertx);
    router.route().handler(this::guard);
    router.get("/health/live").handler(c -> c.response().end("ok\n"));
    router.get("/health/ready").handler(this::ready);
    router.get("/metrics").blockingHandler(this::metrics, false);
    router.get("/api/v1/status").handler(c -> json(c, status()));
    router.get("/api/v1/instruments").handler(c -> items(c, parts.view().instruments()));
    router.get("/api/v1/positions").handler(c -> items(c, parts.view().positions()));
    router.get("/api/v1/equity").handler(c -> items(c, parts.view().equity()));
    router.get("/api/v1/alerts").handler(c -> items(c, parts.view().alerts()));
    router.get("/api/v1/fills").handler(c -> list(c, parts.view()::fills));
    router.get("/api/v1/orders").handler(c -> list(c, parts.view()::orders));
    router.get("/api/v1/decisions").handler(c -> list(c, parts.view()::decisions));
    router
        .get("/api/v1/candles")
        .handler(
            c -> items(c, parts.view().candles(c.request().getParam("instrument", ""), limit(c))));
    router.get("/api/v1/features").handler(this::features);
    router.get("/api/v1/models").blockingHandler(c -> json(c, parts.models().get()), false);
    router
        .post("/api/v1/commands")
        .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES))
        .handler(this::command);
    more.accept(router);
    router
        .route()
        .last()
        .handler(c -> error(c, 404, "not-found", c.request().path() + " is not here", "/api/v1/"));
    server = vertx.createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false));
    server.requestHandler(router);
    server.webSocketHandshakeHandler(
        handshake -> {
          boolean mine =
              handshake.path().equals("/api/v1/stream")
                  && allowed(handshake.headers().get("Host"), handshake.headers().get("Origin"));
          if (mine) {
            handshake.accept();
          } else {
            handshake.reject(403);
          }
        });
    server.webSocketHandler(
        socket -> {
          sockets.add(socket);
          socket.closeHandler(x -> sockets.remove(socket));
          socket.writeTextMessage(status().put("type", "status").encode());
        });
    vertx.setPeriodic(PUSH_MS, x -> push());
  }

  /**
   * Begins to answer.
   *
   * @param host a name or address of this machine
   * @param wanted 0 for a free port
   * @return the port
   * @throws IllegalStateException if the port is taken
   */
  public int listen(String host, int wanted) throws InterruptedException {
    try {
      names = AllowedHosts.of(host);
      port =
          server
              .listen(wanted, host)
              .toCompletionStage()
              .toCompletableFuture()
              .get(START_SECONDS, TimeUnit.SECONDS)
              .actualPort();
      return port;
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(
          "port "
              + wanted
              + " is taken; stop what uses it, or choose another with"
              + " --set page.port=0",
          e);
    }
  }

  private JsonObject status() {
    return parts
        .view()
        .status()
        .put("health", parts.health().get())
        .put("latency", parts.latency().get());
  }

  private void push() {
    List<JsonObject> news = parts.view().news();
    if (sockets.isEmpty()) {
      return;
    }
    List<String> messages = new ArrayList<>();
    messages.add(status().put("type", "status").encode());
    news.forEach(message -> messages.add(message.encode()));
    for (ServerWebSocket socket : sockets) {
      // A reader that cannot follow misses news; it sees the whole when it asks for it.
      if (!socket.writeQueueFull()) {
        messages.forEach(socket::writeTextMessage);
      }
    }
  }

  private void guard(RoutingContext context) {
    context
        .response()
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("Cache-Control", "no-store");
    if (allowed(context.request().getHeader("Host"), context.request().getHeader("Origin"))) {
      context.next();
    } else {
      error(
          context,
          403,
          "foreign-origin",
          "this address is for pages and scripts of this machine",
          "open http://127.0.0.1:" + port);
    }
  }

  private boolean allowed(String host, String origin) {
    return names.allow(host, origin, port);
  }

  private void metrics(RoutingContext context) {
    context
        .response()
        .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        .end(parts.metrics().get());
  }

  /** Ready when every part does what trading needs; otherwise which does not, and why. */
  private void ready(RoutingContext context) {
    boolean ready = parts.ready().getAsBoolean();
    context.response().setStatusCode(ready ? 200 : 503);
    json(
        context,
        new JsonObject()
            .put("status", ready ? "ready" : "not ready")
            .put("parts", parts.health().get()));
  }

  private void command(RoutingContext context) {
    String authorization = context.request().getHeader("Authorization");
    byte[] given = (authorization == null ? "" : authorization).getBytes(StandardCharsets.UTF_8);
    byte[] expected = ("Bearer " + parts.token()).getBytes(StandardCharsets.UTF_8);
    if (!MessageDigest.isEqual(given, expected)) {
      error(
          context,
          401,
          "unauthorised",
          "the token is missing or wrong",
          "send 'Authorization: Bearer TOKEN'; the token lies in DATA_DIR/token");
      return;
    }
    JsonObject body;
    try {
      body = context.body().asJsonObject();
    } catch (io.vertx.core.json.DecodeException e) {
      error(context, 400, "no-json", "the body is no JSON object", "{\"command\":\"halt\"}");
      return;
    }
    String name = body == null ? "" : body.getString("command", "").toLowerCase(Locale.ROOT);
    OperatorCommand command = COMMANDS.get(name);
    if (command == null) {
      error(
          context,
          400,
          "unknown-command",
          "command '" + name + "' is not known",
          "one of halt, flatten, kill, resume");
      return;
    }
    String reason = body.getString("reason", "");
    if (reason.length() > MAX_REASON || !StandardCharsets.UTF_8.newEncoder().canEncode(reason)) {
      error(
          context,
          400,
          "bad-reason",
          "the reason is no text of at most " + MAX_REASON + " characters",
          "shorten it, or leave it away");
      return;
    }
    parts.desk().command(command, "api", reason);
    json(context, new JsonObject().put("accepted", true).put("command", name));
  }

  /** The newest of every instrument, or with {@code instrument=SYMBOL} the history of that one. */
  private void features(RoutingContext context) {
    String symbol = context.request().getParam("instrument");
    int limit = limit(context);
    long afterNs;
    try {
      afterNs = Long.parseLong(context.request().getParam("after", "-1"));
    } catch (NumberFormatException e) {
      error(
          context,
          400,
          "bad-cursor",
          "after is no cursor",
          "send the 'next' of the answer before, or leave it away");
      return;
    }
    Future<JsonArray> asked =
        symbol == null
            ? parts.features().latest()
            : parts.features().history(symbol, afterNs, limit);
    asked.onComplete(
        items -> {
          boolean more = symbol != null && items.size() == limit;
          Object next = more ? items.getJsonObject(limit - 1).getValue("id") : null;
          json(context, new JsonObject().put("items", items).put("next", next));
        },
        away ->
            error(
                context,
                503,
                "store-away",
                "PostgreSQL does not answer",
                "try again; the journal keeps what it has not got yet"));
  }

  private interface Listing {
    JsonArray of(String after, int limit);
  }

  private static void list(RoutingContext context, Listing listing) {
    int limit = limit(context);
    JsonArray items = listing.of(context.request().getParam("after"), limit);
    Object next =
        items.size() < limit || context.request().getParam("after") == null
            ? null
            : items.getJsonObject(items.size() - 1).getValue("id");
    json(context, new JsonObject().put("items", items).put("next", next));
  }

  private static void items(RoutingContext context, JsonArray items) {
    json(context, new JsonObject().put("items", items).putNull("next"));
  }

  private static int limit(RoutingContext context) {
    try {
      int limit = Integer.parseInt(context.request().getParam("limit", "100"));
      return Math.clamp(limit, 1, MAX_LIMIT);
    } catch (NumberFormatException e) {
      return 100;
    }
  }

  private static void json(RoutingContext context, JsonObject body) {
    context.response().putHeader("Content-Type", "application/json").end(body.encode());
  }

  private static void error(
      RoutingContext context, int status, String code, String message, String fix) {
    context
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .end(
            new JsonObject()
                .put(
                    "error",
                    new JsonObject().put("code", code).put("message", message).put("fix", fix))
                .encode());
  }

  @Override
  public void close() {
    server.close();
  }
}
