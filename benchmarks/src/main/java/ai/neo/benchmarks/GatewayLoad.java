package ai.neo.benchmarks;

import ai.neo.modelgateway.engine.ServableModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A real gateway in another process beside the same engine, with the same version, called
 * in-process. Decides whether a tier of its own costs too much for the loop. Callers and gateway
 * share the machine's cores.
 */
final class GatewayLoad implements Program {
  private static final int CALLERS = 64;
  private static final double WARM_UP_S = 6;
  private static final double SECONDS = 5;
  private static final int[] BATCHES = {16, 64};

  @Override
  public List<Figure> measure() throws Exception {
    List<Figure> figures = new ArrayList<>();
    try (GatewayUnderTest gateway = GatewayUnderTest.start();
        ServableModel engine = gateway.inProcess()) {
      Callers single = new Callers(gateway.channel(), 1);
      single.many(CALLERS, WARM_UP_S);
      single.one(WARM_UP_S);
      Callers.Met one = single.one(SECONDS);
      Latency alone = inProcess(engine, 1, SECONDS / 2);
      figures.add(
          Figure.below(
              "gateway over the engine alone, batch 1, 1 caller, p50",
              one.latency().at(50) - alone.at(50),
              100_000,
              Figure.Unit.NANOSECONDS,
              "in-process " + alone.words()));
      figures.add(
          Figure.plain(
              "gateway, batch 1, 1 caller",
              one.latency().words(),
              "the server's liveness, which computes nothing, on the same connection: "
                  + single.alive(SECONDS).words()));
      for (int rows : BATCHES) {
        figures.add(batch(gateway, engine, rows));
      }
      Callers.Met many = single.many(CALLERS, SECONDS);
      figures.add(
          Figure.plain(
              "gateway, batch 1, " + CALLERS + " callers",
              Figure.Unit.PER_SECOND.say(many.perSecond()) + "; " + many.latency().words(),
              "in-process on all cores " + Figure.Unit.PER_SECOND.say(onAllCores(engine, 1))));
      if (many.errors() > 0) {
        throw new IllegalStateException(many.errors() + " requests failed");
      }
    }
    return figures;
  }

  /** Rows a second with enough callers to keep the gateway busy, beside the engine on all cores. */
  private static Figure batch(GatewayUnderTest gateway, ServableModel engine, int rows)
      throws Exception {
    Callers callers = new Callers(gateway.channel(), rows);
    callers.many(CALLERS, 2);
    Callers.Met met = callers.many(CALLERS, SECONDS);
    double served = met.perSecond() * rows;
    double alone = onAllCores(engine, rows) * rows;
    return new Figure(
        "gateway, rows of batch " + rows + ", " + CALLERS + " callers",
        String.format(
            Locale.ROOT,
            "%s, the engine alone is %.1f × faster",
            Figure.Unit.PER_SECOND.say(served),
            alone / served),
        "in-process on all cores " + Figure.Unit.PER_SECOND.say(alone),
        "within 2 ×",
        alone / served <= 2 ? Figure.Verdict.REACHED : Figure.Verdict.MISSED);
  }

  static Latency inProcess(ServableModel engine, int rows, double seconds) {
    float[] features = GatewayUnderTest.features(rows, engine.features(), new SplittableRandom(5));
    Latency latency = new Latency();
    long middle = System.nanoTime() + (long) (seconds * 1e9 / 2);
    long end = middle + (long) (seconds * 1e9 / 2);
    while (System.nanoTime() < end) {
      long started = System.nanoTime();
      float[] probabilities = engine.infer(features, rows).actionProbabilities();
      long took = System.nanoTime() - started;
      if (probabilities.length != 3 * rows) {
        throw new IllegalStateException("the engine gave " + probabilities.length + " numbers");
      }
      if (started > middle) {
        latency.add(took);
      }
    }
    return latency;
  }

  /** Calls a second with one thread on each core. */
  static double onAllCores(ServableModel engine, int rows)
      throws InterruptedException, ExecutionException {
    int cores = Runtime.getRuntime().availableProcessors();
    double seconds = 2;
    double sum = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(cores)) {
      List<Future<Latency>> all = new ArrayList<>();
      for (int i = 0; i < cores; i++) {
        all.add(threads.submit(() -> inProcess(engine, rows, seconds)));
      }
      for (Future<Latency> each : all) {
        sum += each.get().count() / (seconds / 2);
      }
    }
    return sum;
  }
}
