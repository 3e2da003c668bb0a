package ai.neo.modelgateway;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelEngine;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.OnnxEngine;
import ai.neo.modelgateway.engine.ServableModel;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * ONNX Runtime behind a gate: while it is shut, whoever computes stands before it. It remembers
 * what it saw, and fails on a batch that holds {@link #POISON}.
 */
public final class GatedEngine implements ModelEngine {
  public static final float POISON = 666;

  /** Kills the thread that computes it. */
  public static final float DEADLY = 667;

  private final boolean quick;
  private final List<float[]> seen = new CopyOnWriteArrayList<>();
  private final OnnxEngine engine = new OnnxEngine();
  private final AtomicInteger computed = new AtomicInteger();
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private volatile CountDownLatch standing = new CountDownLatch(1);

  /** One that is asked by a few threads of the scheduler. */
  public GatedEngine() {
    this(false);
  }

  /**
   * @param quick whether it says that it may be asked on callers' threads
   */
  public GatedEngine(boolean quick) {
    this.quick = quick;
  }

  /** Batches computed since the gate was last shut. */
  public int computed() {
    return computed.get();
  }

  /** The first feature of each row of each batch computed since the gate was last shut. */
  public List<List<Float>> seen() {
    return seen.stream()
        .map(batch -> IntStream.range(0, batch.length / 4).mapToObj(row -> batch[4 * row]).toList())
        .toList();
  }

  public void shut() {
    computed.set(0);
    seen.clear();
    standing = new CountDownLatch(1);
    gate = new CountDownLatch(1);
  }

  public void open() {
    gate.countDown();
  }

  /** Waits until somebody stands before the gate. */
  public void awaitStanding() throws InterruptedException {
    if (!standing.await(10, TimeUnit.SECONDS)) {
      throw new IllegalStateException("nobody came");
    }
  }

  @Override
  public boolean reads(String format) {
    return engine.reads(format);
  }

  @Override
  public ServableModel load(ModelArtifact artifact) throws ModelRefusedException {
    return new Gated(engine.load(artifact));
  }

  private final class Gated implements ServableModel {
    private final ServableModel model;

    Gated(ServableModel model) {
      this.model = model;
    }

    @Override
    public ModelArtifact artifact() {
      return model.artifact();
    }

    @Override
    public int features() {
      return model.features();
    }

    @Override
    public boolean isQuick() {
      return quick;
    }

    @Override
    public OptionalLong offHeapBytes() {
      return model.offHeapBytes();
    }

    @Override
    public Answer infer(float[] rowMajorFeatures, int rows) {
      standing.countDown();
      try {
        gate.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
      computed.incrementAndGet();
      seen.add(rowMajorFeatures.clone());
      for (float value : rowMajorFeatures) {
        if (value == POISON) {
          throw new IllegalStateException("poisoned");
        }
        if (value == DEADLY) {
          throw new AssertionError("a thread that dies, as the test wants");
        }
      }
      return model.infer(rowMajorFeatures, rows);
    }

    @Override
    public void close() {
      model.close();
    }
  }
}
