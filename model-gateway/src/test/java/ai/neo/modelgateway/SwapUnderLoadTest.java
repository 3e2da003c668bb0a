package ai.neo.modelgateway;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.proto.learning.v1.SwapReceipt;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferResponse;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Callers that never pause while versions come and go: nothing fails, nothing is mixed. */
class SwapUnderLoadTest {

  private static final int CALLERS = 16;
  private static final int SWAPS = 20;

  @Test
  void swapsAndRollbacksDropNothingAndMixNothing() throws Exception {
    try (GatewayFixture fixture = GatewayFixture.start()) {
      Load load = new Load(fixture);
      load.start();
      load.awaitAnswersFrom("1");
      for (int i = 0; i < SWAPS; i++) {
        boolean sells = i % 2 == 1;
        fixture.promote(new TinyOnnx().bias(sells ? 3 : 0, 0, sells ? 0 : 3).bytes());
        load.awaitAnswersFrom(Integer.toString(i + 2));
      }
      SwapReceipt back = fixture.catalog.rollback(GatewayFixture.MODEL, "test", "a test");
      long answeredBefore = load.answered.get();
      load.awaitAnswers(answeredBefore + 10 * CALLERS);
      load.stop();

      assertThat(load.failures).isEmpty();
      assertThat(back.getLoadNs()).isZero();
      assertThat(load.byVersion.keySet()).hasSize(SWAPS + 1);
    }
  }

  /** Callers over one channel, each sending its next request when the last one is answered. */
  private static final class Load {
    private final GRPCInferenceServiceGrpc.GRPCInferenceServiceStub stub;
    private final Map<String, CountDownLatch> seen = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> byVersion = new ConcurrentHashMap<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicBoolean running = new AtomicBoolean(true);
    private final CountDownLatch ended = new CountDownLatch(CALLERS);

    Load(GatewayFixture fixture) {
      this.stub = GRPCInferenceServiceGrpc.newStub(fixture.channel);
    }

    void start() {
      for (int i = 0; i < CALLERS; i++) {
        call();
      }
    }

    void stop() throws InterruptedException {
      running.set(false);
      assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }

    void awaitAnswersFrom(String version) throws InterruptedException {
      assertThat(latch(version).await(10, TimeUnit.SECONDS)).as("version " + version).isTrue();
    }

    void awaitAnswers(long count) {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (answered.get() < count && System.nanoTime() < deadline) {
        Thread.onSpinWait();
      }
      assertThat(answered.get()).isGreaterThanOrEqualTo(count);
    }

    private CountDownLatch latch(String version) {
      return seen.computeIfAbsent(version, v -> new CountDownLatch(1));
    }

    private void call() {
      stub.modelInfer(
          GatewayFixture.raw(2).build(),
          new StreamObserver<>() {
            @Override
            public void onNext(ModelInferResponse answer) {
              check(answer);
            }

            @Override
            public void onError(Throwable cause) {
              failures.add(String.valueOf(cause));
              ended.countDown();
            }

            @Override
            public void onCompleted() {
              if (running.get()) {
                call();
              } else {
                ended.countDown();
              }
            }
          });
    }

    /** Odd versions sell and even ones buy: an answer has to be its own version's, row by row. */
    private void check(ModelInferResponse answer) {
      String version = answer.getModelVersion();
      boolean odd = Integer.parseInt(version) % 2 == 1;
      float[] p = GatewayFixture.output(answer, 0);
      for (int row = 0; row < p.length; row += 3) {
        if (odd != p[row] > p[row + 2]) {
          failures.add("version " + version + " answered " + p[row] + ", " + p[row + 2]);
        }
      }
      answered.incrementAndGet();
      byVersion.computeIfAbsent(version, v -> new AtomicLong()).incrementAndGet();
      latch(version).countDown();
    }
  }
}
