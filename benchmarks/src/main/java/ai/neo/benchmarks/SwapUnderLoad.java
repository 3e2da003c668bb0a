package ai.neo.benchmarks;

import ai.neo.proto.learning.v1.LearningServiceGrpc;
import ai.neo.proto.learning.v1.PromoteRequest;
import ai.neo.proto.learning.v1.RollbackRequest;
import ai.neo.proto.learning.v1.SwapReceipt;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Swaps of the champion while callers ask: what they notice. Quiet and swapping stretches take
 * turns, so that what else the machine does falls on both.
 */
final class SwapUnderLoad implements Program {
  private static final int CALLERS = 8;
  private static final int TURNS = 5;
  private static final double TURN_S = 3;
  private static final long BETWEEN_SWAPS_MS = 200;

  private final Latency swap = new Latency();
  private final Latency rollback = new Latency();
  private final Latency rollbackInside = new Latency();

  @Override
  public List<Figure> measure() throws Exception {
    Latency quiet = new Latency();
    Latency swapping = new Latency();
    long answers = 0;
    long errors = 0;
    try (GatewayUnderTest gateway = GatewayUnderTest.start();
        ExecutorService operator = Executors.newSingleThreadExecutor()) {
      Callers callers = new Callers(gateway.channel(), 1);
      callers.many(CALLERS, 2 * TURN_S);
      for (int turn = 0; turn < TURNS; turn++) {
        quiet.add(callers.many(CALLERS, TURN_S).latency());
        AtomicBoolean over = new AtomicBoolean();
        Future<?> swaps = operator.submit(() -> swap(gateway, over));
        Callers.Met met = callers.many(CALLERS, TURN_S);
        over.set(true);
        swaps.get();
        swapping.add(met.latency());
        answers += met.answers();
        errors += met.errors();
      }
    }
    double ratio = swapping.at(99) / quiet.at(99);
    return List.of(
        new Figure(
            "swap under load, errors",
            errors
                + " in "
                + Figure.Unit.COUNT.say((double) answers)
                + " answers and "
                + 2 * swap.count()
                + " swaps",
            "a real Triton 2.51: 0 errors",
            "0",
            errors == 0 ? Figure.Verdict.REACHED : Figure.Verdict.MISSED),
        new Figure(
            "swap under load, p99 beside p99 without swaps",
            Figure.Unit.TIMES.say(ratio),
            "swapping "
                + swapping.words()
                + "; quiet "
                + quiet.words()
                + "; a real Triton 2.51: 2.3–4.0 ×",
            "≤ 1.2 ×",
            ratio <= 1.2 ? Figure.Verdict.REACHED : Figure.Verdict.MISSED),
        Figure.below(
            "rollback, as the gateway's receipt has it, longest",
            rollbackInside.at(100),
            10e6,
            Figure.Unit.NANOSECONDS,
            "the whole call, with the registry's ledger: " + rollback.words()),
        Figure.plain("promotion under load, the whole call", swap.words(), ""));
  }

  /** Promotes version 2 and rolls back to 1, over and over. */
  private void swap(GatewayUnderTest gateway, AtomicBoolean over) {
    LearningServiceGrpc.LearningServiceBlockingStub stub =
        LearningServiceGrpc.newBlockingStub(gateway.channel())
            .withDeadlineAfter(5, TimeUnit.MINUTES);
    PromoteRequest promote =
        PromoteRequest.newBuilder()
            .setModel(GatewayUnderTest.MODEL)
            .setVersion("2")
            .setActor("benchmark")
            .setReason("to measure it")
            .build();
    RollbackRequest back =
        RollbackRequest.newBuilder()
            .setModel(GatewayUnderTest.MODEL)
            .setActor("benchmark")
            .setReason("to measure it")
            .build();
    while (!over.get()) {
      long started = System.nanoTime();
      SwapReceipt there = stub.promote(promote);
      swap.add(System.nanoTime() - started);
      pause();
      started = System.nanoTime();
      SwapReceipt again = stub.rollback(back);
      rollback.add(System.nanoTime() - started);
      rollbackInside.add(again.getLoadNs() + again.getWarmNs() + again.getSwapNs());
      if (!there.getToVersion().equals("2") || !again.getToVersion().equals("1")) {
        throw new IllegalStateException("swapped to " + there + " and back to " + again);
      }
      pause();
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(BETWEEN_SWAPS_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
