package ai.neo.modeltier;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.proto.learning.v1.Arm;
import ai.neo.proto.learning.v1.FreezeRequest;
import ai.neo.proto.learning.v1.LearningServiceGrpc;
import ai.neo.proto.learning.v1.ModelChange;
import ai.neo.proto.learning.v1.PromoteRequest;
import ai.neo.proto.learning.v1.RollbackRequest;
import ai.neo.proto.learning.v1.Route;
import ai.neo.proto.learning.v1.RoutingServiceGrpc;
import ai.neo.proto.learning.v1.SetRouteRequest;
import ai.neo.proto.learning.v1.WatchModelsRequest;
import ai.neo.proto.registry.v1.AliasName;
import ai.neo.proto.registry.v1.Approval;
import ai.neo.proto.registry.v1.GoldenRow;
import ai.neo.proto.registry.v1.GoldenRows;
import ai.neo.proto.registry.v1.HistoryRequest;
import ai.neo.proto.registry.v1.LedgerEntry;
import ai.neo.proto.registry.v1.MoveAliasRequest;
import ai.neo.proto.registry.v1.PromotionRequest;
import ai.neo.proto.registry.v1.RegisterRequest;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import ai.neo.proto.registry.v1.RegistryServiceGrpc.RegistryServiceBlockingStub;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.vertx.core.json.JsonObject;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A registry and a gateway that follows it, each by itself: nothing serves that was not loaded. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SplitTierTest {
  private static final String MODEL = "direction";
  private static final String ANNA =
      "Basic " + Base64.getEncoder().encodeToString("anna:".getBytes(StandardCharsets.UTF_8));

  @TempDir private Path directory;

  private EmbeddedPostgres postgres;
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private int tiers;

  @BeforeAll
  void start() throws IOException {
    postgres = EmbeddedPostgres.start();
  }

  @AfterAll
  void stop() throws IOException {
    channels.forEach(ManagedChannel::shutdownNow);
    http.close();
    postgres.close();
  }

  @Test
  void whoeverAsksTheRegistryTheGatewayLoadsAndAnswersFirst() throws Exception {
    int port = freePort();
    Path policy = directory.resolve("policy.yaml");
    Files.writeString(policy, "models: {direction: {second_person: true}}");
    String gatewayAt = "127.0.0.1:" + port;
    try (RunningTier alone =
        tier("--registry-only", "--gateway", gatewayAt, "--policy", policy.toString())) {
      RegistryServiceBlockingStub registry = registry(alone);
      register(registry, 1);
      register(registry, 2);
      registry.register(network(3).setGoldenRows(neverAnswered()).build());
      assertThat(mlflow(alone, "POST", "alias", champion("1")))
          .as("not yet started")
          .matches("503 .*the gateway " + gatewayAt + ".*gave no answer.*refused.*");
      try (RunningTier gateway =
          tier("--registry", "127.0.0.1:" + alone.grpcPort(), "--grpc-port", "" + port)) {
        assertThat(mlflow(alone, "POST", "alias", champion("1"))).startsWith("200");
        assertThat(served(gateway)).isEqualTo("1"); // at once, without waiting to follow
        assertThat(last(registry, "promote"))
            .returns("anna", LedgerEntry::getActor)
            .returns("through the MLflow API by stock", LedgerEntry::getReason);

        gatesAndRefusalsReachTheCaller(alone, registry, gateway);
        theChampionIsNotTakenAway(alone);

        learning(alone.grpcPort())
            .rollback(RollbackRequest.newBuilder().setModel(MODEL).setActor("bert").build());
        assertThat(served(gateway)).isEqualTo("1");
        assertThat(last(registry, "rollback").getActor()).isEqualTo("bert");
      }
      assertThat(mlflow(alone, "POST", "alias", champion("2"))).startsWith("503");
      assertRefused(
          () -> registry.moveAlias(move("1", "2", "promote")),
          Status.Code.UNAVAILABLE,
          "Version 2 of model 'direction' is not champion as far as is known");
      assertThat(championOf(registry)).isEqualTo("1");
      // What was loaded once is gone back to without anybody.
      assertThat(registry.moveAlias(move("1", "2", "rollback")).getVersion()).isEqualTo("2");
    }
  }

  private void gatesAndRefusalsReachTheCaller(
      RunningTier alone, RegistryServiceBlockingStub registry, RunningTier gateway)
      throws Exception {
    assertRefused(
        () -> registry.moveAlias(move("1", "2", "promote")),
        Status.Code.FAILED_PRECONDITION,
        "which stays as it was: the registry refuses: Version 2",
        "gate second-person");
    assertThat(last(registry, "promotion-gate-refused").getActor()).isEqualTo("carl");
    assertThat(mlflow(alone, "POST", "alias", champion("3"))).matches("400 .*golden.*");
    assertRefused(
        () -> registry.moveAlias(move("1", "3", "move")),
        Status.Code.FAILED_PRECONDITION,
        "golden");
    assertRefused(
        () -> registry.moveAlias(move("2", "3", "promote")),
        Status.Code.ABORTED,
        "points to version 1");
    assertThat(championOf(registry)).isEqualTo("1");

    approve(registry);
    assertThat(registry.moveAlias(move("1", "2", "promote")).getVersion()).isEqualTo("2");
    assertThat(served(gateway)).isEqualTo("2");
    assertThat(last(registry, "promote"))
        .returns("carl", LedgerEntry::getActor)
        .returns("better", LedgerEntry::getReason);
  }

  private void theChampionIsNotTakenAway(RunningTier alone) throws Exception {
    JsonObject model = new JsonObject().put("name", MODEL);
    for (String answer :
        List.of(
            mlflow(alone, "DELETE", "alias", model.copy().put("alias", "champion")),
            mlflow(alone, "DELETE", "delete", model),
            mlflow(alone, "POST", "rename", model.copy().put("new_name", "other")),
            call(alone, "DELETE", "model-versions/delete", model.copy().put("version", "2")))) {
      assertThat(answer).matches("400 .*by promoting another version, and not be taken away.*");
    }
    assertThat(call(alone, "DELETE", "model-versions/delete", model.copy().put("version", "3")))
        .startsWith("200");
  }

  @Test
  void aRegistryThatKnowsNoGatewaySaysWhomToAsk() throws Exception {
    try (RunningTier alone = tier("--registry-only", "--may-end", "old")) {
      RegistryServiceBlockingStub registry = registry(alone);
      registry.register(network(1).setModel("old").build());
      JsonObject first =
          new JsonObject().put("name", "old").put("alias", "champion").put("version", "1");
      String whom = "./neo model promote 1 --gateway HOST:PORT";
      assertThat(mlflow(alone, "POST", "alias", first)).startsWith("400").contains(whom);
      MoveAliasRequest move = move("", "1", "promote").toBuilder().setModel("old").build();
      assertRefused(() -> registry.moveAlias(move), Status.Code.FAILED_PRECONDITION, whom);
      assertRefused(
          () ->
              learning(alone.grpcPort())
                  .promote(PromoteRequest.newBuilder().setModel("old").setVersion("1").build()),
          Status.Code.FAILED_PRECONDITION,
          whom);
      try (RunningTier gateway = tier("--registry", "127.0.0.1:" + alone.grpcPort())) {
        learning(gateway.grpcPort())
            .promote(
                PromoteRequest.newBuilder()
                    .setModel("old")
                    .setVersion("1")
                    .setActor("anna")
                    .setReason("the first")
                    .build());
      }
      assertThat(
              registry
                  .getAlias(AliasName.newBuilder().setModel("old").setAlias("champion").build())
                  .getVersion())
          .isEqualTo("1");
      assertThat(mlflow(alone, "DELETE", "alias", first)).startsWith("200"); // as was stated
    }
  }

  @Test
  void aRegistryIsNotTakenForAGateway() throws Exception {
    int port = freePort();
    try (RunningTier alone =
        tier("--registry-only", "--gateway", "127.0.0.1:" + port, "--grpc-port", "" + port)) {
      RegistryServiceBlockingStub registry = registry(alone);
      registry.register(network(1).setModel("loop").build());
      assertRefused(
          () -> registry.moveAlias(move("", "1", "promote").toBuilder().setModel("loop").build()),
          Status.Code.FAILED_PRECONDITION,
          "must name a gateway, and a registry listens there");
    }
  }

  @Test
  void whatTheRegistryDoesNotHaveIsNotFoundAndItsSilenceIsItsOwn() throws Exception {
    RunningTier alone = tier("--registry-only");
    String model = "split";
    registry(alone).register(network(1).setModel(model).build());
    String at = "127.0.0.1:" + alone.grpcPort();
    Path kept = directory.resolve("kept");
    try (RunningTier gateway = tier("--registry", at, "--data-dir", kept.toString())) {
      LearningServiceGrpc.LearningServiceBlockingStub learning = learning(gateway.grpcPort());
      PromoteRequest.Builder promote =
          PromoteRequest.newBuilder().setModel(model).setActor("anna").setReason("try");
      learning.promote(promote.setVersion("1").build());
      assertRefused(
          () -> learning.promote(promote.clone().setVersion("99").build()),
          Status.Code.NOT_FOUND,
          "99");
      Arm canary = Arm.newBuilder().setKind(Arm.Kind.CANARY).setVersion("99").setShare(0.1).build();
      Route route =
          Route.newBuilder().setModel(model).addArms(canary).setActor("a").setReason("b").build();
      assertRefused(
          () ->
              RoutingServiceGrpc.newBlockingStub(channel(gateway.grpcPort()))
                  .setRoute(SetRouteRequest.newBuilder().setRoute(route).build()),
          Status.Code.NOT_FOUND,
          "99");
      assertRefused(
          () -> learning.freeze(FreezeRequest.newBuilder().setModel("directoin").build()),
          Status.Code.NOT_FOUND,
          "there is no model 'directoin'");
      assertThat(kept.resolve("learning")).isDirectoryNotContaining("glob:**directoin");

      alone.close();
      String silent = "the registry behind this gateway does not answer (";
      assertRefused(
          () -> registry(gateway).history(HistoryRequest.newBuilder().setModel(model).build()),
          Status.Code.UNAVAILABLE,
          silent);
      assertRefused(() -> learning.promote(promote.build()), Status.Code.UNAVAILABLE, silent);
    } finally {
      alone.close();
    }
  }

  @Test
  void aRegistryThatSaysNothingIsToldOfBeforeTheCallerGivesUp() throws Exception {
    try (ServerSocket mute = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
      Server gateway =
          NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .addService(new RegistryForward(channel(mute.getLocalPort())))
              .build()
              .start();
      try {
        ManagedChannel asking = channel(gateway.getPort());
        assertRefused(
            () -> // connects
            LearningServiceGrpc.newBlockingStub(asking)
                    .rollback(RollbackRequest.getDefaultInstance()),
            Status.Code.UNIMPLEMENTED,
            "Method not found");
        RegistryServiceBlockingStub registry =
            RegistryServiceGrpc.newBlockingStub(asking).withDeadlineAfter(2, TimeUnit.SECONDS);
        assertRefused(
            () -> championOf(registry),
            Status.Code.UNAVAILABLE,
            "the registry behind this gateway does not answer (not in time)");
      } finally {
        gateway.shutdownNow();
      }
    }
  }

  private RunningTier tier(String... options) throws IOException {
    List<String> all = new ArrayList<>();
    all.addAll(List.of("--grpc-port", "0", "--http-port", "0", "--registry-port", "0"));
    all.addAll(List.of("--data-dir", directory.resolve("tier-" + tiers++).toString()));
    all.addAll(List.of(options));
    return new RunningTier(
        TierSettings.of(all, Map.of("NEO_POSTGRES_URL", TierProcess.url(postgres))));
  }

  private ManagedChannel channel(int port) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    channels.add(channel);
    return channel;
  }

  private RegistryServiceBlockingStub registry(RunningTier tier) {
    return RegistryServiceGrpc.newBlockingStub(channel(tier.grpcPort()));
  }

  private LearningServiceGrpc.LearningServiceBlockingStub learning(int port) {
    return LearningServiceGrpc.newBlockingStub(channel(port))
        .withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  private String served(RunningTier gateway) {
    ModelChange now =
        learning(gateway.grpcPort())
            .watchModels(WatchModelsRequest.newBuilder().setModel(MODEL).build())
            .next();
    return now.getVersion();
  }

  private String mlflow(RunningTier tier, String method, String what, JsonObject body)
      throws Exception {
    return call(tier, method, "registered-models/" + what, body);
  }

  /** Status and body. */
  private String call(RunningTier tier, String method, String path, JsonObject body)
      throws Exception {
    URI at = URI.create("http://127.0.0.1:" + tier.registryPort() + "/api/2.0/mlflow/" + path);
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(at)
                .header("Content-Type", "application/json")
                .header("Authorization", ANNA)
                .header("User-Agent", "stock")
                .method(method, HttpRequest.BodyPublishers.ofString(body.encode()))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    return answer.statusCode() + " " + answer.body();
  }

  private static JsonObject champion(String version) {
    return new JsonObject().put("name", MODEL).put("alias", "champion").put("version", version);
  }

  private static MoveAliasRequest move(String from, String to, String action) {
    return MoveAliasRequest.newBuilder()
        .setModel(MODEL)
        .setAlias("champion")
        .setExpectedVersion(from)
        .setVersion(to)
        .setActor("carl")
        .setReason("better")
        .setAction(action)
        .build();
  }

  private static void register(RegistryServiceBlockingStub registry, long seed) {
    registry.register(network(seed).build());
  }

  private static RegisterRequest.Builder network(long seed) {
    return RegisterRequest.newBuilder()
        .setModel(MODEL)
        .setArtifact(KilledRegistryTest.network(seed))
        .setFeatureSetId("features-1")
        .setActor("test");
  }

  private static GoldenRows neverAnswered() {
    return GoldenRows.newBuilder()
        .addRows(
            GoldenRow.newBuilder()
                .addAllFeatures(List.of(1f, 2f, 3f, 4f))
                .addAllActionProbabilities(List.of(1f, 0f, 0f)))
        .build();
  }

  private static void approve(RegistryServiceBlockingStub registry) {
    long id =
        registry
            .requestPromotion(
                PromotionRequest.newBuilder()
                    .setModel(MODEL)
                    .setVersion("2")
                    .setActor("anna")
                    .setReason("try it")
                    .build())
            .getId();
    assertThat(
            registry
                .approvePromotion(
                    Approval.newBuilder().setId(id).setActor("bert").setReason("yes").build())
                .getApprovedBy())
        .isEqualTo("bert");
  }

  private static String championOf(RegistryServiceBlockingStub registry) {
    return registry
        .getAlias(AliasName.newBuilder().setModel(MODEL).setAlias("champion").build())
        .getVersion();
  }

  private static LedgerEntry last(RegistryServiceBlockingStub registry, String action) {
    return registry
        .history(HistoryRequest.newBuilder().setModel(MODEL).build())
        .getEntriesList()
        .stream()
        .filter(entry -> entry.getAction().equals(action))
        .reduce((before, after) -> after)
        .orElseThrow();
  }

  private static void assertRefused(Supplier<?> call, Status.Code code, String... said) {
    Status status =
        Assertions.catchThrowableOfType(StatusRuntimeException.class, call::get).getStatus();
    assertThat(status.getCode()).as(status.toString()).isEqualTo(code);
    assertThat(status.getDescription()).contains(said);
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }
}
