package ai.neo.modelgateway.routing;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.BackgroundThreads;
import ai.neo.modelgateway.engine.FeatureRows;
import ai.neo.modelgateway.network.Outcome;
import ai.neo.modelgateway.scheduling.Scheduler;
import ai.neo.modelgateway.serving.ServedVersion;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.proto.learning.v1.Arm;
import ai.neo.proto.learning.v1.ArmStatus;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A version that is asked what the champion was asked, after the champion's answer was sent, on a
 * thread of its own. It answers nobody: what it says is kept until the outcome is known. What comes
 * while its queue is full is dropped and counted. Safe for any thread; {@link #offer} never waits.
 */
final class Shadow implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Shadow.class);

  private static final int QUEUE = 256;

  /** Outcomes that are later than so many predictions find nothing any more. */
  private static final int KEPT = 20_000;

  private final String model;
  private final Arm arm;
  private final ServingCatalog catalog;
  private final double cost;
  private final BlockingQueue<ShadowWork> queue = new ArrayBlockingQueue<>(QUEUE);
  private final LongAdder computed = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final LongAdder unscored = new LongAdder();
  private final Object scores = new Object();
  private final Map<String, Pair> waiting = new Waiting();
  private Optional<PairedScore> score = Optional.empty();
  private final Thread thread;
  private volatile boolean closed;

  /** Two answers to one row. */
  @SuppressWarnings("ArrayRecordComponent") // written once
  record Pair(float[] shadow, ShadowWork.ChampionAnswer champion) {}

  private static final class Waiting extends LinkedHashMap<String, Pair> {
    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Pair> eldest) {
      return size() > KEPT;
    }
  }

  /** Starts its thread. */
  Shadow(String model, Arm arm, ServingCatalog catalog, double cost) {
    this.model = model;
    this.arm = arm;
    this.catalog = catalog;
    this.cost = cost;
    this.thread =
        BackgroundThreads.named("shadow-" + model + "-" + arm.getVersion()).newThread(this::work);
    this.thread.start();
  }

  /** From the top, so that a canary's keys, which are at the bottom, are the last to be taken. */
  boolean has(double place) {
    return place >= 1 - arm.getShare();
  }

  void offer(ShadowWork work) {
    if (closed || !queue.offer(work)) {
      dropped.increment();
    }
  }

  private void work() {
    while (!closed) {
      try {
        compute(queue.take());
      } catch (InterruptedException e) {
        return; // by close
      } catch (RuntimeException e) {
        failures.increment();
        LOG.warn("model={} shadow={} failed", model, arm.getVersion(), e);
      }
    }
  }

  private void compute(ShadowWork work) {
    Optional<ServingCatalog.Entered> entered = catalog.enter(model, arm.getVersion());
    if (entered.isEmpty()) {
      dropped.increment();
      return;
    }
    ServedVersion version = entered.get().version();
    try {
      Optional<FeatureRows> rows = work.rows(version);
      if (rows.isEmpty() || rows.get().rows() == 0) {
        unscored.increment();
        return;
      }
      Scheduler.Attempt attempt = Scheduler.attempt(version, rows.get());
      if (!(attempt.reply().orElse(null) instanceof Answer answer)) {
        failures.increment();
        return;
      }
      computed.increment();
      keep(work, answer);
    } finally {
      version.leave();
    }
  }

  private void keep(ShadowWork work, Answer answer) {
    Optional<ShadowWork.ChampionAnswer> champion = work.champion();
    if (work.predictionId().isEmpty() || champion.isEmpty() || answer.rows() != 1) {
      unscored.increment();
      return;
    }
    synchronized (scores) {
      waiting.put(work.predictionId(), new Pair(answer.actionProbabilities(), champion.get()));
    }
  }

  /** What came of a prediction; the first time counts. */
  void outcome(String predictionId, Outcome outcome) {
    synchronized (scores) {
      Pair pair = waiting.remove(predictionId);
      if (pair == null) {
        return;
      }
      long epoch = pair.champion().epoch();
      long scored = score.map(PairedScore::epoch).orElse(Long.MIN_VALUE);
      if (epoch < scored) {
        unscored.increment(); // of a champion that is none any more
        return;
      }
      if (epoch > scored) {
        score = Optional.of(new PairedScore(pair.champion()));
      }
      score.orElseThrow().add(pair, predictionId, outcome, cost);
    }
  }

  /**
   * @param outcomes with every pair that was kept
   */
  ArmStatus status(boolean outcomes) {
    ArmStatus.Builder status =
        ArmStatus.newBuilder()
            .setArm(arm)
            .setAnswered(computed.sum())
            .setFailures(failures.sum())
            .setDropped(dropped.sum())
            .setUnscored(unscored.sum());
    synchronized (scores) {
      status.setWaiting(waiting.size());
      score.ifPresent(paired -> paired.on(status));
      if (outcomes) {
        score.ifPresent(paired -> status.setEvaluation(paired.evaluation(model, arm)));
      }
    }
    return status.build();
  }

  /** Takes nothing more; does not wait for what it computes. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
