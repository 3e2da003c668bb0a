package ai.neo.modelgateway.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class DifferentiableNetworkTest {
  private static final int ROWS = 16;
  private static final int FEATURES = 5;

  private final DirectionNetwork network = Networks.random(FEATURES, 8, 21);

  @Test
  void theGradientIsTheSlopeOfTheLoss() {
    float[] weights = network.parameters();
    float[] gradient = new float[weights.length];
    float[] unused = new float[weights.length];
    TrainingBatch batch = batch();
    try (DifferentiableNetwork reference = new DifferentiableNetwork(network.shape())) {
      reference.setParameters(weights);
      reference.gradient(batch, gradient);
      float step = 1e-2f;
      for (int at = 0; at < weights.length; at += 7) {
        float kept = weights[at];
        weights[at] = kept + step;
        reference.setParameters(weights);
        double above = reference.gradient(batch, unused);
        weights[at] = kept - step;
        reference.setParameters(weights);
        double below = reference.gradient(batch, unused);
        weights[at] = kept;
        assertThat((above - below) / (2 * step)).isCloseTo(gradient[at], within(5e-3));
      }
    }
  }

  @Test
  void gradientsDoNotAddUpFromCallToCall() {
    float[] first = new float[network.shape().parameters()];
    float[] second = new float[first.length];
    try (DifferentiableNetwork reference = new DifferentiableNetwork(network.shape())) {
      reference.setParameters(network.parameters());
      float loss = reference.gradient(batch(), first);
      assertThat(reference.gradient(batch(), second)).isEqualTo(loss);
    }
    assertThat(second).isEqualTo(first);
  }

  /** The engine reads the memory of forward results and factors again on its way back. */
  @Test
  void aGarbageCollectionInTheMiddleChangesNoBit() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    Thread collector = Thread.ofPlatform().start(() -> collect(over));
    try {
      for (NetworkShape shape :
          List.of(network.shape(), new TransformerShape(FEATURES, 1, 8, 2, 2))) {
        DirectionNetwork one = Networks.random(shape, 21);
        float[] first = new float[shape.parameters()];
        float[] again = new float[first.length];
        try (DifferentiableNetwork reference = new DifferentiableNetwork(shape)) {
          reference.setParameters(one.parameters());
          reference.gradient(batch(), first);
          for (int i = 0; i < 8; i++) {
            reference.gradient(batch(), again);
            assertThat(again).as("gradient %d of %s", i, shape).isEqualTo(first);
          }
        }
      }
    } finally {
      over.set(true);
      collector.join();
    }
  }

  /** Collects, and writes over what that set free. */
  private static void collect(AtomicBoolean over) {
    while (!over.get()) {
      System.gc();
      for (int i = 0; i < 200; i++) {
        ByteBuffer taken = ByteBuffer.allocateDirect(1 + i % 32);
        while (taken.hasRemaining()) {
          taken.put((byte) 0x3f);
        }
      }
    }
  }

  private TrainingBatch batch() {
    float[] rows = Networks.rows(ROWS, FEATURES, 8);
    TrainingBatch batch = new TrainingBatch(ROWS, FEATURES);
    for (int row = 0; row < ROWS; row++) {
      batch.fill(row, rows, row, network.objective(), new Outcome(row % 3, (row - 8) * 0.0007f));
    }
    return batch;
  }
}
