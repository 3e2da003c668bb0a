package ai.neo.modelgateway.rest;

import ai.neo.modelgateway.protocol.OpenInference;
import ai.neo.modelgateway.protocol.RefusedRequestException;
import ai.neo.modelgateway.protocol.SharedMemory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.Message;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import inference.InferParameter;
import inference.ModelRepositoryParameter;
import inference.RepositoryIndexResponse;
import inference.RepositoryModelLoadRequest;
import inference.RepositoryModelUnloadRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything under {@code /v2}. Each exchange may block its thread. */
public final class RestEndpoints implements HttpHandler {

  private static final Logger LOG = LoggerFactory.getLogger(RestEndpoints.class);
  private static final String HEADER_LENGTH = "Inference-Header-Content-Length";
  private static final String JSON = "application/json";
  private static final String BINARY = "application/octet-stream";

  private final OpenInference protocol;
  private final SettingEndpoints settings;
  private final CallerGuard guard;

  /**
   * @param listening where the server listens
   */
  public RestEndpoints(OpenInference protocol, InetSocketAddress listening) {
    this.protocol = protocol;
    this.settings = new SettingEndpoints(protocol);
    this.guard = new CallerGuard(listening);
  }

  /**
   * What is answered.
   *
   * @param headerLength of an inference answer with bytes behind its JSON; otherwise -1
   */
  @SuppressWarnings("ArrayRecordComponent") // written once, then sent
  private record Reply(int status, byte[] body, int headerLength) {

    static Reply empty(int status) {
      return new Reply(status, new byte[0], -1);
    }

    static Reply of(Message message) {
      return of(Json.bytes(out -> Json.message(out, message)));
    }

    static Reply of(byte[] json) {
      return new Reply(200, json, -1);
    }

