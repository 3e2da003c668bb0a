package ai.neo.modelgateway.network;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.GradientCollector;
import java.util.SplittableRandom;

/**
 * One network that learns, on DJL's PyTorch engine: the gradients are PyTorch's, the steps are
 * Adam's. Deterministic: the same start, batches and machine give the same bits. Not thread-safe.
 */
public final class NetworkTraining implements AutoCloseable {
  private static final float BETA1 = 0.9f;
  private static final float BETA2 = 0.999f;
  private static final float EPSILON = 1e-8f;

  /** How much the squared error of the return counts beside the cross entropy of the action. */
  private static final float RETURN_WEIGHT = 0.1f;

  private final DirectionNetwork origin;
  private final Shape shape;
  private final NDManager manager;
  private final NDList layers;
  private final int[] offsets;
  private final Settings settings;
  private final float[] parameters;
  private final float[] firstMoment;
  private final float[] secondMoment;
  private long steps;

  /**
   * How it steps.
   *
   * @param learningRate of Adam
   * @param gradientNorm longest gradient; a longer one is shortened to it
   * @param anchorPull of the parameters towards where they started, per step (L2)
   */
  public record Settings(float learningRate, float gradientNorm, float anchorPull) {}

  /**
   * Rows to learn from.
   *
   * @param rows raw features, row-major
   * @param labels 0 SELL, 1 HOLD, 2 BUY
   * @param returns fractions
   */
  public record Batch(float[] rows, int[] labels, float[] returns) {
    int size() {
      return labels.length;
    }
  }

  public NetworkTraining(DirectionNetwork origin, Settings settings) {
    this.origin = origin;
    this.shape = origin.shape();
    this.settings = settings;
    this.parameters = origin.parameters();
    this.firstMoment = new float[parameters.length];
    this.secondMoment = new float[parameters.length];
    this.manager = Engine.getEngine("PyTorch").newBaseManager();
    int f = shape.features();
    int h = shape.hidden();
    this.layers =
        new NDList(
            layer(shape.weights1(), f, h),
            layer(shape.bias1(), 1, h),
            layer(shape.weights2(), h, h),
            layer(shape.bias2(), 1, h),
            layer(shape.weights3(), h, Shape.OUTPUTS),
            layer(shape.bias3(), 1, Shape.OUTPUTS));
    this.offsets =
        new int[] {
          shape.weights1(),
          shape.bias1(),
          shape.weights2(),
          shape.bias2(),
          shape.weights3(),
          shape.bias3()
        };
  }

  /** A network with seeded weights (He's uniform) and the scaling of the given rows. */
  public static DirectionNetwork fresh(
      int hidden, String featureSetId, float[] rows, int features, long seed) {
    Shape shape = new Shape(features, hidden);
    SplittableRandom random = new SplittableRandom(seed);
    float[] parameters = new float[shape.size()];
    fill(parameters, shape.weights1(), shape.bias1(), features, random);
    fill(parameters, shape.weights2(), shape.bias2(), hidden, random);
    fill(parameters, shape.weights3(), shape.bias3(), hidden, random);
    int count = rows.length / features;
    float[] means = new float[features];
    float[] deviations = new float[features];
    for (int i = 0; i < features; i++) {
      double sum = 0;
      for (int row = 0; row < count; row++) {
        sum += rows[row * features + i];
      }
      double mean = sum / count;
      double squares = 0;
      for (int row = 0; row < count; row++) {
        double distance = rows[row * features + i] - mean;
        squares += distance * distance;
      }
      means[i] = (float) mean;
      double deviation = Math.sqrt(squares / count);
      deviations[i] = deviation > 1e-9 ? (float) deviation : 1f;
    }
    return new DirectionNetwork(shape, featureSetId, means, deviations, parameters);
  }

  private static void fill(float[] target, int from, int to, int fanIn, SplittableRandom random) {
    double bound = Math.sqrt(6.0 / fanIn);
    for (int i = from; i < to; i++) {
      target[i] = (float) (bound * (2 * random.nextDouble() - 1));
    }
  }

