package ai.neo.modelgateway.routing;

import static ai.neo.modelgateway.GatewayFixture.MODEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.neo.modelgateway.GatedEngine;
import ai.neo.modelgateway.GatewayFixture;
import ai.neo.modelgateway.GatewaySettings.InferenceLimits;
import ai.neo.modelgateway.TinyOnnx;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelEngine;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.OnnxEngine;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.proto.learning.v1.Arm;
import ai.neo.proto.learning.v1.ArmStatus;
import ai.neo.proto.learning.v1.ClearRouteRequest;
import ai.neo.proto.learning.v1.GetLastSwapRequest;
import ai.neo.proto.learning.v1.GetRouteRequest;
import ai.neo.proto.learning.v1.LearnRequest;
import ai.neo.proto.learning.v1.ModelChange;
import ai.neo.proto.learning.v1.Route;
import ai.neo.proto.learning.v1.RouteStatus;
import ai.neo.proto.learning.v1.RoutingServiceGrpc;
import ai.neo.proto.learning.v1.SetRouteRequest;
import ai.neo.proto.registry.v1.RecordRequest;
import inference.GRPCInferenceServiceGrpc;
import inference.InferParameter;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Routes over the wire: version 1 is champion and sells, version 2 buys and can be held up. */
class RoutedInferenceTest {
  private static final String CHALLENGER = "2";

  private final GatedEngine gated = new GatedEngine();
  private GatewayFixture fixture;
  private RoutingServiceGrpc.RoutingServiceBlockingStub routing;

  /** Only version 2 stands before the gate. */
  private record GatedChallenger(GatedEngine gated, OnnxEngine free) implements ModelEngine {
    @Override
    public boolean reads(String format) {
      return free.reads(format);
    }

    @Override
    public ServableModel load(ModelArtifact artifact) throws ModelRefusedException {
      return artifact.version().equals(CHALLENGER) ? gated.load(artifact) : free.load(artifact);
    }
  }

  @BeforeEach
  void start() {
    fixture =
        GatewayFixture.start(
            new InferenceLimits(3, 1024), new GatedChallenger(gated, new OnnxEngine()));
    fixture.add(new TinyOnnx().bias(0, 0, 3).expectedReturn().bytes());
    routing = RoutingServiceGrpc.newBlockingStub(fixture.channel);
  }

  @AfterEach
  void stop() {
    gated.open();
    fixture.close();
  }

  @Test
  void aKeyStaysWithItsArmAndTheShareIsKept() {
    set(arm(Arm.Kind.CANARY, CHALLENGER, 0.2));
    Map<String, String> by = new HashMap<>();
    for (int i = 0; i < 500; i++) {
      by.put("key-" + i, by(answer("key-" + i)));
    }
    long canaries = by.values().stream().filter("canary"::equals).count();
    assertThat(canaries).isBetween(56L, 144L); // five deviations of 8.9 around 100
    for (int i = 0; i < 50; i++) {
      ModelInferResponse again = answer("key-" + i);
      assertThat(by(again)).isEqualTo(by.get("key-" + i));
      assertThat(again.getModelVersion()).isEqualTo(by(again).equals("canary") ? CHALLENGER : "1");
    }
    assertThat(status().getArms(0).getAnswered()).isGreaterThan(canaries).isLessThan(canaries + 51);

    set(arm(Arm.Kind.CANARY, CHALLENGER, 0.4));
    by.forEach(
        (key, before) -> {
          if (before.equals("canary")) {
            assertThat(by(answer(key))).isEqualTo("canary");
          }
        });
  }

