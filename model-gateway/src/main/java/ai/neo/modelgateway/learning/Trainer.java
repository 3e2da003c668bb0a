package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.DifferentiableNetwork;
import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.NetworkShape;
import ai.neo.modelgateway.network.Objective;
import ai.neo.modelgateway.network.Provenance;
import ai.neo.modelgateway.network.Standardisation;
import ai.neo.modelgateway.network.TrainingBatch;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * Trains a network from rows. The same rows and plan give the same bits on one kind of processor:
 * every random number comes from the plan's seed, and one thread computes. Thread-safe; a training
 * runs on the caller's thread.
 */
public final class Trainer {
  /** Below this a held-out part says nothing. */
  public static final int MIN_ROWS = 200;

  private static final int BATCH = 256;

  /** The last 15 % of the rows are never learned from. */
  private static final double TRAINED_SHARE = 0.85;

  /**
   * Rows between the trained and the held-out part, so that no outcome of the first reaches into
   * the second: a horizon of a few bars times a few tens of instruments, but never more than a
   * twentieth of the rows.
   */
  private static final int PURGED_ROWS = 512;

  /** A class rarer than this counts no more: a handful of rows must not steer all others. */
  private static final float MAX_CLASS_WEIGHT = 4f;

  private static final float MIN_CLASS_WEIGHT = 0.25f;

  /** Draws the weights; another stream than the shuffles, so that one does not move the other. */
  private static final long WEIGHTS_STREAM = 0x9E3779B97F4A7C15L;

  private final LearningSettings settings;
  private final String cpu;

  public Trainer(LearningSettings settings) {
    this.settings = settings;
    this.cpu = Processor.name();
  }

  /**
   * Where a training stands after an epoch.
   *
   * @param epoch counted from 1
   * @param loss mean over the epoch's batches
   * @param heldOut how the weights do on the held-out rows
   */
  public record Progress(int epoch, int epochs, double loss, HeldOut heldOut) {}

  /**
   * Quality on rows that were not learned from.
   *
   * @param logLoss mean of −log of the right action's probability
   * @param netReturn mean return per row after cost, a fraction
   */
  public record HeldOut(int rows, double accuracy, double logLoss, double netReturn) {}

  /** A trained network and its last progress. */
  public record Trained(DirectionNetwork network, Progress progress, int trainedRows) {}

  /**
   * Trains.
   *
   * @param goOn told after each epoch; false stops the training
   * @throws IllegalArgumentException when there are too few rows
   * @throws TrainingStoppedException when the loss is not finite or {@code goOn} said no
   */
  public Trained train(TrainingRows rows, TrainingPlan plan, Predicate<Progress> goOn)
      throws TrainingStoppedException {
    if (rows.rows() < MIN_ROWS) {
      throw new IllegalArgumentException(
          "at least " + MIN_ROWS + " rows are needed to train, rows=" + rows.rows());
    }
    int trained = (int) (rows.rows() * TRAINED_SHARE);
    int heldOutFrom = Math.min(rows.rows() - 1, trained + Math.min(PURGED_ROWS, rows.rows() / 20));
    Preparation preparation = prepare(rows, plan, trained);
    NetworkShape shape = preparation.shape();
    float[] weights = initialWeights(shape, plan.seed());
    float[] inputs = standardised(rows, trained, preparation.standardisation());
    try (DifferentiableNetwork network = new DifferentiableNetwork(shape)) {
      Pass pass = new Pass(rows, inputs, preparation.objective(), network, weights);
      Adam adam = new Adam(weights.length, settings.trainingRate(), settings.gradientNorm());
      SplittableRandom shuffles = new SplittableRandom(plan.seed());
      int[] order = identity(trained);
      for (int epoch = 1; ; epoch++) {
        shuffle(order, shuffles);
        double loss = pass.run(order, adam, epoch);
        DirectionNetwork now = preparation.network(weights, cpu);
        Progress progress =
            new Progress(epoch, plan.epochs(), loss, HeldOutRows.judge(now, rows, heldOutFrom));
        if (!goOn.test(progress)) {
          throw new TrainingStoppedException("the training was cancelled in epoch " + epoch);
        }
        if (epoch == plan.epochs()) {
          return new Trained(now, progress, trained);
        }
      }
    }
  }

