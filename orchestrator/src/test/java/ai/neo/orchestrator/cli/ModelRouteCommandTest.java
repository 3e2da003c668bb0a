package ai.neo.orchestrator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import ai.neo.proto.learning.v1.Arm;
import ai.neo.proto.learning.v1.ArmStatus;
import ai.neo.proto.learning.v1.ClearRouteRequest;
import ai.neo.proto.learning.v1.GetRouteRequest;
import ai.neo.proto.learning.v1.Means;
import ai.neo.proto.learning.v1.Route;
import ai.neo.proto.learning.v1.RouteStatus;
import ai.neo.proto.learning.v1.RoutingServiceGrpc;
import ai.neo.proto.learning.v1.SetRouteRequest;
import ai.neo.proto.registry.v1.Evaluation;
import ai.neo.proto.registry.v1.ListVersionsRequest;
import ai.neo.proto.registry.v1.ListVersionsResponse;
import ai.neo.proto.registry.v1.ModelVersion;
import ai.neo.proto.registry.v1.RegistryServiceGrpc;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelReadyRequest;
import inference.ModelReadyResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code ./neo model route} asks a gateway, and what it makes of the answers. */
class ModelRouteCommandTest {
  @TempDir private Path directory;

  private final Routing routing = new Routing();
  private GatewayOfTests gateway;

  @BeforeEach
  void start() throws Exception {
    gateway = new GatewayOfTests(directory, routing, new Serving(), new Registry());
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  /** Has the model direction ready, and no other. */
  private static final class Serving extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    @Override
    public void modelReady(ModelReadyRequest asked, StreamObserver<ModelReadyResponse> caller) {
      if (!asked.getName().equals("direction")) {
        caller.onError(Status.NOT_FOUND.withDescription("unknown model").asException());
        return;
      }
      caller.onNext(ModelReadyResponse.newBuilder().setReady(true).build());
      caller.onCompleted();
    }
  }

  /** Has a version of the model idle, and nothing of any other. */
  private static final class Registry extends RegistryServiceGrpc.RegistryServiceImplBase {
    @Override
    public void listVersions(
        ListVersionsRequest asked, StreamObserver<ListVersionsResponse> caller) {
      ListVersionsResponse.Builder versions = ListVersionsResponse.newBuilder();
      if (asked.getModel().equals("idle")) {
        versions.addVersions(ModelVersion.newBuilder().setModel("idle").setVersion("1"));
      }
      caller.onNext(versions.build());
      caller.onCompleted();
    }
  }

  /** Keeps the route that it was told, with made-up counts, as a gateway keeps it. */
  private static final class Routing extends RoutingServiceGrpc.RoutingServiceImplBase {
    private volatile RouteStatus now = RouteStatus.getDefaultInstance();
    private volatile Optional<SetRouteRequest> set = Optional.empty();
    private volatile Optional<ClearRouteRequest> cleared = Optional.empty();
    private volatile Optional<String> refused = Optional.empty();
    private volatile boolean askedForOutcomes;

    @Override
    public void setRoute(SetRouteRequest request, StreamObserver<RouteStatus> caller) {
      set = Optional.of(request);
      if (refused.isPresent()) {
        caller.onError(Status.FAILED_PRECONDITION.withDescription(refused.get()).asException());
        return;
      }
      long revision = now.getRoute().getRevision();
      if (request.hasExpectedRevision() && request.getExpectedRevision() != revision) {
        caller.onError(
            Status.ABORTED
                .withDescription("the route of 'direction' has revision %d".formatted(revision))
                .asException());
        return;
      }
      RouteStatus.Builder next =
          RouteStatus.newBuilder()
              .setRoute(request.getRoute().toBuilder().setRevision(revision + 1));
      request.getRoute().getArmsList().forEach(arm -> next.addArms(counted(arm)));
      next.getChampionBuilder().setAnswered(900).setScored(40).setOutcomes(means(0.9, 0.0002));
      now = next.build();
      answer(caller);
    }

    @Override
    public void clearRoute(ClearRouteRequest request, StreamObserver<RouteStatus> caller) {
      cleared = Optional.of(request);
      now =
          RouteStatus.newBuilder()
              .setRoute(Route.newBuilder().setModel(request.getModel()).setRevision(9))
              .build();
      answer(caller);
    }

    @Override
    public void getRoute(GetRouteRequest request, StreamObserver<RouteStatus> caller) {
      askedForOutcomes = request.getOutcomes();
      answer(caller);
    }

