package ai.neo.orchestrator.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.orchestrator.telemetry.HealthChecks.Finding;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class HealthChecksTest {
  private final AtomicLong nowNs = new AtomicLong(1);

  @Test
  void isReadyOnlyWhenEveryPartIsUpAndSaysWhyNot() throws Exception {
    AtomicReference<Finding> store = new AtomicReference<>(Finding.starting("opening"));
    CountDownLatch[] asked = {new CountDownLatch(2), new CountDownLatch(2)};
    CountDownLatch gatewayAsked = new CountDownLatch(2);
    Map<String, HealthChecks.Check> checks = new LinkedHashMap<>();
    checks.put("Gateway", () -> said(gatewayAsked, Finding.up("port 1")));
    checks.put(
        "PostgreSQL",
        () -> {
          asked[0].countDown();
          if (store.get().detail().equals("throw")) {
            asked[1].countDown();
            throw new IllegalStateException("outer", new java.io.IOException("Connection refused"));
          }
          return store.get();
        });
    try (HealthChecks health = health(checks)) {
      assertThat(health.ready()).isFalse();
      health.start();
      assertThat(asked[0].await(5, TimeUnit.SECONDS)).isTrue();
      assertThat(health.ready()).isFalse();
      assertThat(part(health, 1)).containsEntry("state", "starting");
      store.set(Finding.up("throw"));
      assertThat(asked[1].await(5, TimeUnit.SECONDS)).isTrue();
      assertThat(part(health, 1))
          .containsEntry("name", "PostgreSQL")
          .containsEntry("state", "down")
          .containsEntry("detail", "Connection refused");
      assertThat(gatewayAsked.await(5, TimeUnit.SECONDS)).isTrue();
      assertThat(part(health, 0)).containsEntry("state", "up");
    }
  }

  @Test
  void aDegradedPartKeepsNobodyFromTrading() throws Exception {
    CountDownLatch asked = new CountDownLatch(2);
    try (HealthChecks health =
        health(Map.of("Redis", () -> said(asked, Finding.degraded("away"))))) {
      health.start();
      assertThat(asked.await(5, TimeUnit.SECONDS)).isTrue();
      assertThat(health.ready()).isTrue();
      assertThat(part(health, 0)).containsEntry("state", "degraded");
    }
  }

  /** When it is asked the second time, what it said first has been remembered. */
  private static Finding said(CountDownLatch asked, Finding finding) {
    asked.countDown();
    return finding;
  }

  @Test
  void aPartThatDoesNotComeBackIsDown() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    HealthChecks.Check stuck =
        () -> {
          inside.countDown();
          never.await();
          return Finding.up("");
        };
    try (HealthChecks health = health(Map.of("Gateway", stuck))) {
      health.start();
      assertThat(inside.await(5, TimeUnit.SECONDS)).isTrue();
      nowNs.addAndGet(Duration.ofSeconds(7).toNanos());
      assertThat(health.ready()).isFalse();
      assertThat(part(health, 0)).containsEntry("state", "down");
      assertThat(part(health, 0).get("detail").toString()).startsWith("no answer for 7 s");
    }
  }

  @Test
  void aFeedIsDownWhenItFailedOrFellSilent() {
    AtomicReference<Optional<Long>> last = new AtomicReference<>(Optional.empty());
    AtomicReference<Optional<String>> lost = new AtomicReference<>(Optional.empty());
    FeedWatch feed = new FeedWatch(last::get, lost::get, Duration.ofSeconds(60), nowNs::get);
    assertThat(feed.look().state()).isEqualTo(HealthChecks.State.STARTING);
    feed.running();
    assertThat(feed.look()).isEqualTo(Finding.up("running"));
    last.set(Optional.of(nowNs.get()));
    nowNs.addAndGet(Duration.ofSeconds(61).toNanos());
    assertThat(feed.look()).isEqualTo(Finding.down("nothing from the market for 61 s"));
    last.set(Optional.of(nowNs.get()));
    assertThat(feed.look().state()).isEqualTo(HealthChecks.State.UP);
    lost.set(Optional.of("the connection broke"));
    assertThat(feed.look()).isEqualTo(Finding.down("the connection broke"));
    lost.set(Optional.empty());
    assertThat(feed.look().state()).isEqualTo(HealthChecks.State.UP);
    feed.failed("the journal cannot grow");
    assertThat(feed.look()).isEqualTo(Finding.down("the journal cannot grow"));
    feed.ended();
    assertThat(feed.look().state()).isEqualTo(HealthChecks.State.UP);
  }

  private HealthChecks health(Map<String, HealthChecks.Check> checks) {
    return new HealthChecks(checks, Duration.ofMillis(5), Duration.ofSeconds(5), nowNs::get);
  }

  private static Map<String, Object> part(HealthChecks health, int at) {
    return ((JsonObject) health.json().getValue(at)).getMap();
  }
}
