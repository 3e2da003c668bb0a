package ai.neo.modelgateway.routing;

import static ai.neo.modelgateway.GatewayFixture.MODEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.neo.modelgateway.GatedEngine;
import ai.neo.modelgateway.GatewayFixture;
import ai.neo.modelgateway.GatewaySettings.InferenceLimits;
import ai.neo.modelgateway.TinyOnnx;
import ai.neo.proto.learning.v1.Arm;
import ai.neo.proto.learning.v1.LearnRequest;
import ai.neo.proto.learning.v1.Route;
import ai.neo.proto.learning.v1.RoutingServiceGrpc;
import ai.neo.proto.learning.v1.SetRouteRequest;
import com.google.protobuf.ByteString;
import inference.InferParameter;
import inference.ModelInferRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the metrics page says of routes, read as a scraper reads it. */
class RouteMetricsTest {
  private static final String CANARY = "arm=\"canary\",version=\"2\"";
  private static final String SHADOW = "arm=\"shadow\",version=\"3\"";
  private static final String CHAMPION = "arm=\"champion\",version=\"\"";

  private final HttpClient http = HttpClient.newHttpClient();
  private GatewayFixture fixture;

  @BeforeEach
  void start() {
    fixture = GatewayFixture.start(new InferenceLimits(3, 1024), new GatedEngine());
    fixture.add(new TinyOnnx().bias(0, 0, 3).expectedReturn().bytes());
    fixture.add(new TinyOnnx().bias(0, 3, 0).expectedReturn().bytes());
  }

  @AfterEach
  void stop() {
    http.close();
    fixture.close();
  }

  @Test
  void withoutARouteThereIsNothingToTell() throws Exception {
    assertThat(page()).doesNotContain("neo_route");
  }

  @Test
  void aCanarysAndTheChampionsAnswersAreCountedApart() throws Exception {
    set(arm(Arm.Kind.CANARY, "2", 0.4));
    int canaries = 0;
    for (int i = 0; i < 100; i++) {
      canaries += version(GatewayFixture.raw(1), "key-" + i).equals("2") ? 1 : 0;
    }
    String page = page();
    assertThat(canaries).isBetween(10, 90);
    assertThat(value(page, "answered_total", CANARY)).hasValue(canaries);
    assertThat(value(page, "answered_total", CHAMPION)).hasValue(100 - canaries);
    assertThat(value(page, "failures_total", CANARY)).hasValue(0);
    assertThat(value(page, "fallbacks_total", CANARY)).hasValue(0);
    assertThat(page).contains("# TYPE neo_route_answered_total counter");
    assertThat(value(page, "scored", CANARY)).hasValue(0);
    assertThat(page)
        .as("no loss over no outcome, and no pairs of a canary")
        .doesNotContain("neo_route_outcome_log_loss", "neo_route_log_loss", "neo_route_pairs");

    fixture.routes.outcomes().accept(outcome("p1", "2", 2));
    fixture.routes.outcomes().accept(outcome("p1", "2", 2)); // told twice, counted once
    fixture.routes.outcomes().accept(outcome("p2", "1", 0));
    String later = page();
    assertThat(value(later, "scored", CANARY)).hasValue(1);
    assertThat(value(later, "scored", CHAMPION)).hasValue(1);
    assertThat(value(later, "outcome_log_loss", CANARY).orElseThrow())
        .isCloseTo(-Math.log(0.7), within(1e-6));
    assertThat(value(later, "outcome_log_loss", CHAMPION).orElseThrow())
        .isCloseTo(-Math.log(0.1), within(1e-6));
    assertThat(value(later, "outcome_net_return", CANARY).orElseThrow())
        .isCloseTo(0.01 - 0.001, within(1e-8));
  }

