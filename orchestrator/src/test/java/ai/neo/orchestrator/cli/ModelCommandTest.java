package ai.neo.orchestrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.proto.learning.v1.FreezeRequest;
import ai.neo.proto.learning.v1.GetLastSwapRequest;
import ai.neo.proto.learning.v1.LearnerStatus;
import ai.neo.proto.learning.v1.LearningServiceGrpc;
import ai.neo.proto.learning.v1.PromoteRequest;
import ai.neo.proto.learning.v1.RollbackRequest;
import ai.neo.proto.learning.v1.RoutingServiceGrpc;
import ai.neo.proto.learning.v1.SwapReceipt;
import ai.neo.proto.registry.v1.Alias;
import ai.neo.proto.registry.v1.AliasName;
import ai.neo.proto.registry.v1.GateReport;
import ai.neo.proto.registry.v1.HistoryRequest;
import ai.neo.proto.registry.v1.HistoryResponse;
import ai.neo.proto.registry.v1.LedgerEntry;
import ai.neo.proto.registry.v1.ListVersionsRequest;
import ai.neo.proto.registry.v1.ListVersionsResponse;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RegisterRequest;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import ai.neo.proto.registry.v1.VerifyRequest;
import ai.neo.proto.registry.v1.VerifyResponse;
import ai.neo.proto.registry.v1.VersionName;
import io.grpc.stub.StreamObserver;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code ./neo model …} asks of registry and gateway, of which model, and where. */
class ModelCommandTest {
  private static final long MICROSECOND = 1000;

  @TempDir private Path directory;

  private final Registry registry = new Registry();
  private final Learning learning = new Learning();
  private final Routing routing = new Routing();
  private GatewayOfTests gateway;

