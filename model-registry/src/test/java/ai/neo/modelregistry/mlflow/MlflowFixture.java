package ai.neo.modelregistry.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelregistry.RegistrySettings;
import ai.neo.modelregistry.TestDatabase;
import ai.neo.modelregistry.TestRegistry;
import ai.neo.modelregistry.gates.RegistryPolicy;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A registry on a real PostgreSQL behind real HTTP and real gRPC, and a client of the former. */
final class MlflowFixture implements AutoCloseable {
  static final String JSON = "application/json";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  final TestRegistry neo;
  final FakeGateway gateway;
  private final MlflowServer server;
  private final HttpClient client;

  MlflowFixture(TestDatabase database, Path directory) throws IOException {
    this(database, directory, RegistryPolicy.NONE);
  }

  MlflowFixture(TestDatabase database, Path directory, RegistryPolicy policy) throws IOException {
    neo = new TestRegistry(new RegistrySettings(database.url(), directory), policy);
    gateway = new FakeGateway(neo);
    server = MlflowServer.start(neo.registry, gateway, 0);
    client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  /** What the server said. */
  record Reply(int status, JsonObject body, HttpResponse<byte[]> http) {
    /** The body of a call that went well. */
    JsonObject ok() {
      assertThat(status).as(body.encode()).isEqualTo(200);
      return body;
    }

    /** The message of a call that was refused in this way. */
    String refused(int expectedStatus, String code) {
      assertThat(body.getString("error_code")).as(body.encode()).isEqualTo(code);
      assertThat(status).isEqualTo(expectedStatus);
      assertThat(http.headers().firstValue("Content-Type")).contains(JSON);
      return body.getString("message");
    }

    String invalid() {
      return refused(400, "INVALID_PARAMETER_VALUE");
    }

    String absent() {
      return refused(404, "RESOURCE_DOES_NOT_EXIST");
    }

    String exists() {
      return refused(400, "RESOURCE_ALREADY_EXISTS");
    }
  }

  int port() {
    return server.port();
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
        .timeout(PATIENCE);
  }

  HttpResponse<byte[]> send(HttpRequest.Builder request) {
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  Reply reply(HttpRequest.Builder request) {
    HttpResponse<byte[]> http = send(request);
    String text = new String(http.body(), StandardCharsets.UTF_8);
    return new Reply(
        http.statusCode(), text.startsWith("{") ? new JsonObject(text) : new JsonObject(), http);
  }

  /** A call with a body. */
  Reply call(String verb, String path, Object... fields) {
    return reply(
        request("/api/2.0/mlflow/" + path)
            .header("Content-Type", JSON)
            .header("User-Agent", "test")
            .method(verb, HttpRequest.BodyPublishers.ofString(object(fields).encode())));
  }

  Reply post(String path, Object... fields) {
    return call("POST", path, fields);
  }

  /** A call with its parameters in the query; a list is a repeated one. */
  Reply get(String path, Object... fields) {
    List<String> query = new ArrayList<>();
    for (int i = 0; i < fields.length; i += 2) {
      for (Object value : fields[i + 1] instanceof List<?> many ? many : List.of(fields[i + 1])) {
        query.add(fields[i] + "=" + encoded(value.toString()));
      }
    }
    return reply(request("/api/2.0/mlflow/" + path + "?" + String.join("&", query)));
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** An object of names and values in turn. */
  static JsonObject object(Object... fields) {
    JsonObject object = new JsonObject();
    for (int i = 0; i < fields.length; i += 2) {
      object.put((String) fields[i], fields[i + 1]);
    }
    return object;
  }

  static JsonObject tag(String key, String value) {
    return object("key", key, "value", value);
  }

  static JsonArray array(Object... values) {
    return new JsonArray(List.of(values));
  }

  /** A field of each of the objects. */
  static List<Object> each(JsonObject body, String list, String field) {
    return body.getJsonArray(list, new JsonArray()).stream()
        .map(one -> field(((JsonObject) one), field))
        .toList();
  }

  private static Object field(JsonObject one, String field) {
    int dot = field.indexOf('.');
    return dot < 0
        ? one.getValue(field)
        : field(one.getJsonObject(field.substring(0, dot)), field.substring(dot + 1));
  }

  String experiment(String name) {
    return post("experiments/create", "name", name).ok().getString("experiment_id");
  }

  /** A run's id. */
  String run(String experiment) {
    return post("runs/create", "experiment_id", experiment, "start_time", 5)
        .ok()
        .getJsonObject("run")
        .getJsonObject("info")
        .getString("run_id");
  }

  Reply put(String path, byte[] bytes) {
    return reply(
        request("/api/2.0/mlflow-artifacts/artifacts/" + path)
            .PUT(HttpRequest.BodyPublishers.ofByteArray(bytes)));
  }

  /** A version of a model whose file is in a run; its number. */
  String version(String model, byte[] file) {
    String run = run("0");
    put("0/" + run + "/artifacts/net/model.onnx", file).ok();
    return post(
            "model-versions/create",
            "name",
            model,
            "source",
            "mlflow-artifacts:/0/" + run + "/artifacts/net",
            "run_id",
            run)
        .ok()
        .getJsonObject("model_version")
        .getString("version");
  }

  void model(String name) {
    post("registered-models/create", "name", name).ok();
  }

  @Override
  public void close() throws IOException {
    client.close();
    server.close();
    neo.close();
  }
}
