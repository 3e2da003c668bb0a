package ai.neo.modelgateway.network;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The network in DJL on PyTorch, for gradients. Parameters go in and gradients come out as flat
 * arrays in the order of {@link NetworkShape}; the optimiser's state is the caller's. Native memory
 * is held until {@link #close}. One thread at a time.
 *
 * <p>The same parameters and batch give the same bits on one kind of processor: one thread
 * computes, and all memory that goes in lies on the same boundary, since the engine's kernels add
 * in another order when it does not.
 */
public final class DifferentiableNetwork implements AutoCloseable {
  private static final String ENGINE = "PyTorch";

  /**
   * Share of the return's loss. Direction is what trades; the return is a hint beside it and must
   * not outweigh it when returns are wild.
   */
  private static final float RETURN_LOSS_SHARE = 0.1f;

  /** Similarities of two views are divided by this (Chen, 2020). */
  private static final float CONTRAST_TEMPERATURE = 0.2f;

  /**
   * Bytes: the widest vector that the engine's kernels load, and the boundary of its own memory.
   */
  private static final int BOUNDARY = 64;

  /** The engine allows one gradient at a time in a process and throws at the second; we wait. */
  private static final ReentrantLock ONE_GRADIENT_AT_A_TIME = new ReentrantLock();

  private final NetworkShape shape;
  private final NDManager manager;
  private final List<NDArray> tensors = new ArrayList<>();
  private final DifferentiableForm form;

  /**
   * One for each tensor, for ever: the engine does not copy what it is given but points to it, and
   * memory that only a call knew would be freed under it.
   */
  private final List<ByteBuffer> tensorMemory = new ArrayList<>();

  /** Starts the engine on first use (0.4 s; 2 s when its native part must be unpacked). */
  public DifferentiableNetwork(NetworkShape shape) {
    this.shape = shape;
    this.manager = NDManager.newBaseManager(ENGINE);
    for (Tensor tensor : shape.tensors()) {
      NDArray array =
          manager.zeros(
              tensor.isVector()
                  ? new Shape(tensor.rows())
                  : new Shape(tensor.rows(), tensor.columns()),
              DataType.FLOAT32);
      array.setRequiresGradient(true);
      tensors.add(array);
      tensorMemory.add(memory(tensor.size()));
    }
    this.form = DifferentiableForm.of(shape, tensors);
  }

  /** Build of the engine, as it is written into artifacts. */
  public static String engineBuild() {
    return "djl " + Engine.getDjlVersion() + ", pytorch " + Engine.getEngine(ENGINE).getVersion();
  }

  /** Takes {@code flat} as the parameters. */
  public void setParameters(float[] flat) {
    if (flat.length != shape.parameters()) {
      throw new IllegalArgumentException(
          "expected " + shape.parameters() + " parameters, got " + flat.length);
    }
    int at = 0;
    for (int i = 0; i < tensors.size(); i++) {
      ByteBuffer memory = tensorMemory.get(i);
      int size = memory.capacity() / Float.BYTES;
      memory.asFloatBuffer().put(flat, at, size);
      tensors.get(i).set(memory);
      at += size;
    }
  }

  /** The raw outputs, rows × 4, for standardised inputs, rows × (T · F). */
  public float[] outputs(float[] standardised, int rows) {
    try (NDManager step = manager.newSubManager()) {
      NDArray x = create(step, standardised, rows, shape.features());
      return form.output(form.represent(x)).toFloatArray();
    }
  }

  /** Mean squared error of each rebuilt row; empty for networks that do not rebuild. */
  public float[] reconstructionErrors(float[] standardised, int rows) {
    try (NDManager step = manager.newSubManager()) {
      NDArray x = create(step, standardised, rows, shape.features());
      return form.rebuild(form.represent(x))
          .map(rebuilt -> rebuilt.sub(x).square().mean(new int[] {1}).toFloatArray())
          .orElse(new float[0]);
    }
  }

  /**
   * Class-weighted cross entropy and a small Huber loss on the return, averaged over the rows.
   *
   * @param gradient receives the gradient at the present parameters
   * @return the loss; when it or the gradient is not finite, close this and make another: the
   *     engine adds to its last gradient, and what is not finite cannot be taken off again
   */
  public float gradient(TrainingBatch batch, float[] gradient) {
    return differentiate(gradient, step -> loss(step, batch, new float[0]));
  }

  /**
   * The same with the representation masked.
   *
   * @param mask rows × representation, see {@link Dropout}; empty for none
   */
  public float gradient(TrainingBatch batch, float[] mask, float[] gradient) {
    return differentiate(gradient, step -> loss(step, batch, mask));
  }

  /**
   * How badly two views of each row are recognised as the same among those of all rows (InfoNCE,
   * van den Oord, 2018, both ways), without labels: what an encoder can learn before it is told any
   * outcome.
   *
   * @param one rows × (T · F), standardised and changed at random
   * @param other the same rows changed in another way
   */
  public float contrastiveGradient(float[] one, float[] other, int rows, float[] gradient) {
    return differentiate(
        gradient,
        step -> {
          NDArray first = direction(form.represent(create(step, one, rows, shape.features())));
          NDArray second = direction(form.represent(create(step, other, rows, shape.features())));
          NDArray alike = first.matMul(second.transpose()).div(scalar(step, CONTRAST_TEMPERATURE));
          NDArray same = step.eye(rows);
          NDArray there = alike.logSoftmax(1).mul(same).sum();
          NDArray back = alike.logSoftmax(0).mul(same).sum();
          return there.add(back).div(scalar(step, -2f * rows));
        });
  }

  @Override
  public void close() {
    manager.close();
  }

  private float differentiate(float[] gradient, Function<NDManager, NDArray> loss) {
    ONE_GRADIENT_AT_A_TIME.lock();
    try (NDManager step = manager.newSubManager()) {
      // One thread: sums split over threads would round differently from run to run. The setting
      // belongs to the calling thread, hence here.
      JniUtils.setNumThreads(1);
      float value;
      try (GradientCollector collector = Engine.getEngine(ENGINE).newGradientCollector()) {
        NDArray total = loss.apply(step);
        collector.backward(total);
        value = total.getFloat();
      }
      takeGradients(gradient);
      return value;
    } finally {
      ONE_GRADIENT_AT_A_TIME.unlock();
    }
  }

  private NDArray loss(NDManager step, TrainingBatch batch, float[] mask) {
    int rows = batch.rows();
    NDArray x = create(step, batch.inputs(), rows, shape.features());
    NDArray weights = create(step, batch.labelWeights(), rows, NetworkShape.ACTIONS);
    NDArray target = create(step, batch.returns(), rows, 1);
    NDArray representation = form.represent(x);
    NDArray seen =
        mask.length == 0
            ? representation
            : representation.mul(create(step, mask, rows, shape.representation()));
    NDList parts = form.output(seen).split(new long[] {NetworkShape.ACTIONS}, 1);
    NDArray crossEntropy = parts.get(0).logSoftmax(1).mul(weights).sum().neg();
    NDArray miss = parts.get(1).sub(target).abs();
    NDArray near = miss.clip(0f, 1f);
    // Huber with its knee at one return scale: near²/2 + (miss − near).
    NDArray huber = near.square().mul(scalar(step, 0.5f)).add(miss.sub(near)).sum();
    NDArray total =
        crossEntropy
            .add(huber.mul(scalar(step, RETURN_LOSS_SHARE)))
            .div(scalar(step, (float) rows));
    return form.rebuild(representation)
        .map(rebuilt -> total.add(rebuilt.sub(x).square().mean()))
        .orElse(total);
  }

  /** Each row at length one; a row of zeros stays as it is. */
  private static NDArray direction(NDArray rows) {
    NDArray length = rows.square().sum(new int[] {1}, true).add(1e-8f).sqrt();
    return rows.div(length);
  }

  private void takeGradients(float[] gradient) {
    int at = 0;
    for (NDArray tensor : tensors) {
      try (NDArray taken = tensor.getGradient()) {
        float[] values = taken.toFloatArray();
        System.arraycopy(values, 0, gradient, at, values.length);
        at += values.length;
        taken.subi(taken);
      }
    }
  }

  /** The array keeps its memory alive until the step is closed. */
  private static NDArray create(NDManager step, float[] values, int rows, int width) {
    ByteBuffer memory = memory(rows * width);
    memory.asFloatBuffer().put(values, 0, rows * width);
    return step.create(memory, new Shape(rows, width), DataType.FLOAT32);
  }

  /**
   * A factor or divisor that lives as long as the step. What DJL makes of a plain number is given
   * up as soon as the product is there, though the engine reads it again for the gradient: a
   * garbage collection in between would free it.
   */
  static NDArray scalar(NDManager step, float value) {
    ByteBuffer memory = memory(1);
    memory.asFloatBuffer().put(value);
    return step.create(memory, new Shape(), DataType.FLOAT32);
  }

  private static ByteBuffer memory(int floats) {
    return ByteBuffer.allocateDirect(floats * Float.BYTES + 2 * BOUNDARY)
        .alignedSlice(BOUNDARY)
        .slice(0, floats * Float.BYTES)
        .order(ByteOrder.nativeOrder());
  }
}
