package ai.neo.modelgateway.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelgateway.GatedEngine;
import ai.neo.modelgateway.GatewayFixture;
import ai.neo.modelgateway.GatewaySettings.InferenceLimits;
import ai.neo.modelgateway.engine.FeatureRows;
import ai.neo.modelgateway.serving.ServingCatalog;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One thread, a clock of ours, and an engine that computes when it is let. */
class SchedulerTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - SECOND); // it wraps
  private final GatedEngine engine = new GatedEngine();
  private GatewayFixture fixture;
  private ServingCatalog.Entered entered;
  private Scheduler scheduler;

  @BeforeEach
  void start() {
    fixture = GatewayFixture.start(InferenceLimits.defaults(), engine);
    entered = fixture.catalog.enter(GatewayFixture.MODEL, "").orElseThrow();
    scheduler = new Scheduler(1, 9, ModelLimits.none(), clock::get);
  }

  @AfterEach
  void stop() {
    engine.open();
    scheduler.close();
    entered.version().leave();
    fixture.close();
  }

  @Test
  void whatWouldComeTooLateIsRefusedAtOnceAndWithNothingBeforeItIsTried() throws Exception {
    engine.shut();
    Told slow = submit(0, 100, true);
    engine.awaitStanding();
    clock.addAndGet(SECOND);
    engine.open();
    assertThat(slow.outcome()).isEqualTo("answered");

    engine.shut();
    List<Told> admitted = new ArrayList<>();
    admitted.add(submit(1, 100, true));
    engine.awaitStanding();
    admitted.add(submit(2, 5, true));
    admitted.add(submit(3, 0.5, true)); // nothing is more urgent: tried, whatever runs take
    admitted.add(submit(4, 2.5, true)); // one before it and its own: 2 s
    Told tooLate = submit(5, 2.6, true); // two before it and its own: 3 s
    admitted.add(submit(6, 2.6, false)); // as long, but it has no deadline
    assertThat(tooLate.outcome()).isEqualTo("TOO_LATE");
    engine.open();

    for (Told each : admitted) {
      assertThat(each.outcome()).isEqualTo("answered");
    }
    assertThat(engine.seen().stream().map(List::getFirst)).containsExactly(1f, 3f, 4f, 6f, 2f);
  }

  @Test
  void whoeverWaitsWhenItClosesIsTold() throws Exception {
    engine.shut();
    Told running = submit(1, 100, true);
    engine.awaitStanding();
    Told waiting = submit(2, 100, true);
    Thread closing = Thread.ofVirtual().start(scheduler::close);

    assertThat(waiting.outcome()).isEqualTo("CLOSING");
    engine.open();
    assertThat(running.outcome()).isEqualTo("answered");
    closing.join();
    assertThat(submit(3, 100, true).outcome()).isEqualTo("CLOSING");
    assertThat(entered.version().statistics().waiting()).isZero();
  }

  @Test
  void aThreadThatDiesLeavesNobodyWaiting() throws Exception {
    engine.shut();
    Told died = submit(GatedEngine.DEADLY, 100, true);
    engine.awaitStanding();
    Told next = submit(1, 100, true);
    engine.open();

    assertThat(died.outcome()).isEqualTo("failed");
    assertThat(next.outcome()).isEqualTo("answered");
    assertThat(submit(GatedEngine.DEADLY, 100, true).outcome()).isEqualTo("failed");
  }

  private Told submit(float first, double inSeconds, boolean hasDeadline) {
    Told told = new Told(new CompletableFuture<>());
    long deadline = clock.get() + (long) (inSeconds * SECOND);
    float[] row = {first, 0, 0, 0};
    var place =
        scheduler.submit(
            new Work(entered.version(), new FeatureRows(row, 1), 1, deadline, hasDeadline), told);
    assertThat(place.isPresent() || told.told().isDone()).isTrue();
    return told;
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