  @Test
  void withoutKeyAndIdTheChampionAnswersAndPinnedRequestsGoNowhereElse() {
    set(arm(Arm.Kind.CANARY, CHALLENGER, 1));
    assertThat(by(answer("any"))).isEqualTo("canary");
    assertThat(by(send(GatewayFixture.raw(1)))).isEqualTo("canary"); // by its id
    assertThat(by(send(GatewayFixture.raw(1).setId("")))).isEqualTo("champion");
    String digest =
        send(GatewayFixture.raw(1).setModelVersion("1"))
            .getParametersOrThrow("model_digest")
            .getStringParam();
    ModelInferResponse pinned =
        send(GatewayFixture.raw(1).putParameters("expect_digest", text(digest)));
    assertThat(pinned.getModelVersion()).isEqualTo("1");
    assertThat(pinned.containsParameters("route")).isFalse();
    assertThatThrownBy(
            () ->
                send(
                    GatewayFixture.raw(1)
                        .putParameters(
                            "routing_key", InferParameter.newBuilder().setBoolParam(true).build())))
        .hasMessageContaining("invalid value type for 'routing_key' parameter");
  }

  @Test
  void twoSidesShareTheKeysAndTheRestIsTheChampions() throws ModelRefusedException {
    String third = fixture.add(new TinyOnnx().bias(0, 3, 0).expectedReturn().bytes());
    set(arm(Arm.Kind.A, CHALLENGER, 0.3), arm(Arm.Kind.B, third, 0.3));
    Map<String, Integer> count = new HashMap<>();
    for (int i = 0; i < 600; i++) {
      ModelInferResponse answer = answer("k" + i);
      count.merge(by(answer) + answer.getModelVersion(), 1, Integer::sum);
    }
    assertThat(count.keySet()).containsExactlyInAnyOrder("a2", "b3", "champion1");
    count.values().forEach(n -> assertThat(n).isBetween(120, 300));
  }

  @Test
  void aFailingCanaryIsAnsweredByTheChampionAndGoesOffWithAWord() throws Exception {
    List<ModelChange> heard = new CopyOnWriteArrayList<>();
    AutoCloseable watch = fixture.catalog.watch(MODEL, heard::add);
    set(arm(Arm.Kind.CANARY, CHALLENGER, 1));
    for (int i = 0; i < 3; i++) {
      ModelInferResponse answer =
          send(
              GatewayFixture.raw(1)
                  .setRawInputContents(0, GatewayFixture.floats(GatedEngine.POISON, 0, 0, 0)));
      assertThat(answer.getModelVersion()).isEqualTo("1");
      assertThat(by(answer)).isEqualTo("champion");
      assertThat(answer.getParametersOrThrow("route_fallback").getStringParam())
          .contains("canary version 2")
          .contains("poisoned");
    }
    assertThat(answer("any").containsParameters("route")).isFalse();
    await(() -> heard.stream().anyMatch(change -> change.getReason().contains("failed 3 times")));
    assertThat(fixture.registry.records())
        .extracting(RecordRequest::getAction)
        .containsExactly("route", "route-off");
    assertThat(status().getOffReason()).contains("poisoned");
    assertThat(status().getRoute().getRevision()).isEqualTo(2);
    watch.close();
  }

  @Test
  void aShadowThatStandsStillDelaysNobodyAndWhatItMissesIsCounted() throws Exception {
    set(arm(Arm.Kind.SHADOW, CHALLENGER, 1));
    gated.shut();
    for (int i = 0; i < 300; i++) {
      assertThat(by(answer("key-" + i))).isEqualTo("champion");
    }
    gated.awaitStanding();
    assertThat(status().getArms(0).getDropped()).isBetween(1L, 300L);
    assertThat(status().getArms(0).getAnswered()).isZero();
    fixture.promote(new TinyOnnx().bias(0, 3, 0).expectedReturn().bytes());
    assertThat(answer("any").getModelVersion()).isEqualTo("3");
    routing.clearRoute(off().build());
    assertThat(answer("any").containsParameters("route")).isFalse();
  }

