package ai.neo.modelregistry.mlflow;

import static ai.neo.modelregistry.mlflow.MlflowFixture.JSON;
import static ai.neo.modelregistry.mlflow.MlflowFixture.array;
import static ai.neo.modelregistry.mlflow.MlflowFixture.encoded;
import static ai.neo.modelregistry.mlflow.MlflowFixture.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelregistry.SharedPostgres;
import ai.neo.modelregistry.TestDatabase;
import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What holds for every call: who is answered, and how what is no call is refused. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MlflowServerTest {
  private static final String CREATE = "/api/2.0/mlflow/registered-models/create";

  @TempDir private static Path directory;
  private MlflowFixture mlflow;

  @BeforeAll
  void start(@ExtendWith(SharedPostgres.class) TestDatabase database) throws IOException {
    mlflow = new MlflowFixture(database, directory);
  }

  @AfterAll
  void stop() throws IOException {
    mlflow.close();
  }

  @Test
  void probesAreAnswered() {
    assertThat(text("/health")).isEqualTo("OK");
    assertThat(text("/version")).isEqualTo("3.17.2");
    assertThat(
            mlflow
                .reply(mlflow.request("/api/3.0/mlflow/server-info"))
                .ok()
                .getBoolean("multipart_uploads_enabled"))
        .isFalse();
  }

  @Test
  void theLinksOfMlflowsClientLeadToAPageThatSaysWhatThisIs() throws IOException {
    HttpResponse<byte[]> page = mlflow.send(mlflow.request("/#/experiments/0/runs/1"));
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'none'");
    assertThat(page.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(page.body()).hasSizeLessThan(1024);
    assertThat(text("/"))
        .contains("Neo", "MLFLOW_TRACKING_URI", "./neo model list")
        .doesNotContain("<script", "http:", "https:", "src=", "href=");
    assertThat(raw("evil.example", "/")).contains("403 Forbidden").doesNotContain("<html");
  }

  @Test
  void foreignHostsAndPagesAreRefused() throws IOException {
    int port = mlflow.port();
    for (String host : List.of("evil.example:" + port, "127.0.0.1", "localhost:1", "")) {
      assertThat(raw(host)).as(host).contains("403 Forbidden", "PERMISSION_DENIED");
    }
    for (String host : List.of("127.0.0.1:" + port, "localhost:" + port, "LOCALHOST:" + port)) {
      assertThat(raw(host)).as(host).startsWith("HTTP/1.1 200");
    }
    mlflow
        .reply(mlflow.request("/health").header("Origin", "http://evil.example"))
        .refused(403, "PERMISSION_DENIED");
    mlflow
        .reply(mlflow.request("/health").header("Origin", "null"))
        .refused(403, "PERMISSION_DENIED");
    assertThat(
            mlflow
                .send(mlflow.request("/health").header("Origin", "http://127.0.0.1:" + port))
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void itListensAndAnswersWhereItsOperatorSays() throws IOException {
    MlflowAddress everywhere = new MlflowAddress("0.0.0.0", 0, List.of("Models.lan", "::2"));
    try (MlflowServer open = MlflowServer.start(mlflow.neo.registry, mlflow.gateway, everywhere)) {
      for (String host :
          List.of("models.lan", "MODELS.LAN:80", "[::2]:9", "localhost:" + open.port())) {
        assertThat(raw(2, open.port(), host)).as(host).startsWith("HTTP/1.1 200");
      }
      for (String host : List.of("evil.example", "0.0.0.0:" + open.port(), "models.lan.evil")) {
        assertThat(raw(2, open.port(), host)).as(host).contains("403", "--allow-host");
      }
      assertThat(raw(2, open.port(), "models.lan\r\nOrigin: https://models.lan")).contains("200");
      assertThat(raw(2, open.port(), "models.lan\r\nOrigin: http://evil.example")).contains("403");
    }
    try (MlflowServer one =
        MlflowServer.start(
            mlflow.neo.registry, mlflow.gateway, new MlflowAddress("127.0.0.2", 0, List.of()))) {
      assertThat(raw(2, one.port(), "127.0.0.2:" + one.port())).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void onlyLoopbackIsListenedOn() {
    assertThatThrownBy(
            () ->
                new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 2}), mlflow.port())
                    .close())
        .isInstanceOf(IOException.class);
  }

  @Test
  void aTakenPortIsAnErrorThatSaysSo() {
    assertThatThrownBy(() -> MlflowServer.start(mlflow.neo.registry, mlflow.gateway, mlflow.port()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot listen on 127.0.0.1:" + mlflow.port());
  }

  @Test
  void whatIsNoEndpointIsRefusedAsJson() {
    mlflow.get("no/such/route").refused(404, "ENDPOINT_NOT_FOUND");
    mlflow.reply(mlflow.request("/api/2.0/other")).refused(404, "ENDPOINT_NOT_FOUND");
    mlflow.reply(mlflow.request("/index.html")).refused(404, "ENDPOINT_NOT_FOUND");
    mlflow.call("DELETE", "runs/get").refused(405, "METHOD_NOT_ALLOWED");
    mlflow.call("PUT", "logged-models/m-1").refused(405, "METHOD_NOT_ALLOWED");
    assertThat(
            mlflow
                .reply(mlflow.request("/ajax-api/2.0/mlflow/experiments/get?experiment_id=0"))
                .ok())
        .isNotNull();
  }

  @Test
  void bodiesThatAreNoJsonObjectAreRefused() {
    assertThat(body("", JSON).invalid()).startsWith("Missing value for required parameter 'name'.");
    for (String cut : List.of("{not json", "{\"name\":\"cut", "{\"name\":\"x\"} }", " ", "\"{\"")) {
      assertThat(body(cut, JSON).invalid())
          .as(cut)
          .startsWith("The body of %d bytes cannot be read as JSON".formatted(cut.length()));
    }
    for (String other : List.of("[1]", "7", "null", "true", "\"7\"")) {
      assertThat(body(other, JSON).invalid()).as(other).endsWith("expected a JSON object");
    }
    body("{\"name\":\"x\"}", "text/plain").invalid();
    body("{\"name\":{}}", JSON).invalid();
    body("{\"name\":\"nul\\u0000\"}", JSON).invalid();
    body("{\"name\":null}", JSON).invalid();
    body("{\"name\":\"x\",\"tags\":[7]}", JSON).invalid();
    body("\"{\\\"name\\\":\\\"twice-encoded\\\"}\"", JSON).ok();
    mlflow.get("registered-models/get", "name", "twice-encoded").ok();
    assertThat(body("x".repeat(33 << 20), JSON).status()).isEqualTo(413);
    body("{\"name\":\"after-the-large-one\"}", JSON).ok();
  }

  @Test
  void longSearchesAreAnswered() {
    String ids = ",'" + "0123456789abcdef".repeat(2) + "'";
    String filter = "run_id IN ('a'" + ids.repeat(400) + ")";
    mlflow.get("model-versions/search", "filter", filter, "unknown", "ignored").ok();
    mlflow.get("experiments/get-by-name", "experiment_name", "模".repeat(500)).absent();
    assertThat(encoded(filter).length()).isGreaterThan(16_000);
  }

  @Test
  void theLedgerNamesWhoSignedIn() {
    String login =
        Base64.getEncoder().encodeToString("ann:secret".getBytes(StandardCharsets.UTF_8));
    mlflow
        .reply(
            mlflow
                .request(CREATE)
                .header("Content-Type", JSON)
                .header("Authorization", "Basic " + login)
                .header("User-Agent", "mlflow-python-client/3.17.2")
                .POST(HttpRequest.BodyPublishers.ofString(object("name", "signed").encode())))
        .ok();
    assertThat(mlflow.neo.history("signed").getEntries(0).getActor()).isEqualTo("ann");
    assertThat(mlflow.neo.history("signed").getEntries(0).getReason())
        .isEqualTo("through the MLflow API by mlflow-python-client/3.17.2");
  }

  @Test
  void aBodyThatWasCutOffMakesNoRun() {
    String experiment = mlflow.experiment("meant");
    String runs = "/api/2.0/mlflow/runs/create";
    body(runs, "{\"experiment_id\":\"" + experiment + "\"", JSON).invalid();
    JsonArray both = array("0", experiment);
    assertThat(mlflow.post("runs/search", "experiment_ids", both).ok().isEmpty()).isTrue();
    for (String empty : List.of("", "{}")) {
      assertThat(
              body(runs, empty, JSON)
                  .ok()
                  .getJsonObject("run")
                  .getJsonObject("info")
                  .getString("experiment_id"))
          .isEqualTo("0");
    }
  }

  private MlflowFixture.Reply body(String body, String type) {
    return body(CREATE, body, type);
  }

  private MlflowFixture.Reply body(String path, String body, String type) {
    return mlflow.reply(
        mlflow
            .request(path)
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private String text(String path) {
    return new String(mlflow.send(mlflow.request(path)).body(), StandardCharsets.UTF_8);
  }

  private String raw(String host) throws IOException {
    return raw(host, "/health");
  }

  private String raw(String host, String path) throws IOException {
    return raw(1, mlflow.port(), host, path);
  }

  private static String raw(int lastByte, int port, String host) throws IOException {
    return raw(lastByte, port, host, "/health");
  }

  /** A request to 127.0.0.N. */
  private static String raw(int lastByte, int port, String host, String path) throws IOException {
    InetAddress address = InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) lastByte});
    try (Socket socket = new Socket(address, port)) {
      socket.setSoTimeout(20_000);
      String request =
          "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
