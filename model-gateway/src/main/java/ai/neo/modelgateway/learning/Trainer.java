package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.NetworkTraining;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Trains a first network from rows. Deterministic: rows and seed decide every bit of it. */
final class Trainer {
  /**
   * The last share of the rows is never learned from: it tells how the network does on new ones.
   */
  private static final double HELD_OUT = 0.15;

  private final LearningSettings settings;

  Trainer(LearningSettings settings) {
    this.settings = settings;
  }

  /** Rows in time order. */
  record Rows(int width, float[] features, int[] labels, float[] returns) {
    int count() {
      return labels.length;
    }

    float[] row(int index) {
      return Arrays.copyOfRange(features, index * width, (index + 1) * width);
    }
  }

  /** What was trained, and how it did on rows that it had not seen. */
  record Trained(DirectionNetwork network, double loss, double heldOutAccuracy) {}

  /** Hears of each epoch. */
  interface Progress {
    void epoch(int epoch, double loss, double heldOutAccuracy);
  }

  Trained train(Rows rows, String featureSetId, long seed, int epochs, Progress progress) {
    int learned = (int) (rows.count() * (1 - HELD_OUT));
    if (learned < settings.batch()) {
      throw new IllegalArgumentException(
          "rows="
              + rows.count()
              + ", expected at least "
              + (int) Math.ceil(settings.batch() / (1 - HELD_OUT))
              + " to train from");
    }
    DirectionNetwork start =
        NetworkTraining.fresh(
            settings.hidden(),
            featureSetId,
            Arrays.copyOf(rows.features(), learned * rows.width()),
            rows.width(),
            seed);
    SplittableRandom random = new SplittableRandom(seed);
    int[] order = new int[learned];
    Arrays.setAll(order, i -> i);
    double loss = 0;
    double accuracy = 0;
    try (NetworkTraining training =
        new NetworkTraining(
            start,
            new NetworkTraining.Settings(settings.trainRate(), settings.gradientNorm(), 0f))) {
      for (int epoch = 1; epoch <= epochs; epoch++) {
        shuffle(order, random);
        loss = epoch(training, rows, order);
        accuracy = accuracy(training.network(), rows, learned);
        progress.epoch(epoch, loss, accuracy);
      }
      return new Trained(training.network(), loss, accuracy);
    }
  }

  private double epoch(NetworkTraining training, Rows rows, int[] order) {
    double sum = 0;
    int steps = 0;
    for (int from = 0; from + settings.batch() <= order.length; from += settings.batch()) {
      sum += training.step(batch(rows, order, from));
      steps++;
    }
    return sum / steps;
  }

  private NetworkTraining.Batch batch(Rows rows, int[] order, int from) {
    int size = settings.batch();
    float[] features = new float[size * rows.width()];
    int[] labels = new int[size];
    float[] returns = new float[size];
    for (int i = 0; i < size; i++) {
      int row = order[from + i];
      System.arraycopy(
          rows.features(), row * rows.width(), features, i * rows.width(), rows.width());
      labels[i] = rows.labels()[row];
      returns[i] = rows.returns()[row];
    }
    return new NetworkTraining.Batch(features, labels, returns);
  }

  private static double accuracy(DirectionNetwork network, Rows rows, int from) {
    int right = 0;
    for (int i = from; i < rows.count(); i++) {
      float[] says = network.infer(rows.row(i), 1).actionProbabilities();
      int likeliest = says[0] > says[1] ? (says[0] > says[2] ? 0 : 2) : (says[1] > says[2] ? 1 : 2);
      right += likeliest == rows.labels()[i] ? 1 : 0;
    }
    return (double) right / Math.max(1, rows.count() - from);
  }

  private static void shuffle(int[] order, SplittableRandom random) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
  }
}