  @Test
  void shadowAndChampionAreScoredOnTheSameOutcomes() {
    set(arm(Arm.Kind.SHADOW, CHALLENGER, 1));
    for (int i = 0; i < 20; i++) {
      send(GatewayFixture.raw(1).setId("p" + i));
    }
    await(() -> status().getArms(0).getWaiting() == 20);
    for (int i = 0; i < 20; i++) {
      LearnRequest told =
          LearnRequest.newBuilder()
              .setModel(MODEL)
              .setPredictionId("p" + i)
              .setModelVersion("1")
              .setLabel(2)
              .setForwardReturn(0.01f)
              .build();
      fixture.routes.outcomes().accept(told);
      fixture.routes.outcomes().accept(told); // a second time changes nothing
    }
    ArmStatus shadow =
        routing
            .getRoute(GetRouteRequest.newBuilder().setModel(MODEL).setOutcomes(true).build())
            .getArms(0);
    double likely = Math.exp(3) / (Math.exp(3) + 2);
    assertThat(shadow.getPairs()).isEqualTo(20);
    assertThat(shadow.getShadow().getLogLoss()).isCloseTo(-Math.log(likely), within(1e-5));
    assertThat(shadow.getChampion().getLogLoss())
        .isCloseTo(-Math.log((1 - likely) / 2), within(1e-5));
    assertThat(shadow.getShadow().getNetReturn()).isCloseTo(0.01 - 0.001, within(1e-8));
    assertThat(shadow.getChampion().getNetReturn()).isCloseTo(-0.01 - 0.001, within(1e-8));
    assertThat(shadow.getEvaluation().getCandidateOutcomesList()).hasSize(20);
    assertThat(shadow.getEvaluation().getChampionVersion()).isEqualTo("1");
    assertThat(shadow.getEvaluation().getDatasetDigest()).hasSize(64);
  }

  @Test
  void championsAreSwappedUnderLoadBesideACanaryWithoutAnError() throws Exception {
    set(arm(Arm.Kind.CANARY, CHALLENGER, 0.5));
    AtomicBoolean running = new AtomicBoolean(true);
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    List<String> seen = new CopyOnWriteArrayList<>();
    List<Thread> callers =
        IntStream.range(0, 4)
            .mapToObj(
                n ->
                    Thread.ofVirtual()
                        .start(
                            () -> {
                              for (int i = 0; running.get(); i++) {
                                try {
                                  ModelInferResponse answer = answer(n + "-" + i);
                                  seen.add(by(answer) + answer.getModelVersion());
                                } catch (RuntimeException e) {
                                  failures.add(e);
                                }
                              }
                            }))
            .toList();
    for (int swap = 0; swap < 10; swap++) {
      String version = fixture.promote(new TinyOnnx().bias(0, 3, swap).expectedReturn().bytes());
      await(() -> seen.contains("champion" + version));
    }
    fixture.catalog.rollback(MODEL, "test", "a test");
    running.set(false);
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(failures).isEmpty();
    assertThat(seen).contains("canary2");
    assertThat(seen.stream().filter(by -> by.startsWith("canary")).distinct())
        .containsExactly("canary2");
    assertThat(routing.getLastSwap(GetLastSwapRequest.newBuilder().setModel(MODEL).build()))
        .satisfies(
            swap -> {
              assertThat(swap.getP99BeforeNs()).isPositive();
              assertThat(swap.getRequestsBefore()).isPositive();
            });
  }

  @Test
  void aRouteOutlivesTheProcessAndCanBeClearedWithTheRegistryAway(@TempDir Path directory)
      throws Exception {
    ServingCatalog catalog = fixture.catalog;
    RouteDesk desk = desk(catalog, directory);
    Route wanted =
        route(arm(Arm.Kind.CANARY, CHALLENGER, 0.3), arm(Arm.Kind.SHADOW, add(), 0)).build();
    desk.set(wanted, OptionalLong.of(0));
    assertThatThrownBy(() -> desk.set(wanted, OptionalLong.of(0)))
        .hasMessageContaining("has revision 1, not 0 as expected");
    desk.close();

    try (ServingCatalog later = new ServingCatalog(fixture.registry, List.of(new OnnxEngine()))) {
      ActiveRoutes active = new ActiveRoutes();
      RouteDesk restarted =
          new RouteDesk(later, fixture.registry, active, new RouteStore(Optional.of(directory)));
      restarted.restore();
      assertThat(active.of(MODEL)).isEmpty(); // no champion yet
      later.restore(MODEL);
      await(() -> active.of(MODEL).isPresent());
      assertThat(later.availability(MODEL, CHALLENGER))
          .isEqualTo(ServingCatalog.Availability.READY);
      assertThat(active.of(MODEL).orElseThrow().route().getRevision()).isEqualTo(1);

      fixture.registry.setAway(true);
      restarted.clear(
          Route.newBuilder().setModel(MODEL).setActor("test").setReason("a test").build(),
          OptionalLong.of(1));
      assertThat(active.of(MODEL)).isEmpty();
      assertThat(later.availability(MODEL, CHALLENGER))
          .isNotEqualTo(ServingCatalog.Availability.READY);
      restarted.close();
    }
    assertThat(new RouteStore(Optional.of(directory)).read(MODEL).orElseThrow())
        .satisfies(
            last -> {
              assertThat(last.getRevision()).isEqualTo(2);
              assertThat(last.getArmsList()).isEmpty();
            });
  }

