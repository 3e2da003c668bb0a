package ai.neo.modelgateway;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelEngine;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.OnnxEngine;
import ai.neo.modelgateway.engine.ServableModel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** ONNX Runtime behind a gate: while it is shut, whoever computes stands before it. */
public final class GatedEngine implements ModelEngine {
  private final OnnxEngine engine = new OnnxEngine();
  private final AtomicInteger computed = new AtomicInteger();
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private volatile CountDownLatch standing = new CountDownLatch(1);

  /** Batches computed since the gate was last shut. */
  public int computed() {
    return computed.get();
  }

  public void shut() {
    computed.set(0);
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
      return false;
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
      return model.infer(rowMajorFeatures, rows);
    }

    @Override
    public void close() {
      model.close();
    }
  }
}
