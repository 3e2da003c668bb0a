package ai.neo.modelgateway.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelgateway.GatedEngine;
import ai.neo.modelgateway.GatewayFixture;
import ai.neo.modelgateway.GatewaySettings.InferenceLimits;
import ai.neo.modelgateway.TinyOnnx;
import ai.neo.modelgateway.engine.FeatureRows;
import ai.neo.modelgateway.serving.ServedVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A slow model, another one beside it, and what the slow one leaves it. */
class ModelLimitsTest {
  private static final String SLOW = GatewayFixture.MODEL;
  private static final String OTHER = "other";

  private final GatedEngine gate = new GatedEngine();
  private GatewayFixture gated;
  private GatewayFixture open;
  private ServedVersion slow;
  private ServedVersion other;
  private float next;

  @BeforeEach
  void start() throws Exception {
    gated = GatewayFixture.start(InferenceLimits.defaults(), gate);
    open = GatewayFixture.start();
    String version =
        open.registry.add(
            OTHER, "onnx", GatewayFixture.FEATURE_SET, new TinyOnnx().bias(3, 0, 0).bytes());
    open.catalog.promote(OTHER, version, "", "test", "a test");
    slow = gated.catalog.enter(SLOW, "").orElseThrow().version();
    other = open.catalog.enter(OTHER, "").orElseThrow().version();
    gate.shut();
  }

  @AfterEach
  void stop() {
    gate.open();
    slow.leave();
    other.leave();
    gated.close();
    open.close();
  }

  @Test
  void aSlowModelLeavesAThreadToTheOthers() throws Exception {
    try (Scheduler scheduler = new Scheduler(3, 9, ModelLimits.none())) {
      List<Told> all = submitted(scheduler, slow, 5);
      awaitWaiting(3);
      for (int i = 0; i < 3; i++) {
        assertThat(submit(scheduler, other).outcome()).isEqualTo("answered");
      }
      assertThat(slow.statistics().waiting()).isEqualTo(3);
      gate.open();
      for (Told each : all) {
        assertThat(each.outcome()).isEqualTo("answered");
      }
    }
  }

  @Test
  void theOnlyThreadIsEverybodys() throws Exception {
    try (Scheduler scheduler = new Scheduler(1, 9, ModelLimits.none())) {
      List<Told> all = submitted(scheduler, slow, 2);
      awaitWaiting(1);
      all.add(submit(scheduler, other));
      gate.open();
      for (Told each : all) {
        assertThat(each.outcome()).isEqualTo("answered");
      }
    }
  }

  @Test
  void whatAModelMayHoldIsSet() throws Exception {
    ModelLimits all = new ModelLimits(Map.of(SLOW, 9), Map.of());
    try (Scheduler scheduler = new Scheduler(3, 9, all)) {
      List<Told> told = submitted(scheduler, slow, 4);
      awaitWaiting(1);
      gate.open();
      for (Told each : told) {
        assertThat(each.outcome()).isEqualTo("answered");
      }
    }
  }

  @Test
  void howManyMayWaitIsSetForEachModel() throws Exception {
    ModelLimits two = new ModelLimits(Map.of(SLOW, 1), Map.of(SLOW, 2));
    try (Scheduler scheduler = new Scheduler(2, 9, two)) {
      List<Told> told = submitted(scheduler, slow, 1);
      gate.awaitStanding();
      told.addAll(submitted(scheduler, slow, 2));
      assertThat(submit(scheduler, slow).outcome()).isEqualTo("FULL");
      assertThat(submit(scheduler, other).outcome()).isEqualTo("answered");
      gate.open();
      for (Told each : told) {
        assertThat(each.outcome()).isEqualTo("answered");
      }
    }
  }

  /** A thread that finds nothing that may begin goes back to sleep: somebody has to wake it. */
  @Test
  void nobodyIsForgotten() throws Exception {
    gate.open();
    Random random = new Random(7);
    ModelLimits limits = new ModelLimits(Map.of(SLOW, 1), Map.of());
    try (Scheduler scheduler = new Scheduler(3, 5_000, limits)) {
      for (int round = 0; round < 20; round++) {
        List<Told> told = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          Told each = new Told(new CompletableFuture<>());
          submit(scheduler, random.nextBoolean() ? slow : other, each)
              .filter(ticket -> random.nextInt(4) == 0)
              .ifPresent(Scheduler.Ticket::withdraw);
          told.add(each);
        }
        for (Told each : told) {
          assertThat(each.outcome()).isIn("answered", "GONE");
        }
      }
    }
  }

  @Test
  void whatIsComputedOnCallersThreadsIsBoundedForEachModel() {
    CallersThreads callers = new CallersThreads(2, new ModelLimits(Map.of(), Map.of(OTHER, 1)));
    CallersThreads.Place place = callers.of(SLOW);
    assertThat(callers.of(SLOW)).isSameAs(place);
    assertThat(place.enter()).isTrue();
    assertThat(place.enter()).isTrue();
    assertThat(place.enter()).isFalse();
    assertThat(callers.of(OTHER).enter()).isTrue();
    assertThat(callers.of(OTHER).enter()).isFalse();
    place.leave();
    assertThat(place.enter()).isTrue();
  }

  @Test
  void limitsThatCannotBeAreRefused() {
    assertThatThrownBy(() -> new ModelLimits(Map.of("a", 0), Map.of()))
        .hasMessage("a limit must name a model and be 1 to 65536 threads: a=0");
    assertThatThrownBy(() -> new ModelLimits(Map.of(), Map.of(" ", 1)))
        .hasMessage("a limit must name a model and be 1 to 65536 waiting requests:  =1");
  }

  private List<Told> submitted(Scheduler scheduler, ServedVersion version, int count) {
    List<Told> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(submit(scheduler, version));
    }
    return all;
  }

  private Told submit(Scheduler scheduler, ServedVersion version) {
    Told told = new Told(new CompletableFuture<>());
    submit(scheduler, version, told);
    return told;
  }

  /** Each row is another, so that none is computed for two. */
  private Optional<Scheduler.Ticket> submit(Scheduler scheduler, ServedVersion version, Told told) {
    FeatureRows row = new FeatureRows(new float[] {next++, 0, 0, 0}, 1);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    return scheduler.submit(new Work(version, row, 1, deadline, false), told);
  }

  private void awaitWaiting(int count) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (slow.statistics().waiting() != count) {
      assertThat(System.nanoTime()).as("waiting: %s", slow.statistics().waiting()).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  /** Remembers what it was told. */
  private record Told(CompletableFuture<String> told) implements Caller {
    String outcome() throws Exception {
      return told.get(10, TimeUnit.SECONDS);
    }

    @Override
    public boolean isGone() {
      return false;
    }

    @Override
    public void answered(Result result) {
      told.complete("answered");
    }

    @Override
    public void failed(String problem) {
      told.complete("failed");
    }

    @Override
    public void refused(Refusal why) {
      told.complete(why.name());
    }
  }
}