  /** What is measured on the trained rows before the first step. */
  private record Preparation(
      NetworkShape shape, Standardisation standardisation, Objective objective, TrainingPlan plan) {
    DirectionNetwork network(float[] weights, String cpu) {
      Provenance provenance =
          new Provenance(
              plan.featureSetId(), DifferentiableNetwork.engineBuild(), cpu, plan.seed());
      return new DirectionNetwork(shape, standardisation, objective, provenance, weights);
    }
  }

  /** What one pass over the rows needs. */
  @SuppressWarnings("ArrayRecordComponent") // names for what one loop works on; never compared
  private record Pass(
      TrainingRows rows,
      float[] inputs,
      Objective objective,
      DifferentiableNetwork network,
      float[] weights) {

    double run(int[] order, Adam adam, int epoch) throws TrainingStoppedException {
      float[] gradient = new float[weights.length];
      int size = Math.min(BATCH, order.length);
      TrainingBatch batch = new TrainingBatch(size, rows.features());
      double losses = 0;
      int batches = order.length / size; // the few rows left over take their turn next epoch
      for (int b = 0; b < batches; b++) {
        for (int i = 0; i < size; i++) {
          int row = order[b * size + i];
          batch.fill(i, inputs, row, objective, rows.outcome(row));
        }
        network.setParameters(weights);
        float loss = network.gradient(batch, gradient);
        if (!Float.isFinite(loss) || !adam.step(weights, gradient)) {
          throw new TrainingStoppedException(
              "the loss is not finite in epoch " + epoch + ", batch " + b + ": loss=" + loss);
        }
        losses += loss;
      }
      return losses / batches;
    }
  }

  private static Preparation prepare(TrainingRows rows, TrainingPlan plan, int trained) {
    int[] counts = new int[NetworkShape.ACTIONS];
    double squares = 0;
    for (int row = 0; row < trained; row++) {
      counts[rows.outcome(row).label()]++;
      double r = rows.outcome(row).forwardReturn();
      squares += r * r;
    }
    float scale = (float) Math.sqrt(squares / trained);
    Objective objective =
        new Objective(
            classWeight(counts[0], trained),
            classWeight(counts[1], trained),
            classWeight(counts[2], trained),
            scale > Float.MIN_NORMAL ? scale : 1f,
            plan.costPerTrade());
    return new Preparation(
        new NetworkShape(rows.features(), NetworkShape.DEFAULT_HIDDEN),
        Standardisation.measure(rows.values(), rows.features(), trained),
        objective,
        plan);
  }

  private static float classWeight(int count, int rows) {
    float even = (float) rows / (NetworkShape.ACTIONS * Math.max(1, count));
    return Math.max(MIN_CLASS_WEIGHT, Math.min(MAX_CLASS_WEIGHT, even));
  }

  /** Uniform in ±sqrt(6 / inputs), the usual for rectified units (He, 2015); biases zero. */
  private static float[] initialWeights(NetworkShape shape, long seed) {
    SplittableRandom random = new SplittableRandom(seed ^ WEIGHTS_STREAM);
    float[] weights = new float[shape.parameters()];
    int[] inputs = {shape.features(), shape.hidden(), shape.hidden()};
    int[] outputs = {shape.hidden(), shape.hidden(), NetworkShape.OUTPUTS};
    int at = 0;
    for (int layer = 0; layer < inputs.length; layer++) {
      // A tenth at the output: the first answers are near even odds.
      double bound = StrictMath.sqrt(6.0 / inputs[layer]) * (layer == 2 ? 0.1 : 1);
      for (int i = 0; i < inputs[layer] * outputs[layer]; i++) {
        weights[at++] = (float) ((random.nextDouble() * 2 - 1) * bound);
      }
      at += outputs[layer];
    }
    return weights;
  }

  private static float[] standardised(TrainingRows rows, int count, Standardisation scaling) {
    float[] inputs = new float[count * rows.features()];
    for (int row = 0; row < count; row++) {
      scaling.apply(rows.values(), row, inputs, row * rows.features());
    }
    return inputs;
  }

  private static int[] identity(int length) {
    int[] order = new int[length];
    for (int i = 0; i < length; i++) {
      order[i] = i;
    }
    return order;
  }

  private static void shuffle(int[] order, SplittableRandom random) {
    for (int i = order.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[other];
      order[other] = kept;
    }
  }
}
