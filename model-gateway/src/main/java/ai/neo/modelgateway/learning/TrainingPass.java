package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.DifferentiableNetwork;
import ai.neo.modelgateway.network.Dropout;
import ai.neo.modelgateway.network.NetworkShape;
import ai.neo.modelgateway.network.Objective;
import ai.neo.modelgateway.network.TrainingBatch;
import java.util.SplittableRandom;

/** Passes over the trained rows, batch by batch. One thread. */
final class TrainingPass {
  private static final int BATCH = 256;

  /** Views of a row: each number is hidden with this chance, */
  private static final double HIDDEN_SHARE = 0.15;

  /** and moved by up to so many deviations. */
  private static final double JITTER = 0.2;

  private final TrainingRows rows;
  private final float[] inputs;
  private final Objective objective;
  private final DifferentiableNetwork network;
  private final NetworkChoice choice;
  private final NetworkShape shape;
  private final float[] window;

  /**
   * @param inputs the trained rows, standardised
   */
  TrainingPass(
      TrainingRows rows,
      float[] inputs,
      Objective objective,
      DifferentiableNetwork network,
      NetworkChoice choice) {
    this.rows = rows;
    this.inputs = inputs;
    this.objective = objective;
    this.network = network;
    this.choice = choice;
    this.shape = choice.shape(rows.features());
    this.window = new float[shape.features()];
  }

  /** Learns from outcomes; returns the mean loss of the batches. */
  double learn(int[] order, float[] weights, Adam adam, SplittableRandom masks, int epoch)
      throws TrainingStoppedException {
    int size = Math.min(BATCH, order.length);
    TrainingBatch batch = new TrainingBatch(size, shape.features());
    float[] mask = new float[choice.dropout() > 0 ? size * shape.representation() : 0];
    float[] gradient = new float[weights.length];
    double losses = 0;
    int batches = order.length / size; // the few rows left over take their turn next epoch
    for (int b = 0; b < batches; b++) {
      for (int i = 0; i < size; i++) {
        int row = order[b * size + i];
        rows.copyWindow(inputs, row, shape.window(), window, 0);
        batch.fill(i, window, 0, objective, rows.outcome(row));
      }
      Dropout.draw(mask, choice.dropout(), masks);
      network.setParameters(weights);
      float loss = network.gradient(batch, mask, gradient);
      step(weights, gradient, adam, loss, "epoch " + epoch + ", batch " + b);
      losses += loss;
    }
    return losses / batches;
  }

  /** Learns to recognise two views of a row as the same. */
  double contrast(int[] order, float[] weights, Adam adam, SplittableRandom random, int epoch)
      throws TrainingStoppedException {
    int size = Math.min(BATCH, order.length);
    float[] one = new float[size * shape.features()];
    float[] other = new float[one.length];
    float[] gradient = new float[weights.length];
    double losses = 0;
    int batches = order.length / size;
    for (int b = 0; b < batches; b++) {
      for (int i = 0; i < size; i++) {
        int at = i * shape.features();
        rows.copyWindow(inputs, order[b * size + i], shape.window(), one, at);
        System.arraycopy(one, at, other, at, shape.features());
      }
      change(one, random);
      change(other, random);
      network.setParameters(weights);
      float loss = network.contrastiveGradient(one, other, size, gradient);
      step(weights, gradient, adam, loss, "pretraining epoch " + epoch + ", batch " + b);
      losses += loss;
    }
    return losses / batches;
  }

  private static void change(float[] view, SplittableRandom random) {
    for (int i = 0; i < view.length; i++) {
      double moved = view[i] + random.nextDouble(-JITTER, JITTER);
      view[i] = random.nextDouble() < HIDDEN_SHARE ? 0f : (float) moved;
    }
  }

  private static void step(float[] weights, float[] gradient, Adam adam, float loss, String where)
      throws TrainingStoppedException {
    if (!Float.isFinite(loss) || !adam.step(weights, gradient)) {
      throw new TrainingStoppedException("the loss is not finite in " + where + ": loss=" + loss);
    }
  }

  static void shuffle(int[] order, SplittableRandom random) {
    for (int i = order.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[other];
      order[other] = kept;
    }
  }
}
