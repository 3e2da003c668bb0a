package ai.neo.modelregistry.mlflow;

import static ai.neo.modelregistry.mlflow.MlflowFixture.array;
import static ai.neo.modelregistry.mlflow.MlflowFixture.each;
import static ai.neo.modelregistry.mlflow.MlflowFixture.object;
import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelregistry.Samples;
import ai.neo.modelregistry.SharedPostgres;
import ai.neo.modelregistry.TestDatabase;
import ai.neo.modelregistry.gates.RegistryPolicy;
import ai.neo.proto.registry.v1.AddWebhookRequest;
import ai.neo.proto.registry.v1.HistoryResponse;
import ai.neo.proto.registry.v1.LedgerEntry;
import ai.neo.proto.registry.v1.ListWebhooksRequest;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** MLflow's webhooks, from the call that makes one to the body that a receiver checks. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebhookRoutesTest {
  private record Received(String delivery, String timestamp, String signature, String body) {}

  @TempDir private static Path directory;
  private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
  private HttpServer receiver;
  private MlflowFixture mlflow;

  @BeforeAll
  void start(@ExtendWith(SharedPostgres.class) TestDatabase database) throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/hook",
        exchange -> {
          var headers = exchange.getRequestHeaders();
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          received.add(
              new Received(
                  headers.getFirst("X-MLflow-Delivery-Id"),
                  headers.getFirst("X-MLflow-Timestamp"),
                  headers.getFirst("X-MLflow-Signature"),
                  body));
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    receiver.start();
    mlflow =
        new MlflowFixture(
            database,
            directory,
            new RegistryPolicy(Map.of(), Map.of(), false, Map.of(), Set.of("127.0.0.1:" + port())));
  }

  @AfterAll
  void stop() throws IOException {
    mlflow.close();
    receiver.stop(0);
  }

  private int port() {
    return receiver.getAddress().getPort();
  }

  private String url(String path) {
    return "http://127.0.0.1:" + port() + path;
  }

  private Received next() throws InterruptedException {
    Received next = received.poll(20, TimeUnit.SECONDS);
    assertThat(next).as("an event within 20 s").isNotNull();
    return next;
  }

  private static JsonObject event(String entity, String action) {
    return object("entity", entity, "action", action);
  }

  private JsonObject create(String name, JsonObject... events) {
    return mlflow
        .post(
            "webhooks",
            "name",
            name,
            "url",
            url("/hook?token=t0ken"),
            "events",
            array((Object[]) events),
            "secret",
            "s3cret",
            "description",
            "for the test")
        .ok()
        .getJsonObject("webhook");
  }

  private List<LedgerEntry> ledger(String id) {
    HistoryResponse history =
        mlflow.neo.stub.webhookHistory(ListWebhooksRequest.getDefaultInstance());
    assertThat(history.getChainIntact()).isTrue();
    return history.getEntriesList().stream()
        .filter(entry -> entry.getEvidenceJson().contains("\"webhook\":" + id + ","))
        .toList();
  }

  @Test
  void isMadeReadListedChangedTestedAndRemovedAndTheLedgerKnows() throws Exception {
    JsonObject made = create("hook-1", event("MODEL_VERSION", "CREATED"));
    String id = made.getString("webhook_id");
    assertThat(made.getString("status")).isEqualTo("ACTIVE");
    assertThat(made.encode()).doesNotContain("s3cret");
    assertThat(mlflow.get("webhooks/" + id).ok().getJsonObject("webhook")).isEqualTo(made);
    mlflow.neo.stub.addWebhook(
        AddWebhookRequest.newBuilder().setUrl(url("/neo")).setActor("operator").build());
    assertThat(each(mlflow.get("webhooks", "max_results", 10).ok(), "webhooks", "webhook_id"))
        .contains(id);
    assertThat(each(mlflow.get("webhooks").ok(), "webhooks", "name"))
        .as("those of Neo's own words are not shown")
        .doesNotContain("");

    JsonObject result = mlflow.post("webhooks/" + id + "/test").ok().getJsonObject("result");
    assertThat(result.getBoolean("success")).isTrue();
    assertThat(result.getInteger("response_status")).isEqualTo(204);
    assertThat(new JsonObject(next().body()).getJsonObject("data").getString("source"))
        .isEqualTo("models:/123");

    JsonObject changed =
        mlflow
            .call("PATCH", "webhooks/" + id, "status", "DISABLED", "name", "hook-2", "secret", "x")
            .ok()
            .getJsonObject("webhook");
    assertThat(changed.getString("status")).isEqualTo("DISABLED");
    assertThat(changed.getString("name")).isEqualTo("hook-2");
    assertThat(changed.getString("description")).isEqualTo("for the test");
    mlflow.call("DELETE", "webhooks/" + id).ok();
    mlflow.get("webhooks/" + id).absent();

    List<LedgerEntry> entries = ledger(id);
    assertThat(entries)
        .extracting(LedgerEntry::getAction)
        .containsExactly("webhook-add", "webhook-change", "webhook-remove");
    assertThat(entries)
        .allSatisfy(
            entry -> {
              assertThat(entry.getActor()).isEqualTo("mlflow");
              assertThat(entry.getReason()).contains("through the MLflow API");
              assertThat(entry.getEvidenceJson())
                  .contains(url("/hook"))
                  .doesNotContain("s3cret", "t0ken");
            });
    assertThat(entries.get(1).getEvidenceJson()).contains("\"secret_changed\":true");
  }

  @Test
  void whatHappensIsToldInMlflowsWordsUnderItsSignature() throws Exception {
    String id =
        create(
                "told",
                event("REGISTERED_MODEL", "CREATED"),
                event("MODEL_VERSION", "CREATED"),
                event("MODEL_VERSION_ALIAS", "CREATED"),
                event("MODEL_VERSION_ALIAS", "DELETED"))
            .getString("webhook_id");
    mlflow.model("told");
    Received created = next();
    assertThat(created.signature()).isEqualTo(signature("s3cret", created));
    assertThat(new JsonObject(created.body()).getString("entity")).isEqualTo("registered_model");
    mlflow.version("told", Samples.neoDjl(3).toByteArray());
    JsonObject version = new JsonObject(next().body());
    assertThat(version.getString("entity") + "." + version.getString("action"))
        .isEqualTo("model_version.created");
    assertThat(version.getJsonObject("data").getString("version")).isEqualTo("1");
    assertThat(version.getJsonObject("data").getString("source")).startsWith("mlflow-artifacts:/");
    mlflow.post("registered-models/alias", "name", "told", "alias", "mine", "version", "1").ok();
    assertThat(new JsonObject(next().body()).getJsonObject("data"))
        .isEqualTo(object("name", "told", "alias", "mine", "version", "1"));
    mlflow.call("DELETE", "registered-models/alias", "name", "told", "alias", "mine").ok();
    JsonObject gone = new JsonObject(next().body());
    assertThat(gone.getString("action")).isEqualTo("deleted");
    assertThat(gone.getJsonObject("data")).isEqualTo(object("name", "told", "alias", "mine"));
    mlflow.call("DELETE", "webhooks/" + id).ok();
  }

  @Test
  void aFirstVersionOverGrpcTellsOfItsModelFirst() throws Exception {
    String id =
        create("first", event("REGISTERED_MODEL", "CREATED"), event("MODEL_VERSION", "CREATED"))
            .getString("webhook_id");
    mlflow.neo.register("over-grpc", 4);
    mlflow.neo.register("over-grpc", 5);
    Received created = next();
    assertThat(created.signature()).isEqualTo(signature("s3cret", created));
    JsonObject model = new JsonObject(created.body());
    assertThat(model.getString("entity")).isEqualTo("registered_model");
    assertThat(model.getJsonObject("data"))
        .isEqualTo(object("name", "over-grpc", "tags", object(), "description", null));
    for (String version : List.of("1", "2")) {
      JsonObject told = new JsonObject(next().body());
      assertThat(told.getString("entity")).isEqualTo("model_version");
      assertThat(told.getJsonObject("data").getString("version")).isEqualTo(version);
    }
    mlflow.call("DELETE", "webhooks/" + id).ok();
  }

  @Test
  void whatCannotBeToldOrSentIsRefused() {
    Object[] good = {
      "name", "n", "url", url("/"), "events", array(event("MODEL_VERSION", "CREATED"))
    };
    assertThat(
            mlflow
                .post(
                    "webhooks",
                    "name",
                    "n",
                    "url",
                    url("/"),
                    "events",
                    array(event("MODEL_VERSION_TAG", "SET")))
                .invalid())
        .contains("does not happen here");
    mlflow.post("webhooks", "name", "n", "url", url("/")).invalid();
    mlflow.post("webhooks", "url", url("/"), "events", good[5]).invalid();
    mlflow.post("webhooks", "name", "-n", "url", url("/"), "events", good[5]).invalid();
    assertThat(
            mlflow
                .post("webhooks", "name", "n", "url", "http://169.254.169.254/", "events", good[5])
                .invalid())
        .contains("webhook_hosts");
    mlflow.get("webhooks/0").absent();
    mlflow.get("webhooks/x").absent();
    mlflow.call("DELETE", "webhooks/999999").absent();
    mlflow.get("webhooks", "max_results", 0).invalid();
  }

  private static String signature(String secret, Received received) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    String signed = received.delivery() + "." + received.timestamp() + "." + received.body();
    return "v1,"
        + Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
  }
}