  @Test
  void aRouteThatCannotBeIsRefusedAndNothingChanges() throws ModelRefusedException {
    assertRefused(Status.Code.FAILED_PRECONDITION, "no version 9", arm(Arm.Kind.CANARY, "9", 0.1));
    assertRefused(Status.Code.FAILED_PRECONDITION, "champion itself", arm(Arm.Kind.CANARY, "1", 1));
    assertRefused(Status.Code.INVALID_ARGUMENT, "share", arm(Arm.Kind.CANARY, CHALLENGER, 1.1));
    assertRefused(Status.Code.INVALID_ARGUMENT, "not [A]", arm(Arm.Kind.A, CHALLENGER, 0.5));
    String wide =
        fixture.registry.add(
            MODEL, "onnx", GatewayFixture.FEATURE_SET, new TinyOnnx().features(5).bytes());
    assertRefused(
        Status.Code.FAILED_PRECONDITION, "takes 5 features", arm(Arm.Kind.SHADOW, wide, 1));
    fixture.registry.setAway(true);
    assertRefused(Status.Code.UNAVAILABLE, "down", arm(Arm.Kind.CANARY, CHALLENGER, 0.1));
    assertThat(status().getRoute().getRevision()).isZero();
    assertThat(answer("any").containsParameters("route")).isFalse();
  }

  private void assertRefused(Status.Code code, String why, Arm arm) {
    assertThatThrownBy(() -> set(arm))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class, e -> assertThat(e.getStatus().getCode()).isEqualTo(code))
        .hasMessageContaining(why);
  }

  private RouteDesk desk(ServingCatalog catalog, Path directory) {
    return new RouteDesk(
        catalog, fixture.registry, new ActiveRoutes(), new RouteStore(Optional.of(directory)));
  }

  private String add() {
    return fixture.add(new TinyOnnx().bias(0, 2, 0).expectedReturn().bytes());
  }

  private static Arm arm(Arm.Kind kind, String version, double share) {
    return Arm.newBuilder().setKind(kind).setVersion(version).setShare(share).build();
  }

  private static Route.Builder route(Arm... arms) {
    return Route.newBuilder()
        .setModel(MODEL)
        .addAllArms(List.of(arms))
        .setCostPerTrade(0.0005)
        .setActor("test")
        .setReason("a test");
  }

  private void set(Arm... arms) {
    routing.setRoute(SetRouteRequest.newBuilder().setRoute(route(arms)).build());
  }

  private static ClearRouteRequest.Builder off() {
    return ClearRouteRequest.newBuilder().setModel(MODEL).setActor("test").setReason("a test");
  }

  private RouteStatus status() {
    return routing.getRoute(GetRouteRequest.newBuilder().setModel(MODEL).build());
  }

  private ModelInferResponse answer(String key) {
    return send(GatewayFixture.raw(1).putParameters("routing_key", text(key)));
  }

  private ModelInferResponse send(ModelInferRequest.Builder request) {
    return GRPCInferenceServiceGrpc.newBlockingStub(fixture.channel).modelInfer(request.build());
  }

  private static String by(ModelInferResponse answer) {
    return answer.getParametersOrThrow("route").getStringParam();
  }

  private static InferParameter text(String value) {
    return InferParameter.newBuilder().setStringParam(value).build();
  }

  private static void await(BooleanSupplier holds) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!holds.getAsBoolean() && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(holds.getAsBoolean()).isTrue();
  }
}