    static Reply error(int status, String message) {
      return new Reply(status, Json.error(message), -1);
    }
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Reply reply = answered(exchange);
      var headers = exchange.getResponseHeaders();
      headers.set("Content-Type", reply.headerLength() < 0 ? JSON : BINARY);
      if (reply.headerLength() >= 0) {
        headers.set(HEADER_LENGTH, Integer.toString(reply.headerLength()));
      }
      Transfer.send(exchange, reply.status(), reply.body());
    }
  }

  private Reply answered(HttpExchange exchange) throws IOException {
    try {
      guard.check(exchange.getRequestHeaders());
      return route(exchange, path(exchange));
    } catch (HttpRefusal e) {
      return Reply.error(e.status(), e.getMessage());
    } catch (RefusedRequestException e) {
      return Reply.error(HttpRefusal.status(e.code()), e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("{} {} failed", exchange.getRequestMethod(), exchange.getRequestURI(), e);
      return Reply.error(500, "internal failure; the gateway's log has it");
    }
  }

  private static List<String> path(HttpExchange exchange) throws HttpRefusal {
    try {
      return Arrays.stream(exchange.getRequestURI().getRawPath().substring(1).split("/", -1))
          .map(part -> URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8))
          .toList();
    } catch (IllegalArgumentException e) {
      throw HttpRefusal.badRequest("the path is not well encoded: " + e.getMessage());
    }
  }

  private Reply route(HttpExchange exchange, List<String> path)
      throws HttpRefusal, RefusedRequestException, IOException {
    if (!path.getFirst().equals("v2")) {
      throw notFound();
    }
    if (path.size() == 1) {
      requireMethod(exchange, "GET");
      return Reply.of(protocol.server());
    }
    List<String> rest = path.subList(2, path.size());
    return switch (path.get(1)) {
      case "health" -> health(exchange, rest);
      case "models" -> models(exchange, rest);
      case "repository" -> repository(exchange, rest);
      case "logging" -> {
        requireEmpty(rest);
        yield Reply.of(settings.logging(exchange));
      }
      case "trace" -> {
        if (!rest.equals(List.of("setting"))) {
          throw notFound();
        }
        yield Reply.of(settings.trace(exchange, ""));
      }
      case "systemsharedmemory" ->
          Reply.of(settings.sharedMemory(SharedMemory.SYSTEM, exchange, rest));
      case "cudasharedmemory" -> Reply.of(settings.sharedMemory(SharedMemory.CUDA, exchange, rest));
      default -> throw notFound();
    };
  }

  private static void requireEmpty(List<String> rest) throws HttpRefusal {
    if (!rest.isEmpty()) {
      throw notFound();
    }
  }

  private Reply health(HttpExchange exchange, List<String> rest) throws HttpRefusal {
    if (rest.equals(List.of("live"))) {
      requireMethod(exchange, "GET");
      return Reply.empty(200);
    }
    if (rest.equals(List.of("ready"))) {
      requireMethod(exchange, "GET");
      return Reply.empty(protocol.isReady() ? 200 : 400);
    }
    throw notFound();
  }

  /** {@code stats}, or {@code MODEL[/versions/VERSION][/ACTION]}. */
  private Reply models(HttpExchange exchange, List<String> rest)
      throws HttpRefusal, RefusedRequestException, IOException {
    if (rest.equals(List.of("stats"))) {
      requireMethod(exchange, "GET");
      return Reply.of(protocol.statistics("", ""));
    }
    if (rest.isEmpty() || rest.getFirst().isEmpty()) {
      throw notFound();
    }
    String model = rest.getFirst();
    boolean versioned = rest.size() > 2 && rest.get(1).equals("versions");
    String version = versioned ? rest.get(2) : "";
    if (versioned && !version.matches("[0-9]{1,18}")) {
      throw notFound();
    }
    List<String> action = rest.subList(versioned ? 3 : 1, rest.size());
    if (action.equals(List.of("infer"))) {
      requireMethod(exchange, "POST");
      return infer(exchange, model, version);
    }
    if (action.equals(List.of("trace", "setting"))) {
      return Reply.of(settings.trace(exchange, model));
    }
    requireMethod(exchange, "GET");
    return switch (String.join("/", action)) {
      case "" -> Reply.of(protocol.metadata(model, version));
      case "ready" ->
          protocol.isReady(model, version)
              ? Reply.empty(200)
              : Reply.error(400, "Model version not ready");
      case "config" -> Reply.of(protocol.config(model, version).getConfig());
      case "stats" -> Reply.of(protocol.statistics(model, version));
      default -> throw notFound();
    };
  }

  private Reply infer(HttpExchange exchange, String model, String version)
      throws HttpRefusal, RefusedRequestException, IOException {
    byte[] body = Transfer.body(exchange);
    InferenceBody.Asked asked =
        InferenceBody.read(body, headerLength(exchange, body), model, version);
    InferenceReply reply = InferenceReply.of(protocol.infer(asked.request()), asked);
    return new Reply(200, reply.body(), reply.headerLength());
  }

  private static int headerLength(HttpExchange exchange, byte[] body) throws HttpRefusal {
    String stated = exchange.getRequestHeaders().getFirst(HEADER_LENGTH);
    if (stated == null) {
      return body.length;
    }
    if (!stated.matches("[0-9]{1,9}") || Integer.parseInt(stated) > body.length) {
      throw HttpRefusal.badRequest(
          "invalid '%s': %s, the body has %d bytes".formatted(HEADER_LENGTH, stated, body.length));
    }
    return Integer.parseInt(stated);
  }

  /** {@code index}, or {@code models/MODEL/load|unload}. */
  private Reply repository(HttpExchange exchange, List<String> rest)
      throws HttpRefusal, RefusedRequestException, IOException {
    if (rest.equals(List.of("index"))) {
      requireMethod(exchange, "POST");
      InferParameter ready = fields(exchange, "").get("ready");
      return index(protocol.index("", ready != null && ready.getBoolParam()));
    }
    if (rest.size() != 3 || !rest.getFirst().equals("models") || rest.get(1).isEmpty()) {
      throw notFound();
    }
    String model = rest.get(1);
    switch (rest.get(2)) {
      case "load" -> {
        requireMethod(exchange, "POST");
        RepositoryModelLoadRequest.Builder load =
            RepositoryModelLoadRequest.newBuilder().setModelName(model);
        fields(exchange, "parameters")
            .keySet()
            .forEach(
                name -> load.putParameters(name, ModelRepositoryParameter.getDefaultInstance()));
        protocol.load(load.build());
      }
      case "unload" -> {
        requireMethod(exchange, "POST");
        fields(exchange, "parameters");
        protocol.unload(RepositoryModelUnloadRequest.newBuilder().setModelName(model).build());
      }
      default -> throw notFound();
    }
    return Reply.empty(200);
  }

  private static Reply index(RepositoryIndexResponse index) {
    return Reply.of(
        Json.bytes(
            out -> {
              out.writeStartArray();
              for (RepositoryIndexResponse.ModelIndex row : index.getModelsList()) {
                Json.message(out, row);
              }
              out.writeEndArray();
            }));
  }

  /** The scalars of the body, or of the object in its field; none when there is no body. */
  private static Map<String, InferParameter> fields(HttpExchange exchange, String field)
      throws HttpRefusal, IOException {
    byte[] body = Transfer.body(exchange);
    if (body.length == 0) {
      return Map.of();
    }
    try (JsonParser in = Json.FACTORY.createParser(body)) {
      in.nextToken();
      if (field.isEmpty()) {
        return Parameters.read(in);
      }
      if (in.currentToken() != JsonToken.START_OBJECT) {
        throw HttpRefusal.badRequest("the request must be a JSON object");
      }
      Map<String, InferParameter> found = Map.of();
      while (in.nextToken() != JsonToken.END_OBJECT) {
        String name = in.currentName();
        in.nextToken();
        if (name.equals(field)) {
          found = Parameters.read(in);
        } else {
          in.skipChildren();
        }
      }
      return found;
    } catch (IOException e) {
      throw InferenceBody.notJson(e);
    }
  }

  static void requireMethod(HttpExchange exchange, String method) throws HttpRefusal {
    if (!exchange.getRequestMethod().equals(method)) {
      exchange.getResponseHeaders().set("Allow", method);
      throw new HttpRefusal(405, "Method Not Allowed");
    }
  }

  static HttpRefusal notFound() {
    return new HttpRefusal(404, "Not Found");
  }
}
