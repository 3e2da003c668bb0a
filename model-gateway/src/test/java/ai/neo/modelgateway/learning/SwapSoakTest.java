package ai.neo.modelgateway.learning;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.modelgateway.GatewayFixture;
import ai.neo.modelgateway.TinyOnnx;
import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.MlpShape;
import ai.neo.modelgateway.network.NetworkEngine;
import ai.neo.modelgateway.network.NetworkFormat;
import ai.neo.modelgateway.network.Objective;
import ai.neo.modelgateway.network.Provenance;
import ai.neo.modelgateway.network.Standardisation;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.proto.learning.v1.LearnResponse;
import ai.neo.proto.registry.v1.RegisterRequest;
import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What takes minutes: many swaps under open-loop load while a learner learns, and memory. */
@Tag("soak")
class SwapSoakTest {
  private static final int SWAPS = 100;
  private static final int REQUESTS_PER_SECOND = 500;
  private static final int TURNS = 10;
  private static final long BETWEEN_SWAPS_NS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long TURN_NS = SWAPS / TURNS * BETWEEN_SWAPS_NS;

  private static final int CYCLES = 2_000;
  private static final int SETTLING_CYCLES = 500;
  private static final long GROWTH_MAX_KB = 48 * 1024;

  @Test
  void aHundredSwapsUnderOpenLoopLoadWhileALearnerLearns() throws Exception {
    try (GatewayFixture fixture = GatewayFixture.start();
        Learning learning = new Learning()) {
      Load load = new Load(fixture);
      load.run(TimeUnit.SECONDS.toNanos(5)); // until the code is compiled
      // Turn by turn, so that what else the machine does falls on both alike.
      List<long[]> quiet = new ArrayList<>();
      List<long[]> swapping = new ArrayList<>();
      AtomicLong swapped = new AtomicLong();
      for (int turn = 0; turn < TURNS; turn++) {
        quiet.add(load.run(TURN_NS));
        Thread swapper = Thread.ofPlatform().start(() -> swaps(fixture, swapped));
        swapping.add(load.run(TURN_NS));
        swapper.join();
      }
      long[] baseline = sorted(quiet);
      long[] during = sorted(swapping);
      System.out.printf(
          "soak swaps=%d requests=%d errors=%d learned=%d%n"
              + "  baseline us p50=%d p99=%d p99.9=%d%n  swapping us p50=%d p99=%d p99.9=%d%n"
              + "  p99 ratio %.2f (of the baseline's second half to its first %.2f)%n",
          swapped.get(),
          baseline.length + during.length,
          load.failures.size(),
          learning.learned.get(),
          us(baseline, 0.5),
          us(baseline, 0.99),
          us(baseline, 0.999),
          us(during, 0.5),
          us(during, 0.99),
          us(during, 0.999),
          us(during, 0.99) / (double) us(baseline, 0.99),
          us(sorted(quiet.subList(TURNS / 2, TURNS)), 0.99)
              / (double) us(sorted(quiet.subList(0, TURNS / 2)), 0.99));
      assertThat(load.failures).isEmpty();
      assertThat(swapped.get()).isEqualTo(SWAPS);
      assertThat(learning.learned.get()).isPositive();
    }
  }

  @Test
  void twoThousandVersionsLoadedAndFreedLeaveMemoryFlat() throws Exception {
    try (GatewayFixture fixture = GatewayFixture.start()) {
      String version = fixture.add(new TinyOnnx().bias(0, 0, 3).expectedReturn().bytes());
      cycles(fixture.catalog, version, SETTLING_CYCLES);
      long before = residentKb();
      long heapBefore = heapKb();
      cycles(fixture.catalog, version, CYCLES);
      long after = residentKb();
      long heapAfter = heapKb();
      System.out.printf(
          "soak cycles=%d resident kB %d -> %d (%+d), heap kB %d -> %d (%+d)%n",
          CYCLES, before, after, after - before, heapBefore, heapAfter, heapAfter - heapBefore);
      assertThat(after - before).isLessThan(GROWTH_MAX_KB);
      assertThat(heapAfter - heapBefore).isLessThan(GROWTH_MAX_KB / 4);
    }
  }

  private static void swaps(GatewayFixture fixture, AtomicLong swapped) {
    for (int i = 0; i < SWAPS / TURNS; i++) {
      swap(fixture, (int) swapped.getAndIncrement());
      LockSupport.parkNanos(BETWEEN_SWAPS_NS);
    }
  }

  private static long[] sorted(List<long[]> runs) {
    return runs.stream().flatMapToLong(Arrays::stream).sorted().toArray();
  }