  @BeforeEach
  void start() throws Exception {
    gateway = new GatewayOfTests(directory, registry, learning, routing);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private static <T> void answer(StreamObserver<T> caller, T value) {
    caller.onNext(value);
    caller.onCompleted();
  }

  /** Three versions of any model, of which 3 is champion, and a ledger as it is told. */
  private static final class Registry extends RegistryServiceGrpc.RegistryServiceImplBase {
    private final List<RegisterRequest> pushed = Collections.synchronizedList(new ArrayList<>());
    private final List<String> models = Collections.synchronizedList(new ArrayList<>());
    private volatile List<LedgerEntry> ledger = List.of();

    private static ModelVersion version(String model, String number) {
      ModelVersion.Builder version =
          ModelVersion.newBuilder()
              .setModel(model)
              .setVersion(number)
              .setDigest("ab".repeat(32))
              .setFormat("onnx")
              .setCreatedAt("2026-11-21T10:00:00.000Z");
      return number.equals("3") ? version.addAliases("champion").build() : version.build();
    }

    @Override
    public void register(RegisterRequest request, StreamObserver<ModelVersion> caller) {
      pushed.add(request);
      answer(
          caller,
          version(request.getModel(), "4").toBuilder().setLineage(request.getLineage()).build());
    }

    @Override
    public void getVersion(VersionName request, StreamObserver<ModelVersion> caller) {
      models.add(request.getModel());
      answer(caller, version(request.getModel(), request.getVersion()));
    }

    @Override
    public void getAlias(AliasName request, StreamObserver<Alias> caller) {
      answer(caller, Alias.newBuilder().setVersion("3").build());
    }

    @Override
    public void listVersions(
        ListVersionsRequest request, StreamObserver<ListVersionsResponse> caller) {
      models.add(request.getModel());
      answer(
          caller,
          ListVersionsResponse.newBuilder()
              .addVersions(version(request.getModel(), "3"))
              .addVersions(version(request.getModel(), "2"))
              .build());
    }

    @Override
    public void history(HistoryRequest request, StreamObserver<HistoryResponse> caller) {
      models.add(request.getModel());
      answer(
          caller, HistoryResponse.newBuilder().addAllEntries(ledger).setChainIntact(true).build());
    }

    @Override
    public void verify(VerifyRequest request, StreamObserver<VerifyResponse> caller) {
      models.add(request.getModel());
      answer(caller, VerifyResponse.getDefaultInstance());
    }

    @Override
    public void checkGates(VersionName request, StreamObserver<GateReport> caller) {
      models.add(request.getModel());
      answer(caller, GateReport.getDefaultInstance());
    }
  }

  private static final class Learning extends LearningServiceGrpc.LearningServiceImplBase {
    private final List<PromoteRequest> promoted = Collections.synchronizedList(new ArrayList<>());
    private final List<RollbackRequest> back = Collections.synchronizedList(new ArrayList<>());
    private final List<FreezeRequest> frozen = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void promote(PromoteRequest request, StreamObserver<SwapReceipt> caller) {
      promoted.add(request);
      answer(caller, receipt(request.getModel(), request.getVersion()).build());
    }

    @Override
    public void rollback(RollbackRequest request, StreamObserver<SwapReceipt> caller) {
      back.add(request);
      answer(caller, receipt(request.getModel(), "2").build());
    }

    @Override
    public void freeze(FreezeRequest request, StreamObserver<LearnerStatus> caller) {
      frozen.add(request);
      answer(caller, LearnerStatus.newBuilder().setModel(request.getModel()).build());
    }
  }

  private static final class Routing extends RoutingServiceGrpc.RoutingServiceImplBase {
    @Override
    public void getLastSwap(GetLastSwapRequest request, StreamObserver<SwapReceipt> caller) {
      answer(
          caller,
          receipt(request.getModel(), "3")
              .setP99AfterNs(700 * MICROSECOND)
              .setRequestsAfter(50)
              .build());
    }
  }

  private static SwapReceipt.Builder receipt(String model, String to) {
    return SwapReceipt.newBuilder()
        .setModel(model)
        .setFromVersion("1")
        .setToVersion(to)
        .setP99BeforeNs(800 * MICROSECOND)
        .setRequestsBefore(90)
        .setRecordedRows(12);
  }

  @Test
  void whoPushesRollsBackAndFreezesIsInTheRequest() throws Exception {
    Path file = Files.writeString(directory.resolve("my.onnx"), "a model");
    assertThat(gateway.neo("model", "push", file.toString(), "--actor", "anna").code()).isZero();
    assertThat(gateway.neo("model", "rollback", "--actor", "bert").code()).isZero();
    assertThat(gateway.neo("model", "freeze", "--actor", "carl").code()).isZero();
    assertThat(gateway.neo("model", "unfreeze").code()).isZero();
    assertThat(registry.pushed.getFirst().getActor()).isEqualTo("anna");
    assertThat(registry.pushed.getFirst().getReason()).isEqualTo("pushed");
    assertThat(registry.pushed.getFirst().getFormat()).as("by its bytes").isEmpty();
    assertThat(learning.back.getFirst().getActor()).isEqualTo("bert");
    assertThat(learning.frozen)
        .extracting(FreezeRequest::getActor)
        .containsExactly("carl", "operator");
    assertThat(learning.frozen).extracting(FreezeRequest::getFrozen).containsExactly(true, false);
  }

  @Test
  void aFormatIsStatedAndOneThatIsNoneIsRefused() throws Exception {
    Path file = Files.writeString(directory.resolve("program.pt"), "a program");
    GatewayOfTests.Result result =
        gateway.neo("model", "push", file.toString(), "--format", "torchscript");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(registry.pushed.getFirst().getFormat()).isEqualTo("torchscript");
    GatewayOfTests.Result pickle =
        gateway.neo("model", "push", file.toString(), "--format", "pickle");
    assertThat(pickle.code()).isEqualTo(2);
    assertThat(pickle.err()).contains("torchscript", "is 'pickle'");
    GatewayOfTests.Result missing = gateway.neo("model", "push", file + "x");
    assertThat(missing.code()).isEqualTo(2);
    assertThat(missing.err()).contains("program.ptx is not there; expected a file");
    assertThat(registry.pushed).hasSize(1);
  }

  @Test
  void whatAVersionWasMadeOfIsPushedWithIt() throws Exception {
    Path file = Files.writeString(directory.resolve("my.onnx"), "a model");
    String digest = "0f".repeat(32);
    GatewayOfTests.Result result =
        gateway.neo(
            "model",
            "push",
            file.toString(),
            "--parent",
            "3",
            "--reason",
            "with June",
            "--dataset-manifest",
            "june.txt",
            "--dataset-digest",
            digest,
            "--code",
            "5d0c1e7",
            "--json");
    assertThat(result.code()).as(result.err()).isZero();
    RegisterRequest pushed = registry.pushed.getFirst();
    assertThat(pushed.getParentVersion()).isEqualTo("3");
    assertThat(pushed.getReason()).isEqualTo("with June");
    JsonObject lineage = result.json().getJsonObject("lineage");
    assertThat(lineage.getString("dataset_manifest")).isEqualTo("june.txt");
    assertThat(lineage.getString("dataset_digest")).isEqualTo(digest);
    assertThat(lineage.getString("code")).isEqualTo("5d0c1e7");
    GatewayOfTests.Result wrong =
        gateway.neo("model", "push", file.toString(), "--dataset-digest", "0F");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("64 lower-case hexadecimal digits, is '0F'");
  }

  @Test
  void theReceiptOfAPromotionTellsTheTimesBefore() {
    JsonObject receipt = gateway.neo("model", "promote", "2", "--json").json();
    assertThat(receipt.getLong("p99_before_ns")).isEqualTo(800 * MICROSECOND);
    assertThat(receipt.getLong("requests_before")).isEqualTo(90);
    assertThat(receipt.getInteger("recorded_rows")).isEqualTo(12);
    assertThat(gateway.neo("model", "promote", "2").out()).contains("p99_before_ns");
  }

  @Test
  void theChampionTellsItsLastSwapWithTheTimesSinceAndOthersDoNot() {
    JsonObject champion = gateway.neo("model", "show", "--json").json();
    assertThat(champion.getString("version")).isEqualTo("3");
    JsonObject swap = champion.getJsonObject("last_swap");
    assertThat(swap.getLong("p99_before_ns")).isEqualTo(800 * MICROSECOND);
    assertThat(swap.getLong("p99_after_ns")).isEqualTo(700 * MICROSECOND);
    assertThat(swap.getLong("requests_after")).isEqualTo(50);
    assertThat(gateway.neo("model", "show", "2", "--json").json().containsKey("last_swap"))
        .isFalse();
  }

  private static LedgerEntry entry(String action, long request, Instant until) {
    return LedgerEntry.newBuilder()
        .setTime("2026-11-21T10:00:00.000Z")
        .setModel("direction")
        .setVersion("2")
        .setAction(action)
        .setActor("anna")
        .setEvidenceJson(
            new JsonObject().put("request", request).put("expires_at", until.toString()).encode())
        .build();
  }

  @Test
  void theHistoryHasItsEvidenceAndWhatWaitsForASecondPerson() {
    Instant later = Instant.now().plus(Duration.ofHours(1));
    registry.ledger =
        List.of(
            entry("promotion-requested", 5, Instant.now().minusSeconds(60)),
            entry("promotion-requested", 6, later),
            entry("promotion-requested", 7, later),
            entry("promotion-approved", 6, later),
            entry("promotion-forced", 8, later));
    JsonObject history = gateway.neo("model", "history", "--json").json();
    assertThat(history.getJsonArray("items").getJsonObject(0).getJsonObject("evidence"))
        .isEqualTo(new JsonObject(registry.ledger.getFirst().getEvidenceJson()));
    assertThat(history.getJsonArray("waiting"))
        .extracting(one -> ((JsonObject) one).getLong("id"))
        .containsExactly(7L, 8L);
    assertThat(gateway.neo("model", "history").out())
        .contains("v2 waits for a second person: request 7 by anna", "./neo model approve 7");
    JsonObject gates = gateway.neo("model", "gates", "2", "--json").json();
    assertThat(gates.getJsonArray("waiting")).hasSize(2);
    assertThat(gateway.neo("model", "gates", "1", "--json").json().getJsonArray("waiting"))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "2, , direction",
    "spread@2, , spread",
    "2, spread, spread",
    "spread@2, spread, spread",
  })
  void aVersionOfAnyModelIsPromoted(String version, String model, String expected) {
    List<String> words = new ArrayList<>(List.of("model", "promote", version));
    if (model != null) {
      words.addAll(List.of("--model", model));
    }
    GatewayOfTests.Result result = gateway.neo(words.toArray(String[]::new));
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(learning.promoted.getFirst().getModel()).isEqualTo(expected);
    assertThat(learning.promoted.getFirst().getVersion()).isEqualTo("2");
  }