  /**
   * One step.
   *
   * @return the batch's loss before the step
   * @throws ArithmeticException if loss or gradient is no finite number; the parameters are as
   *     before
   */
  public double step(Batch batch) {
    float[] gradient = new float[parameters.length];
    double loss;
    try (NDManager scope = manager.newSubManager();
        GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
      NDArray total = loss(scope, batch);
      collector.backward(total);
      loss = total.getFloat();
      for (int i = 0; i < layers.size(); i++) {
        try (NDArray slope = layers.get(i).getGradient()) {
          float[] values = slope.toFloatArray();
          System.arraycopy(values, 0, gradient, offsets[i], values.length);
          // PyTorch adds the next gradient to what is here.
          slope.subi(slope);
        }
      }
    }
    shorten(gradient, loss);
    adam(gradient);
    store();
    return loss;
  }

  /** The network as it is now. */
  public DirectionNetwork network() {
    return origin.with(parameters);
  }

  private NDArray loss(NDManager scope, Batch batch) {
    int rows = batch.size();
    float[] scaled = new float[rows * shape.features()];
    float[] wanted = new float[rows * Shape.ACTIONS];
    float[] returns = new float[rows];
    for (int row = 0; row < rows; row++) {
      origin.scale(batch.rows(), row * shape.features(), scaled, row * shape.features());
      wanted[row * Shape.ACTIONS + batch.labels()[row]] = 1f;
      returns[row] = batch.returns()[row] / DirectionNetwork.RETURN_SCALE;
    }
    NDArray x = scope.create(scaled, new ai.djl.ndarray.types.Shape(rows, shape.features()));
    NDArray y = scope.create(wanted, new ai.djl.ndarray.types.Shape(rows, Shape.ACTIONS));
    NDArray r = scope.create(returns, new ai.djl.ndarray.types.Shape(rows, 1));
    NDArray first = ai.djl.nn.Activation.relu(x.matMul(layers.get(0)).add(layers.get(1)));
    NDArray second = ai.djl.nn.Activation.relu(first.matMul(layers.get(2)).add(layers.get(3)));
    NDArray out = second.matMul(layers.get(4)).add(layers.get(5));
    NDArray logits = out.get(":, 0:3");
    NDArray expected = out.get(":, 3:4");
    NDArray crossEntropy = logits.logSoftmax(1).mul(y).sum().neg().div(rows);
    NDArray error = expected.sub(r).square().mean();
    return crossEntropy.add(error.mul(RETURN_WEIGHT));
  }

  private NDArray layer(int from, int rows, int columns) {
    float[] values = new float[rows * columns];
    System.arraycopy(parameters, from, values, 0, values.length);
    NDArray layer =
        manager
            .create(values, new ai.djl.ndarray.types.Shape(rows, columns))
            .toType(DataType.FLOAT32, false);
    layer.setRequiresGradient(true);
    return layer;
  }

  private void shorten(float[] gradient, double loss) {
    double squares = 0;
    for (float g : gradient) {
      squares += (double) g * g;
    }
    double norm = Math.sqrt(squares);
    if (!Double.isFinite(norm) || !Double.isFinite(loss)) {
      throw new ArithmeticException("loss=" + loss + " gradient_norm=" + norm);
    }
    if (norm > settings.gradientNorm()) {
      float factor = (float) (settings.gradientNorm() / norm);
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] *= factor;
      }
    }
  }

  private void adam(float[] gradient) {
    steps++;
    float[] anchor = origin.parameters();
    double correction1 = 1 - Math.pow(BETA1, (double) steps);
    double correction2 = 1 - Math.pow(BETA2, (double) steps);
    for (int i = 0; i < parameters.length; i++) {
      float g = gradient[i] + settings.anchorPull() * (parameters[i] - anchor[i]);
      firstMoment[i] = BETA1 * firstMoment[i] + (1 - BETA1) * g;
      secondMoment[i] = BETA2 * secondMoment[i] + (1 - BETA2) * g * g;
      double m = firstMoment[i] / correction1;
      double v = secondMoment[i] / correction2;
      parameters[i] -= (float) (settings.learningRate() * m / (Math.sqrt(v) + EPSILON));
    }
  }

  private void store() {
    for (int i = 0; i < layers.size(); i++) {
      NDArray layer = layers.get(i);
      int size = (int) layer.size();
      float[] values = new float[size];
      System.arraycopy(parameters, offsets[i], values, 0, size);
      layer.set(values);
    }
  }

  @Override
  public void close() {
    manager.close();
  }
}