  private static void swap(GatewayFixture fixture, int number) {
    try {
      fixture.promote(new TinyOnnx().bias(number % 5, 0, 3).expectedReturn().bytes());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void cycles(ServingCatalog catalog, String version, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      catalog.hold(GatewayFixture.MODEL, Set.of(version));
      catalog.hold(GatewayFixture.MODEL, Set.of());
    }
  }

  private static long residentKb() throws IOException {
    heapKb(); // so that garbage does not count
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }

  private static long heapKb() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    Runtime runtime = Runtime.getRuntime();
    return (runtime.totalMemory() - runtime.freeMemory()) >> 10;
  }

  private static long us(long[] sortedNs, double share) {
    return sortedNs[(int) Math.min(sortedNs.length - 1, (long) (share * sortedNs.length))] / 1000;
  }

  /** Sends at its own pace, whatever comes back; latencies count from when it should have sent. */
  private static final class Load {
    private final GRPCInferenceServiceGrpc.GRPCInferenceServiceStub stub;
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();

    Load(GatewayFixture fixture) {
      this.stub = GRPCInferenceServiceGrpc.newStub(fixture.channel);
    }

    long[] run(long ns) throws InterruptedException {
      long between = TimeUnit.SECONDS.toNanos(1) / REQUESTS_PER_SECOND;
      int count = (int) (ns / between);
      long[] took = new long[count];
      Semaphore ended = new Semaphore(0);
      long start = System.nanoTime();
      for (int i = 0; i < count; i++) {
        long due = start + i * between;
        while (System.nanoTime() < due) {
          LockSupport.parkNanos(due - System.nanoTime());
        }
        stub.modelInfer(GatewayFixture.raw(1).build(), new Timed(took, i, due, ended, failures));
      }
      assertThat(ended.tryAcquire(count, 60, TimeUnit.SECONDS)).isTrue();
      return took;
    }
  }

  private record Timed(long[] took, int index, long due, Semaphore ended, Queue<String> failures)
      implements StreamObserver<ModelInferResponse> {
    @Override
    public void onNext(ModelInferResponse answer) {
      took[index] = System.nanoTime() - due;
    }

    @Override
    public void onError(Throwable cause) {
      failures.add(String.valueOf(cause));
      ended.release();
    }

    @Override
    public void onCompleted() {
      ended.release();
    }
  }

  /** Feedback without end, one at a time, into a learner with the default settings. */
  private static final class Learning implements AutoCloseable {
    private final InMemoryRegistry registry = new InMemoryRegistry();
    private final ServingCatalog catalog =
        new ServingCatalog(registry, List.of(new NetworkEngine()));
    private final LearningService service =
        new LearningService(LearningSettings.defaults(), catalog, registry);
    private final AtomicBoolean running = new AtomicBoolean(true);
    private final AtomicLong learned = new AtomicLong();
    private final Thread thread;

    Learning() throws Exception {
      MlpShape shape = new MlpShape(Market.FEATURES, 16);
      float[] parameters = new float[shape.parameters()];
      SplittableRandom random = new SplittableRandom(7);
      for (int i = 0; i < parameters.length; i++) {
        parameters[i] = (float) random.nextDouble(-0.3, 0.3);
      }
      float[] deviations = new float[Market.FEATURES];
      Arrays.fill(deviations, 1);
      DirectionNetwork network =
          new DirectionNetwork(
              shape,
              new Standardisation(new float[Market.FEATURES], deviations),
              new Objective(1, 1, 1, 0.002f, Market.COST),
              new Provenance(Market.FEATURE_SET, "engine", "cpu", 7),
              parameters);
      String version =
          registry
              .register(
                  RegisterRequest.newBuilder()
                      .setModel(GatewayFixture.MODEL)
                      .setFormat(DirectionNetwork.FORMAT)
                      .setFeatureSetId(Market.FEATURE_SET)
                      .setArtifact(ByteString.copyFrom(NetworkFormat.write(network)))
                      .build())
              .getVersion();
      catalog.promote(GatewayFixture.MODEL, version, "", "test", "a test");
      thread = Thread.ofPlatform().daemon().start(this::learn);
    }

    private void learn() {
      Market market = new Market(3);
      Semaphore turn = new Semaphore(1);
      while (running.get()) {
        turn.acquireUninterruptibly();
        service.learn(
            market.outcome(1),
            new StreamObserver<>() {
              @Override
              public void onNext(LearnResponse answer) {
                if (answer.getOutcome() == LearnResponse.Outcome.LEARNED) {
                  learned.incrementAndGet();
                }
              }

              @Override
              public void onError(Throwable cause) {
                turn.release();
              }

              @Override
              public void onCompleted() {
                turn.release();
              }
            });
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
      }
    }

    @Override
    public void close() {
      running.set(false);
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      service.close();
      catalog.close();
    }
  }
}
