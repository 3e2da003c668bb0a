package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.engine.BackgroundThreads;
import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.NetworkShape;
import ai.neo.modelgateway.quality.InputReference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Trains a network anew on the newest samples that the learner keeps for learning, one training at
 * a time, on a thread of its own. What judges candidates is held out from it.
 *
 * <p>A training is taken in a fixed number of outcomes after it has begun; when it is not done by
 * then, the learner's thread waits for it. So which version serves which outcome does not depend on
 * how fast a machine trains. One thread, but for the training itself.
 */
final class Retraining implements AutoCloseable {
  /** Time to train in while outcomes are seldom, and soon enough to matter. */
  static final int TAKEN_IN_AFTER = 32;

  private final LearningSettings settings;
  private Optional<Running> running = Optional.empty();
  private volatile boolean stopping;

  Retraining(LearningSettings settings) {
    this.settings = settings;
  }

  /**
   * A training that runs.
   *
   * @param readyAt outcomes at which it is taken in
   */
  private record Running(long readyAt, CompletableFuture<Candidate> done) {}

  /** What a training is made of. */
  record Order(TrainingRows rows, TrainingPlan plan, int window, String parent, String reason) {}

  /**
   * What came of it.
   *
   * @param reference the inputs that it was trained on
   */
  record Candidate(
      DirectionNetwork network, String parent, String description, InputReference reference) {}

  boolean isRunning() {
    return running.isPresent();
  }

  /**
   * The newest samples as a training.
   *
   * @param window rows in one comparison of inputs
   * @param times how many trainings there were before: each has a seed of its own
   * @throws IllegalArgumentException with why there can be none
   */
  Order order(LearnerState state, int window, long times, String reason) {
    LearningCopy copy = state.copy().orElseThrow();
    NetworkShape shape = copy.base().shape();
    if (shape.window() > 1) {
      throw new IllegalArgumentException(
          "the champion looks at windows, and the learner keeps no series of vectors:"
              + " ./neo model train makes another");
    }
    List<Sample> samples =
        new ArrayList<>(state.memory().replay().newest(settings.replayCapacity()));
    int fewest = Math.max(Trainer.MIN_ROWS, window);
    if (samples.size() < fewest) {
      throw new IllegalArgumentException(
          "only %d samples are kept, %d are needed".formatted(samples.size(), fewest));
    }
    samples.sort(Comparator.comparingLong(Sample::timeNs)); // stable: equal times as they came
    TrainingRows rows = new TrainingRows(shape.vector());
    for (Sample sample : samples) {
      rows.add(
          floats(sample.features()),
          List.of(sample.outcome().label()),
          List.of(sample.outcome().forwardReturn()),
          List.of(sample.timeNs()));
    }
    NetworkChoice choice =
        new NetworkChoice(shape.architecture(), 1, false, CalibrationMethod.NONE, 0f, 0);
    TrainingPlan plan =
        new TrainingPlan(
            copy.base().provenance().featureSetId(),
            copy.base().provenance().seed() + times + 1,
            settings.epochs(),
            copy.base().objective().costPerTrade(),
            choice);
    return new Order(rows, plan, window, copy.version(), reason);
  }

  /** Begins; none must run. */
  void begin(Order order, String model, long outcomes) {
    CompletableFuture<Candidate> done = new CompletableFuture<>();
    running = Optional.of(new Running(outcomes + TAKEN_IN_AFTER, done));
    BackgroundThreads.named("retraining-" + model)
        .newThread(
            () -> {
              try {
                done.complete(train(order));
              } catch (TrainingStoppedException | RuntimeException | Error e) {
                done.completeExceptionally(e);
              }
            })
        .start();
  }

  /** Whether one is to be taken in now. */
  boolean isReady(long outcomes) {
    return running.isPresent() && outcomes >= running.get().readyAt();
  }

  /**
   * Waits for the training that runs, and ends it.
   *
   * @throws TrainingStoppedException when it gave nothing; the message says why
   */
  Candidate take() throws TrainingStoppedException {
    CompletableFuture<Candidate> done = running.orElseThrow().done();
    running = Optional.empty();
    try {
      return done.get();
    } catch (ExecutionException e) {
      throw new TrainingStoppedException(String.valueOf(e.getCause().getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TrainingStoppedException("interrupted");
    }
  }

  private Candidate train(Order order) throws TrainingStoppedException {
    TrainingRows rows = order.rows();
    Trainer.Trained trained =
        new Trainer(settings).train(rows, order.plan(), progress -> !stopping);
    String times =
        "matured from "
            + Long.toUnsignedString(rows.firstTimeNs())
            + " to "
            + Long.toUnsignedString(rows.lastTimeNs())
            + " ns";
    InputReference reference =
        InputReference.measure(
            "%d rows of feedback, %s".formatted(rows.rows(), times),
            rows.values(),
            rows.features(),
            rows.rows(),
            order.window());
    String description =
        "retrained: %d samples of the learner's buffer, %s, sha256 %s; %s"
            .formatted(rows.rows(), times, rows.digest(), order.reason());
    return new Candidate(trained.network(), order.parent(), description, reference);
  }

  private static List<Float> floats(float[] values) {
    List<Float> boxed = new ArrayList<>(values.length);
    for (float value : values) {
      boxed.add(value);
    }
    return boxed;
  }

  /** The training that runs ends after its epoch, and nobody asks for it any more. */
  @Override
  public void close() {
    stopping = true;
    running = Optional.empty();
  }
}