    private void answer(StreamObserver<RouteStatus> caller) {
      caller.onNext(now);
      caller.onCompleted();
    }

    private static ArmStatus counted(Arm arm) {
      ArmStatus.Builder status =
          ArmStatus.newBuilder().setArm(arm.toBuilder().setDigest("ab".repeat(32)));
      status.setAnswered(100).setFailures(1);
      if (arm.getKind() != Arm.Kind.SHADOW) {
        return status.setFallbacks(2).setScored(7).setOutcomes(means(0.8, 0.0001)).build();
      }
      return status
          .setDropped(3)
          .setPairs(60)
          .setChampionVersion("1")
          .setShadow(means(0.7, 0.0004))
          .setChampion(means(0.75, 0.0003))
          .setEvaluation(Evaluation.newBuilder().setModel("direction").setSamples(60))
          .build();
    }

    private static Means.Builder means(double logLoss, double netReturn) {
      return Means.newBuilder().setLogLoss(logLoss).setNetReturn(netReturn);
    }
  }

  @Test
  void aCanaryAndAShadowAreSetWithActorReasonAndRevision() {
    GatewayOfTests.Result result =
        gateway.neo(
            "model",
            "route",
            "direction",
            "--canary",
            "5",
            "--shadow",
            "6",
            "--expect",
            "0",
            "--actor",
            "anna",
            "--reason",
            "better on May",
            "--salt",
            "s",
            "--failures",
            "7",
            "--cost",
            "0.001",
            "--json");
    assertThat(result.code()).as(result.err()).isZero();
    SetRouteRequest told = routing.set.orElseThrow();
    assertThat(told.getExpectedRevision()).isZero();
    assertThat(told.hasExpectedRevision()).isTrue();
    Route route = told.getRoute();
    assertThat(route.getArmsList())
        .extracting(Arm::getKind, Arm::getVersion, Arm::getShare)
        .containsExactly(tuple(Arm.Kind.CANARY, "5", 0.1), tuple(Arm.Kind.SHADOW, "6", 1.0));
    assertThat(route.getActor()).isEqualTo("anna");
    assertThat(route.getReason()).isEqualTo("better on May");
    assertThat(route.getSalt()).isEqualTo("s");
    assertThat(route.getFailuresMax()).isEqualTo(7);
    assertThat(route.getCostPerTrade()).isEqualTo(0.001);

    JsonObject json = result.json();
    assertThat(json.getLong("revision")).isEqualTo(1);
    assertThat(json.getLong("champion_answered")).isEqualTo(900);
    JsonArray arms = json.getJsonArray("arms");
    assertThat(arms.getJsonObject(0).getString("arm")).isEqualTo("canary");
    assertThat(arms.getJsonObject(0).getLong("fallbacks")).isEqualTo(2);
    assertThat(arms.getJsonObject(0).getJsonObject("outcomes").getDouble("log_loss"))
        .isEqualTo(0.8);
    assertThat(arms.getJsonObject(1).getLong("pairs")).isEqualTo(60);
    assertThat(arms.getJsonObject(1).getJsonObject("shadow").getDouble("net_return"))
        .isEqualTo(0.0004);
    assertThat(result.out()).hasLineCount(1);
  }

  @Test
  void sidesShareAndALoneShadowMayBeAskedASample() {
    assertThat(gateway.neo("model", "route", "--ab", "4=0.5,5=0.25").code()).isZero();
    assertThat(routing.set.orElseThrow().getRoute().getArmsList())
        .extracting(Arm::getKind, Arm::getVersion, Arm::getShare)
        .containsExactly(tuple(Arm.Kind.A, "4", 0.5), tuple(Arm.Kind.B, "5", 0.25));
    assertThat(routing.set.orElseThrow().hasExpectedRevision()).isFalse();
    assertThat(routing.set.orElseThrow().getRoute().getModel()).isEqualTo("direction");

    assertThat(gateway.neo("model", "route", "--shadow", "6,7", "--share", "0.3").code()).isZero();
    assertThat(routing.set.orElseThrow().getRoute().getArmsList())
        .extracting(Arm::getKind, Arm::getVersion, Arm::getShare)
        .containsExactly(tuple(Arm.Kind.SHADOW, "6", 0.3), tuple(Arm.Kind.SHADOW, "7", 0.3));
  }

