package ai.neo.modelregistry;

import static ai.neo.modelregistry.TestRegistry.failure;
import static ai.neo.modelregistry.TestRegistry.move;
import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelregistry.gates.RegistryPolicy;
import ai.neo.modelregistry.webhook.WebhookSender;
import ai.neo.proto.registry.v1.AddWebhookRequest;
import ai.neo.proto.registry.v1.AliasAt;
import ai.neo.proto.registry.v1.AliasAtRequest;
import ai.neo.proto.registry.v1.Change;
import ai.neo.proto.registry.v1.GoldenRow;
import ai.neo.proto.registry.v1.GoldenRows;
import ai.neo.proto.registry.v1.HistoryRequest;
import ai.neo.proto.registry.v1.HistoryResponse;
import ai.neo.proto.registry.v1.Lineage;
import ai.neo.proto.registry.v1.ListWebhooksRequest;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RegisterRequest;
import ai.neo.proto.registry.v1.VerifyRequest;
import ai.neo.proto.registry.v1.VerifyResponse;
import ai.neo.proto.registry.v1.VersionName;
import ai.neo.proto.registry.v1.WatchRequest;
import ai.neo.proto.registry.v1.Webhook;
import ai.neo.proto.registry.v1.WebhookName;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.Status;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Who follows: by the stream, by webhook, by asking about the past. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChangesTest {
  private record Received(String event, String timestamp, String signature, String body) {}

  @TempDir private static Path directory;
  private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
  private final ConcurrentLinkedQueue<Integer> statuses = new ConcurrentLinkedQueue<>();
  private TestDatabase database;
  private HttpServer receiver;
  private TestRegistry neo;

  @BeforeAll
  void start(@ExtendWith(SharedPostgres.class) TestDatabase fresh) throws IOException {
    database = fresh;
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext("/", this::receive);
    receiver.start();
    neo = open();
  }

  private TestRegistry open() throws IOException {
    return new TestRegistry(
        new RegistrySettings(database.url(), directory),
        new RegistryPolicy(
            Map.of(), Map.of(), false, Map.of(), Set.of("127.0.0.1:" + port(), "redirect.test")));
  }

  private int port() {
    return receiver.getAddress().getPort();
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      var headers = exchange.getRequestHeaders();
      received.add(
          new Received(
              headers.getFirst("Neo-Event"),
              headers.getFirst("Neo-Timestamp"),
              headers.getFirst("Neo-Signature"),
              body));
      Integer status = statuses.poll();
      exchange.sendResponseHeaders(status == null ? 204 : status, -1);
    }
  }

  @AfterAll
  void stop() throws IOException {
    neo.close();
    receiver.stop(0);
  }

  private Webhook add(String url, String... events) {
    return neo.stub.addWebhook(
        AddWebhookRequest.newBuilder()
            .setUrl(url)
            .addAllEvents(List.of(events))
            .setActor("operator")
            .build());
  }

  private Received next() throws InterruptedException {
    Received next = received.poll(20, TimeUnit.SECONDS);
    assertThat(next).as("an event within 20 s").isNotNull();
    return next;
  }

  @Test
  void aWebhookIsSignedRepeatedUntilTakenAndOutlivesARestart() throws Exception {
    Webhook hook = add("http://127.0.0.1:" + port() + "/neo", "register", "promote");
    assertThat(neo.stub.testWebhook(WebhookName.newBuilder().setId(hook.getId()).build()))
        .extracting("delivered", "status")
        .containsExactly(true, 204);
    assertThat(new JsonObject(next().body()).getString("event")).isEqualTo("test");
    statuses.add(500); // the first attempt
    neo.register("hooked", 1);
    Received refused = next();
    neo.close();
    neo = open(); // the event waits in the database
    Received taken = next();
    assertThat(taken.event()).isEqualTo(refused.event());
    assertThat(taken.signature())
        .isEqualTo(
            WebhookSender.signature(
                hook.getSecret(), taken.event() + "." + taken.timestamp() + "." + taken.body()));
    JsonObject body = new JsonObject(taken.body());
    assertThat(body.getString("event")).isEqualTo("register");
    assertThat(body.getString("model")).isEqualTo("hooked");
    neo.stub.moveAlias(move("hooked", "", "1", "promote"));
    assertThat(new JsonObject(next().body()).getString("event")).isEqualTo("promote");
    neo.stub.removeWebhook(WebhookName.newBuilder().setId(hook.getId()).build());
    assertThat(neo.stub.listWebhooks(ListWebhooksRequest.getDefaultInstance()).getWebhooksList())
        .isEmpty();
  }

  @Test
  void nothingIsSentWhereItWasNotAllowed() {
    for (String url :
        List.of(
            "http://127.0.0.1:1/",
            "http://169.254.169.254/latest/meta-data/",
            "http://localhost:" + port() + "/",
            "file:///etc/passwd",
            "http://user@127.0.0.1:" + port() + "/",
            "gopher://127.0.0.1:" + port() + "/")) {
      assertThat(failure(() -> add(url)).getCode()).as(url).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
    assertThat(
            failure(() -> add("http://127.0.0.1:" + port() + "/", "everything")).getDescription())
        .contains("expected one of");
  }

  @Test
  void whoWasAwayCatchesUpInOrder() {
    neo.register("followed", 2);
    Iterator<Change> first = neo.stub.watch(WatchRequest.newBuilder().setModel("followed").build());
    assertThat(first.next().getPosition()).isZero();
    assertThat(first.next().getEntry().getAction()).isEqualTo("create");
    Change created = first.next();
    assertThat(created.getEntry().getAction()).isEqualTo("register");
    neo.register("followed", 3);
    neo.stub.moveAlias(move("followed", "", "1", "promote"));
    neo.stub.moveAlias(move("followed", "1", "2", "promote"));
    Iterator<Change> later =
        neo.stub.watch(
            WatchRequest.newBuilder()
                .setModel("followed")
                .setAfterPosition(created.getPosition())
                .build());
    assertThat(later.next().getPosition()).isEqualTo(created.getPosition());
    List<String> seen = new ArrayList<>();
    long position = created.getPosition();
    for (int i = 0; i < 3; i++) {
      Change change = later.next();
      assertThat(change.getPosition()).isGreaterThan(position);
      position = change.getPosition();
      seen.add(change.getEntry().getAction() + change.getEntry().getVersion());
    }
    assertThat(seen).containsExactly("register2", "promote1", "promote2");
    Iterator<Change> lost =
        neo.stub.watch(WatchRequest.newBuilder().setAfterPosition(1 << 20).build());
    assertThat(failure(lost::next).getCode()).isEqualTo(Status.Code.OUT_OF_RANGE);
  }

  @Test
  void theLedgerSaysWhoWasChampionWhen() {
    ModelVersion one = neo.register("past", 4);
    neo.register("past", 5);
    Instant before = Instant.now();
    neo.stub.moveAlias(move("past", "", "1", "promote"));
    Instant between = Instant.parse(at("past", Instant.now()).getMove().getTime());
    neo.stub.moveAlias(move("past", "1", "2", "promote"));
    assertThat(failure(() -> at("past", before.minusSeconds(1))).getCode())
        .isEqualTo(Status.Code.NOT_FOUND);
    AliasAt then = at("past", between);
    assertThat(then)
        .extracting(AliasAt::getVersion, AliasAt::getDigest, AliasAt::getEpoch)
        .containsExactly("1", one.getDigest(), 1L);
    AliasAt now = at("past", Instant.now().plusSeconds(60));
    assertThat(now.getVersion()).isEqualTo("2");
    assertThat(now.getEpoch()).isEqualTo(2);
    assertThat(now.getUntil()).isEmpty();
    assertThat(then.getUntil()).isEqualTo(now.getMove().getTime());
  }

  private AliasAt at(String model, Instant time) {
    return neo.stub.getAliasAt(
        AliasAtRequest.newBuilder().setModel(model).setTime(time.toString()).build());
  }

  @Test
  void goldenRowsAreKeptAndTheirDigestIsInTheLedger() {
    GoldenRow.Builder row =
        GoldenRow.newBuilder()
            .addAllFeatures(List.of(1f, -2f))
            .addAllActionProbabilities(List.of(0.25f, 0.5f, 0.25f));
    GoldenRows golden = GoldenRows.newBuilder().addRows(row).build();
    RegisterRequest request = TestRegistry.request("golden", Samples.neoDjl(7));
    neo.stub.register(request.toBuilder().setGoldenRows(golden).build());
    neo.stub.register(request);
    VersionName first = VersionName.newBuilder().setModel("golden").setVersion("1").build();
    assertThat(neo.stub.fetchArtifact(first).getVersion().getGoldenRows()).isEqualTo(golden);
    HistoryResponse history =
        neo.stub.history(HistoryRequest.newBuilder().setModel("golden").build());
    assertThat(history.getChainIntact()).isTrue();
    assertThat(history.getEntries(1).getEvidenceJson())
        .contains("\"golden_rows\":\"" + Sha256.hex(golden.toByteString().asReadOnlyByteBuffer()));
    assertThat(history.getEntries(2).getEvidenceJson()).doesNotContain("golden_rows");
    GoldenRows broken = GoldenRows.newBuilder().addRows(row.addFeatures(Float.NaN)).build();
    Status refused =
        failure(() -> neo.stub.register(request.toBuilder().setGoldenRows(broken).build()));
    assertThat(refused.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refused.getDescription()).contains("golden row 1: features must be finite");
  }

  @Test
  void lineageIsKeptAndADamagedArtifactIsFound() throws IOException {
    Lineage lineage =
        Lineage.newBuilder()
            .setDatasetManifest("s3://data/may.json")
            .setDatasetDigest("b".repeat(64))
            .setCode("1f2e3d")
            .setLearnerJournalOffset(0)
            .build();
    ModelVersion version =
        neo.stub.register(
            TestRegistry.request("made", Samples.neoDjl(6)).toBuilder()
                .setLineage(lineage)
                .build());
    assertThat(version.getLineage()).isEqualTo(lineage);
    VerifyRequest request = VerifyRequest.newBuilder().setModel("made").build();
    assertThat(neo.stub.verify(request).getProblemsList()).isEmpty();
    String digest = version.getDigest();
    Path file = directory.resolve("sha256").resolve(digest.substring(0, 2)).resolve(digest);
    file.toFile().setWritable(true);
    Files.write(file, new byte[] {1, 2, 3});
    VerifyResponse damaged = neo.stub.verify(request);
    assertThat(damaged.getProblemsList()).hasSize(1);
    assertThat(damaged.getProblems(0).getWhat()).isEqualTo("artifact");
    assertThat(damaged.getProblems(0).getVersion()).isEqualTo("1");
  }
}
