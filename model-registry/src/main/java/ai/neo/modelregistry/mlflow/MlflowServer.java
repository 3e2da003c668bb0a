package ai.neo.modelregistry.mlflow;

import ai.neo.modelregistry.ChampionServing;
import ai.neo.modelregistry.ModelRegistry;
import ai.neo.modelregistry.RegistryException;
import ai.neo.modelregistry.network.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registry's HTTP API, as stock MLflow clients speak it. Requests arrive on one event loop and
 * are answered on virtual threads. Nobody is authenticated, so that it listens on loopback, unless
 * somebody states otherwise.
 */
public final class MlflowServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MlflowServer.class);

  /** Searches by name or by many run ids are long GETs. */
  private static final int LINE_MAX_BYTES = 256 * 1024;

  /** Several times the largest batch that MLflow's limits allow. */
  private static final int BODY_MAX_BYTES = 32 * 1024 * 1024;

  /** Clients keep connections, and would repeat a call on one that just closed. */
  private static final int IDLE_SECONDS = 300;

  private static final int START_SECONDS = 10;
  private static final int CLOSE_SECONDS = 1;

  /** The MLflow whose behaviour this follows. */
  private static final String MLFLOW_VERSION = "3.17.2";

  private static final String API = "/api/2.0/mlflow/";
  private static final String FILES = "/api/2.0/mlflow-artifacts/";

  /** Where the links lead that MLflow's client prints; what comes after their # is not sent. */
  private static final String FRONT_PAGE =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head><meta charset="utf-8"><title>Neo's model registry</title></head>
      <body>
      <h1>Neo's model registry</h1>
      <p>This address answers MLflow's clients; it has no pages about runs or models.</p>
      <ul>
      <li>Runs and models: MLflow's clients, with <code>MLFLOW_TRACKING_URI</code> set to this
      address.</li>
      <li>Models: <code>./neo model list</code>, <code>./neo model show</code> and
      <code>./neo model history</code>.</li>
      </ul>
      </body>
      </html>
      """;

  private final Vertx vertx;
  private final ExecutorService executor;
  private final HttpServer server;
  private final Routes routes;
  private final ArtifactTransfers transfers;
  private final HttpGuard guard;
  private final int port;

  /** An answer that is not refused. */
  private record Plain(String contentType, String body) {}

  private MlflowServer(ModelRegistry registry, ChampionServing champions, MlflowAddress wanted)
      throws IOException {
    guard = new HttpGuard(wanted);
    vertx = EventLoop.start();
    executor = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("mlflow-", 0).factory());
    routes = new Routes(registry, champions);
    transfers = new ArtifactTransfers(vertx, registry.artifacts(), routes.files());
    server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setMaxInitialLineLength(LINE_MAX_BYTES)
                    .setMaxHeaderSize(LINE_MAX_BYTES)
                    .setHttp2ClearTextEnabled(false)
                    .setIdleTimeout(IDLE_SECONDS))
            .requestHandler(this::handle);
    try {
      port =
          server
              .listen(wanted.port(), wanted.host())
              .toCompletionStage()
              .toCompletableFuture()
              .get(START_SECONDS, TimeUnit.SECONDS)
              .actualPort();
    } catch (ExecutionException | TimeoutException e) {
      closeAll();
      throw new IOException(
          "The registry cannot listen on %s:%d; stop what uses that port or choose another one: %s"
              .formatted(wanted.host(), wanted.port(), e.getMessage()),
          e);
    } catch (InterruptedException e) {
      closeAll();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the registry began to listen", e);
    }
  }

  /**
   * Begins to answer on this machine's loopback. Blocks until it does.
   *
   * @param champions asked before a champion changes; stays the caller's to close
   * @param port 0 for a free one
   * @throws IOException when the port is taken
   */
  public static MlflowServer start(ModelRegistry registry, ChampionServing champions, int port)
      throws IOException {
    return start(registry, champions, MlflowAddress.loopback(port));
  }

  /**
   * Begins to answer. Blocks until it does.
   *
   * @param champions asked before a champion changes; stays the caller's to close
   * @throws IOException when the port is taken, or the address is none of this machine
   */
  public static MlflowServer start(
      ModelRegistry registry, ChampionServing champions, MlflowAddress address) throws IOException {
    return new MlflowServer(registry, champions, address);
  }

  /** The port it listens on. */
  public int port() {
    return port;
  }

  private void handle(HttpServerRequest request) {
    request.response().putHeader("X-Content-Type-Options", "nosniff");
    if (!guard.allows(request, port)) {
      refuse(
          request,
          new MlflowException(
              ErrorCode.PERMISSION_DENIED,
              "This address is for programs of this machine: use http://127.0.0.1:%d"
                      .formatted(port)
                  + ". Other names are stated with --allow-host of ./neo registry"));
      return;
    }
    try {
      dispatch(request, path(request.path()));
    } catch (MlflowException e) {
      refuse(request, e);
    }
  }

  /** MLflow's page uses another prefix for the same. */
  private static String path(String path) {
    return path.startsWith("/ajax-api/") ? "/" + path.substring("/ajax-".length()) : path;
  }

  private void dispatch(HttpServerRequest request, String path) {
    if (path.startsWith(FILES)) {
      dispatchFile(request, path.substring(FILES.length()));
      return;
    }
    Optional<Plain> plain =
        request.method().equals(HttpMethod.GET) ? plain(path) : Optional.empty();
    if (plain.isPresent()) {
      request
          .response()
          .putHeader("Content-Type", plain.get().contentType())
          .putHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
          .end(plain.get().body());
      return;
    }
    if (!path.startsWith(API)) {
      throw new MlflowException(
          ErrorCode.ENDPOINT_NOT_FOUND, "There is no endpoint " + Names.shown(path));
    }
    Routes.Call call = routes.find(request.method(), path.substring(API.length()));
    Caller caller = Caller.of(request.getHeader("Authorization"), request.getHeader("User-Agent"));
    if (request.method().equals(HttpMethod.GET)) {
      Fields fields = Fields.ofQuery(request.params(true));
      answer(request, () -> call.answer(fields, caller));
    } else {
      collect(
          request,
          body -> answer(request, () -> call.answer(Fields.ofBody(json(request, body)), caller)));
    }
  }

  private static Optional<Plain> plain(String path) {
    return switch (path) {
      case "/" -> Optional.of(new Plain("text/html; charset=utf-8", FRONT_PAGE));
      case "/health" -> Optional.of(new Plain("text/plain", "OK"));
      case "/version" -> Optional.of(new Plain("text/plain", MLFLOW_VERSION));
      case "/api/3.0/mlflow/server-info" ->
          Optional.of(
              new Plain(
                  "application/json",
                  new JsonObject()
                      .put("store_type", "SqlStore")
                      .put("workspaces_enabled", false)
                      .put("trace_archival_enabled", false)
                      .put("multipart_uploads_enabled", false)
                      .put("multipart_downloads_enabled", false)
                      .encode()));
      default -> Optional.empty();
    };
  }

  private void dispatchFile(HttpServerRequest request, String path) {
    if (path.startsWith("mpu/")) {
      throw new MlflowException(
          ErrorCode.NOT_IMPLEMENTED,
          "Multipart upload is not supported for the current artifact repository");
    }
    if (path.startsWith("presigned/")) {
      throw new MlflowException(
          ErrorCode.NOT_IMPLEMENTED,
          "Multipart download is not supported for the current artifact repository");
    }
    boolean isList = path.equals("artifacts") || path.equals("artifacts/");
    if (!isList && !path.startsWith("artifacts/")) {
      throw new MlflowException(
          ErrorCode.ENDPOINT_NOT_FOUND, "There is no endpoint " + Names.shown(path));
    }
    HttpMethod method = request.method();
    if (isList && method.equals(HttpMethod.GET)) {
      String folder = ArtifactPath.checked(Fields.ofQuery(request.params(true)).text("path"));
      answer(
          request,
          () -> {
            JsonArray files = routes.files().list(folder, "");
            return files.isEmpty() ? new JsonObject() : new JsonObject().put("files", files);
          });
      return;
    }
    String file = isList ? "" : ArtifactPath.ofUrl(path.substring("artifacts/".length()));
    if (method.equals(HttpMethod.PUT)) {
      transfers.receive(request, file, outcome -> later(request, outcome));
    } else if (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD)) {
      later(
          request,
          () -> {
            ArtifactTransfers.Download download = transfers.find(file);
            return () -> download.send(request);
          });
    } else if (method.equals(HttpMethod.DELETE)) {
      collect(request, body -> answer(request, () -> routes.files().delete(file)));
    } else {
      throw new MlflowException(
          ErrorCode.METHOD_NOT_ALLOWED, "Files take GET, HEAD, PUT and DELETE, not " + method);
    }
  }

  /** Other content types could be sent by any web page without asking. */
  private static Buffer json(HttpServerRequest request, Buffer body) {
    String type = request.getHeader("Content-Type");
    boolean isJson = type != null && type.strip().startsWith("application/json");
    if (!isJson && body.length() > 0) {
      throw MlflowException.invalid(
          "Bad Request. Content-Type must be 'application/json', got '%s'"
              .formatted(Names.shown(String.valueOf(type))));
    }
    return body;
  }

  private void collect(HttpServerRequest request, Consumer<Buffer> next) {
    Buffer body = Buffer.buffer();
    request.handler(
        part -> {
          if (body.length() + part.length() > BODY_MAX_BYTES) {
            refuse(
                request,
                new MlflowException(
                    ErrorCode.REQUEST_TOO_LARGE,
                    "The body has more than %d bytes".formatted(BODY_MAX_BYTES)));
          } else {
            body.appendBuffer(part);
          }
        });
    request.endHandler(x -> next.accept(body));
  }

  private void answer(HttpServerRequest request, Supplier<JsonObject> call) {
    later(
        request,
        () -> {
          String body = call.get().encode();
          return () -> request.response().putHeader("Content-Type", "application/json").end(body);
        });
  }

  /** Works on a virtual thread, and says what it found on the request's own thread. */
  private void later(HttpServerRequest request, Supplier<Runnable> work) {
    Context context = vertx.getOrCreateContext();
    executor.execute(
        () -> {
          Runnable reply;
          try {
            reply = work.get();
          } catch (MlflowException e) {
            reply = () -> refuse(request, e);
          } catch (RegistryException e) {
            reply = () -> refuse(request, MlflowException.of(e));
          } catch (RuntimeException e) {
            LOG.error("call failed unexpectedly: {} {}", request.method(), request.path(), e);
            reply =
                () ->
                    refuse(
                        request,
                        new MlflowException(
                            ErrorCode.INTERNAL_ERROR,
                            "The registry failed unexpectedly; its log says more"));
          }
          Runnable finished = reply;
          context.runOnContext(x -> finished.run());
        });
  }

  private static void refuse(HttpServerRequest request, MlflowException e) {
    if (e.code() == ErrorCode.INTERNAL_ERROR) {
      LOG.error("call failed: {} {}", request.method(), request.path(), e);
    }
    if (request.isEnded()) {
      say(request, e);
    } else {
      // A client reads no answer before it has sent its body, and then uses the connection again.
      request.handler(x -> {}).exceptionHandler(x -> {}).endHandler(x -> say(request, e)).resume();
    }
  }

  private static void say(HttpServerRequest request, MlflowException e) {
    if (request.response().ended() || request.response().closed()) {
      return;
    }
    String body =
        new JsonObject().put("error_code", e.code().name()).put("message", e.getMessage()).encode();
    request
        .response()
        .setStatusCode(e.code().status())
        .putHeader("Content-Type", "application/json")
        .end(body);
  }

  /** Stops listening, ends the calls under way, then lets go of everything. */
  @Override
  public void close() {
    closeAll();
  }

  private void closeAll() {
    try {
      done(server.shutdown(CLOSE_SECONDS, TimeUnit.SECONDS));
      executor.shutdown();
      if (!executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        executor.shutdownNow();
      }
      done(vertx.close());
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("the registry's HTTP server did not close in order", e);
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private static <T> T done(Future<T> future)
      throws ExecutionException, TimeoutException, InterruptedException {
    return future
        .toCompletionStage()
        .toCompletableFuture()
        .get(2 * CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