  @ParameterizedTest
  @CsvSource({
    "promote 7x, expected VERSION or NAME@VERSION",
    "promote spread, expected VERSION or NAME@VERSION",
    "promote spread@2 --model other, name two models",
    "rollback spread --model other, name two models",
    "history spread@2, expected NAME",
    "gates spread@x, versions are whole numbers from 1",
    "promote direction@0, names no version; expected NAME or NAME@VERSION: versions are whole",
    "promote 0, versions are whole numbers from 1",
    "promote @3, expected NAME or NAME@VERSION",
    "verify spread --model other, name two models",
    "train --epochs 0, '--epochs must be 1 or more, is 0'",
    "train --epochs -3, '--epochs must be 1 or more, is -3'",
    "train --window 16, --window has no effect on mlp",
    "train --architecture autoencoder --window 1, --window has no effect on autoencoder",
    "train --architecture lstm --window 0, '--window must be 2 or more, is 0'",
    "list --registry nowhere, expected HOST:PORT",
  })
  void whatCannotBeMeantIsUsage(String words, String reason) {
    GatewayOfTests.Result result = gateway.neo(("model " + words).split(" "));
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains(reason);
    assertThat(learning.promoted).isEmpty();
    assertThat(learning.back).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "list spread",
    "list --model spread",
    "show spread",
    "show spread@2",
    "show 2 --model spread",
    "history spread",
    "history --model spread",
    "gates spread@2",
    "gates 2 --model spread",
    "verify spread",
    "verify --model spread",
  })
  void whatTheRegistryKnowsOfAnyModelIsAskedForWhereverItIs(String words) {
    for (String door : List.of("--registry", "--gateway")) {
      List<String> all = new ArrayList<>(List.of(("model " + words).split(" ")));
      all.addAll(List.of(door, gateway.address()));
      GatewayOfTests.Result result = GatewayOfTests.alone(all.toArray(String[]::new));
      assertThat(result.code()).as(result.err()).isZero();
    }
    assertThat(registry.models).hasSizeGreaterThan(1).containsOnly("spread");
  }

  @Test
  void aGatewayThatRunsByItselfIsAskedForWhatOnlyItCanDo() {
    String at = gateway.address();
    GatewayOfTests.Result result =
        GatewayOfTests.alone("model", "rollback", "spread", "--gateway", at);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(learning.back.getFirst().getModel()).isEqualTo("spread");
    assertThat(GatewayOfTests.alone("model", "freeze", "spread", "--gateway", at).code()).isZero();
    assertThat(GatewayOfTests.alone("model", "promote", "2", "--registry", at).code())
        .as("the address of a gateway, whatever it is called")
        .isZero();
  }

  @Test
  void aRegistryAloneSaysThatAGatewayIsNeeded() throws Exception {
    Registry other = new Registry();
    try (GatewayOfTests alone =
        new GatewayOfTests(Files.createDirectory(directory.resolve("alone")), other)) {
      GatewayOfTests.Result refused =
          GatewayOfTests.alone("model", "promote", "2", "--registry", alone.address());
      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.err())
          .contains(alone.address() + " does not serve this", "--gateway HOST:PORT");
      GatewayOfTests.Result both =
          GatewayOfTests.alone(
              "model", "show", "--registry", alone.address(), "--gateway", gateway.address());
      assertThat(both.code()).as(both.err()).isZero();
      assertThat(both.out()).contains("p99_after_ns");
      assertThat(other.models).containsOnly("direction");
      GatewayOfTests.Result show =
          GatewayOfTests.alone("model", "show", "--registry", alone.address());
      assertThat(show.code()).as(show.err()).isZero();
      assertThat(show.out()).doesNotContain("last_swap");
    }
  }

  @Test
  void whereNobodyAnswersTheAddressIsSaid() {
    String at = gateway.address();
    gateway.close();
    GatewayOfTests.Result result = GatewayOfTests.alone("model", "list", "--registry", at);
    assertThat(result.code()).isEqualTo(Neo.AWAY);
    assertThat(result.err()).contains("nothing answers at " + at);
    GatewayOfTests.Result none =
        GatewayOfTests.alone("model", "list", "--data-dir", directory.resolve("none").toString());
    assertThat(none.code()).isEqualTo(Neo.AWAY);
    assertThat(none.err()).contains("--registry HOST:PORT or --gateway HOST:PORT");
  }
}