  @Test
  void aPersonReadsALineForEachArmAndWhyARouteWentOff() {
    gateway.neo("model", "route", "--canary", "5", "--shadow", "6", "--reason", "try");
    GatewayOfTests.Result shown = gateway.neo("model", "route");
    assertThat(shown.out().lines())
        .containsExactly(
            "revision 1 by operator: try",
            "canary   v5    share 0.100  answered 100  failures 1  fallbacks 2"
                + "  scored 7  log loss 0.8000  net return 0.000100",
            "shadow   v6    share 1.000  answered 100  failures 1  dropped 3  pairs 60"
                + "  log loss 0.7000 against 0.7500  net return 0.000400 against 0.000300",
            "champion answered 900  scored 40  log loss 0.9000  net return 0.000200");
    routing.now = RouteStatus.newBuilder().setOffReason("canary version 5 failed 3 times").build();
    assertThat(gateway.neo("model", "route").out().strip())
        .isEqualTo("the champion answers everything; route off: canary version 5 failed 3 times");
  }

  @Test
  void aModelThatNobodyKnowsHasNoRoute() {
    assertThat(gateway.neo("model", "route", "direction").code()).isZero();
    assertThat(gateway.neo("model", "route", "idle").code()).isZero();
    GatewayOfTests.Result result = gateway.neo("model", "route", "nosuch", "--json");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).startsWith("neo: there is no model 'nosuch'");
    assertThat(result.json().getInteger("exit_code")).isEqualTo(2);
    routing.refused = Optional.of("'nosuch' has no champion here");
    assertThat(gateway.neo("model", "route", "nosuch", "--canary", "1").code()).isEqualTo(2);
    assertThat(gateway.neo("model", "route", "idle", "--canary", "1").code())
        .isEqualTo(Neo.DIFFERENT);
  }

  @Test
  void outcomesAreAskedForOnlyWhereTheyAreWanted() {
    gateway.neo("model", "route", "--shadow", "6");
    assertThat(gateway.neo("model", "route").code()).isZero();
    assertThat(routing.askedForOutcomes).isFalse();
    GatewayOfTests.Result outcomes = gateway.neo("model", "route", "--outcomes", "--json");
    assertThat(routing.askedForOutcomes).isTrue();
    assertThat(
            outcomes
                .json()
                .getJsonArray("arms")
                .getJsonObject(0)
                .getJsonObject("evaluation")
                .getLong("samples"))
        .isEqualTo(60);
  }

  @Test
  void clearingSaysWhoAndWhyAndNothingElse() {
    GatewayOfTests.Result result =
        gateway.neo("model", "route", "other", "--clear", "--reason", "done", "--expect", "4");
    assertThat(result.out().strip()).isEqualTo("the champion answers everything");
    ClearRouteRequest told = routing.cleared.orElseThrow();
    assertThat(told.getModel()).isEqualTo("other");
    assertThat(told.getActor()).isEqualTo("operator");
    assertThat(told.getReason()).isEqualTo("done");
    assertThat(told.getExpectedRevision()).isEqualTo(4);
    assertThat(routing.set).isEmpty();
  }

  @Test
  void aGatewaysRefusalIsToldAndIsNotUsage() {
    GatewayOfTests.Result result = gateway.neo("model", "route", "--shadow", "6", "--expect", "3");
    assertThat(result.code()).isEqualTo(Neo.DIFFERENT);
    assertThat(result.err().strip()).isEqualTo("neo: the route of 'direction' has revision 0");
    gateway.close();
    assertThat(gateway.neo("model", "route").code()).isEqualTo(Neo.AWAY);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "--clear --shadow 6 | --clear goes with no --shadow, --canary or --ab",
        "--canary 5 --ab 4=0.5,6=0.5 | --canary and --ab exclude each other",
        "--ab 4=0.5 | --ab needs two versions",
        "--ab 4=half,5=0.5 | 'half' is not a double",
        "--share 0.5 | --share goes with --canary or --shadow",
        "--expect 3 | --expect goes with",
        "--outcomes --canary 5 | --outcomes only looks",
        "--canary 5 --share NaN | the share of version 5 must be above 0 and at most 1, is NaN",
        "--canary 7x | '7x' is no version; expected its number",
        "--canary 5 --failures 0 | --failures must be 1 or more, is 0",
      })
  void whatWouldBeLeftOutWithoutAWordIsUsage(String options, String reason) {
    GatewayOfTests.Result result = gateway.neo(("model route " + options).split(" ", -1));
    assertThat(result.code()).as(result.err()).isEqualTo(2);
    assertThat(result.err()).contains(reason);
    assertThat(routing.set).isEmpty();
    assertThat(routing.cleared).isEmpty();
  }
}