  @Test
  void aShadowsPairsAreCountedWithBothScores() throws Exception {
    set(arm(Arm.Kind.SHADOW, "3", 1));
    for (int i = 0; i < 20; i++) {
      version(GatewayFixture.raw(1).setId("p" + i), "");
    }
    awaitPage("answered_total", SHADOW, 20);
    assertThat(page()).doesNotContain("neo_route_log_loss");
    for (int i = 0; i < 20; i++) {
      fixture.routes.outcomes().accept(outcome("p" + i, "1", 1));
    }
    String page = page();
    double likely = Math.exp(3) / (Math.exp(3) + 2);
    assertThat(value(page, "pairs", SHADOW)).hasValue(20);
    assertThat(value(page, "dropped_total", SHADOW)).hasValue(0);
    assertThat(value(page, "log_loss", SHADOW).orElseThrow())
        .isCloseTo(-Math.log(likely), within(1e-5));
    assertThat(value(page, "champion_log_loss", SHADOW).orElseThrow())
        .isCloseTo(-Math.log((1 - likely) / 2), within(1e-5));
    assertThat(value(page, "net_return", SHADOW)).hasValue(0);
    assertThat(value(page, "champion_net_return", SHADOW).orElseThrow())
        .isCloseTo(-0.01 - 0.001, within(1e-8));
  }

  @Test
  void aTripIsCountedAndOutlivesItsRoute() throws Exception {
    set(arm(Arm.Kind.CANARY, "2", 1));
    ByteString poison = GatewayFixture.floats(GatedEngine.POISON, 0, 0, 0);
    for (int i = 0; i < 2; i++) {
      fail(poison);
    }
    assertThat(value(page(), "failures_total", CANARY)).hasValue(2);
    assertThat(page()).doesNotContain("neo_route_trips_total");
    fail(poison);
    String page = page();
    assertThat(page)
        .contains(
            "# TYPE neo_route_trips_total counter\nneo_route_trips_total{model=\"direction\"} 1")
        .doesNotContain("neo_route_answered_total");
  }

  /** The champion poisons itself on it, too: what counts here is the arm. */
  private void fail(ByteString poison) {
    assertThatThrownBy(() -> version(GatewayFixture.raw(1).setRawInputContents(0, poison), "any"))
        .hasMessageContaining("poison");
  }

  private void awaitPage(String what, String labels, double expected) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (value(page(), what, labels).orElse(-1) != expected && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(value(page(), what, labels)).hasValue(expected);
  }

  private static OptionalDouble value(String page, String what, String labels) {
    String start = "neo_route_" + what + "{model=\"direction\"," + labels + "} ";
    return page.lines()
        .filter(line -> line.startsWith(start))
        .mapToDouble(line -> Double.parseDouble(line.substring(start.length())))
        .findFirst();
  }

  private String page() throws IOException, InterruptedException {
    URI page = URI.create("http://127.0.0.1:" + fixture.gateway.httpPort() + "/metrics");
    return http.send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private void set(Arm... arms) {
    RoutingServiceGrpc.newBlockingStub(fixture.channel)
        .setRoute(
            SetRouteRequest.newBuilder()
                .setRoute(
                    Route.newBuilder()
                        .setModel(MODEL)
                        .addAllArms(List.of(arms))
                        .setCostPerTrade(0.0005)
                        .setActor("test")
                        .setReason("a test"))
                .build());
  }

  private static Arm arm(Arm.Kind kind, String version, double share) {
    return Arm.newBuilder().setKind(kind).setVersion(version).setShare(share).build();
  }

  private String version(ModelInferRequest.Builder request, String key) {
    if (!key.isEmpty()) {
      request.putParameters("routing_key", InferParameter.newBuilder().setStringParam(key).build());
    }
    return fixture.stub().modelInfer(request.build()).getModelVersion();
  }

  private static LearnRequest outcome(String id, String version, int label) {
    return LearnRequest.newBuilder()
        .setModel(MODEL)
        .setPredictionId(id)
        .setModelVersion(version)
        .addAllActionProbabilities(List.of(0.1f, 0.2f, 0.7f))
        .setLabel(label)
        .setForwardReturn(0.01f)
        .build();
  }
}
