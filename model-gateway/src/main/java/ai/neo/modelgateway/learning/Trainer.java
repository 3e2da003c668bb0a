package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.Calibration;
import ai.neo.modelgateway.network.DifferentiableNetwork;
import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.InitialWeights;
import ai.neo.modelgateway.network.NetworkShape;
import ai.neo.modelgateway.network.Objective;
import ai.neo.modelgateway.network.Provenance;
import ai.neo.modelgateway.network.Standardisation;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Trains a network from rows. The same rows and plan give the same bits on one kind of processor:
 * every random number comes from the plan's seed, and one thread computes. Thread-safe; a training
 * runs on the caller's thread.
 */
public final class Trainer {
  /** Below this a held-out part says nothing. */
  public static final int MIN_ROWS = 200;

  /** A class rarer than this counts no more: a handful of rows must not steer all others. */
  private static final float MAX_CLASS_WEIGHT = 4f;

  private static final float MIN_CLASS_WEIGHT = 0.25f;

  /** Streams of their own, so that none moves another. */
  private static final long MASK_STREAM = 0xBF58476D1CE4E5B9L;

  private static final long VIEW_STREAM = 0x94D049BB133111EBL;

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

  /**
   * A trained network and its last progress.
   *
   * @param metrics of calibration and reconstruction, by name; empty without either
   */
  public record Trained(
      DirectionNetwork network, Progress progress, int trainedRows, Map<String, Double> metrics) {}

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
    Parts parts = Parts.of(rows, plan.network());
    Preparation preparation = prepare(rows, plan, parts.trainedRows());
    NetworkShape shape = preparation.shape();
    float[] weights = InitialWeights.draw(shape, plan.seed());
    float[] inputs = standardised(rows, parts.trainedRows(), preparation.standardisation());
    try (DifferentiableNetwork network = new DifferentiableNetwork(shape)) {
      TrainingPass pass =
          new TrainingPass(rows, inputs, preparation.objective(), network, plan.network());
      int[] order = parts.trained().clone();
      if (plan.network().contrastive()) {
        pretrain(pass, plan, order.clone(), weights);
      }
      Adam adam = new Adam(weights.length, settings.trainingRate(), settings.gradientNorm());
      SplittableRandom shuffles = new SplittableRandom(plan.seed());
      SplittableRandom masks = new SplittableRandom(plan.seed() ^ MASK_STREAM);
      for (int epoch = 1; ; epoch++) {
        TrainingPass.shuffle(order, shuffles);
        double loss = pass.learn(order, weights, adam, masks, epoch);
        DirectionNetwork now = preparation.network(weights, cpu);
        Progress progress =
            new Progress(epoch, plan.epochs(), loss, HeldOutRows.judge(now, rows, parts.judged()));
        if (!goOn.test(progress)) {
          throw new TrainingStoppedException("the training was cancelled in epoch " + epoch);
        }
        if (epoch == plan.epochs()) {
          return finished(now, rows, plan, parts, progress);
        }
      }
    }
  }

  /** A third as many passes as with labels: it only has to find what belongs together. */
  private void pretrain(TrainingPass pass, TrainingPlan plan, int[] order, float[] weights)
      throws TrainingStoppedException {
    Adam adam = new Adam(weights.length, settings.trainingRate(), settings.gradientNorm());
    SplittableRandom random = new SplittableRandom(plan.seed() ^ VIEW_STREAM);
    int epochs = Math.max(1, plan.epochs() / 3);
    for (int epoch = 1; epoch <= epochs; epoch++) {
      TrainingPass.shuffle(order, random);
      pass.contrast(order, weights, adam, random, epoch);
    }
  }

  /** Calibrates on the rows kept for that, and measures on those kept from everything. */
  private static Trained finished(
      DirectionNetwork network, TrainingRows rows, TrainingPlan plan, Parts parts, Progress last) {
    CalibrationMethod method = plan.network().calibration();
    Map<String, Double> metrics = new TreeMap<>();
    CalibrationFit.Sample before = HeldOutRows.probabilities(network, rows, parts.judged());
    metrics.put("brier", before.brier());
    metrics.put("calibration_error", before.calibrationError());
    Calibration calibration =
        CalibrationFit.fit(method, HeldOutRows.probabilities(network, rows, parts.calibrating()));
    DirectionNetwork done = network.answering(plan.network().uncertainty(), calibration);
    Progress progress = last;
    if (method != CalibrationMethod.NONE) {
      CalibrationFit.Sample after = HeldOutRows.probabilities(done, rows, parts.judged());
      metrics.put("brier_uncalibrated", before.brier());
      metrics.put("calibration_error_uncalibrated", before.calibrationError());
      metrics.put("brier", after.brier());
      metrics.put("calibration_error", after.calibrationError());
      progress =
          new Progress(
              last.epoch(),
              last.epochs(),
              last.loss(),
              HeldOutRows.judge(done, rows, parts.judged()));
    }
    return new Trained(done, progress, parts.trained().length, metrics);
  }

  /** What is measured on the trained rows before the first step. */
  private record Preparation(
      NetworkShape shape, Standardisation standardisation, Objective objective, TrainingPlan plan) {
    DirectionNetwork network(float[] weights, String cpu) {
      Provenance provenance =
          new Provenance(
              plan.featureSetId(), DifferentiableNetwork.engineBuild(), cpu, plan.seed());
      Standardisation whole = standardisation.repeated(shape.window());
      return new DirectionNetwork(shape, whole, objective, provenance, weights);
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
        plan.network().shape(rows.features()),
        Standardisation.measure(rows.values(), rows.features(), trained),
        objective,
        plan);
  }

  private static float classWeight(int count, int rows) {
    float even = (float) rows / (NetworkShape.ACTIONS * Math.max(1, count));
    return Math.max(MIN_CLASS_WEIGHT, Math.min(MAX_CLASS_WEIGHT, even));
  }

  private static float[] standardised(TrainingRows rows, int count, Standardisation scaling) {
    float[] inputs = new float[count * rows.features()];
    for (int row = 0; row < count; row++) {
      scaling.apply(rows.values(), row, inputs, row * rows.features());
    }
    return inputs;
  }
}
