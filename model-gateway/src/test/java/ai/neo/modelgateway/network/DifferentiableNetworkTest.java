package ai.neo.modelgateway.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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

  private TrainingBatch batch() {
    float[] rows = Networks.rows(ROWS, FEATURES, 8);
    TrainingBatch batch = new TrainingBatch(ROWS, FEATURES);
    for (int row = 0; row < ROWS; row++) {
      batch.fill(row, rows, row, network.objective(), new Outcome(row % 3, (row - 8) * 0.0007f));
    }
    return batch;
  }
}
