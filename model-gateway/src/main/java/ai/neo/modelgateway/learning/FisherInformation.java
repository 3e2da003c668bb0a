package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.DifferentiableNetwork;
import ai.neo.modelgateway.network.DirectionNetwork;
import ai.neo.modelgateway.network.Objective;
import ai.neo.modelgateway.network.TrainingBatch;
import java.util.List;

/**
 * The diagonal of the empirical Fisher information at a network's weights: the mean squared
 * gradient of one sample's loss. It says which weights the network's answers rest on (elastic
 * weight consolidation; Kirkpatrick and others, 2017).
 */
final class FisherInformation {
  /** Samples: the error of a mean of squares is some 15 % there, and they cost 20 ms. */
  static final int SAMPLES = 64;

  private FisherInformation() {}

  /** As many numbers as the network has parameters, each at least 0; one gradient per sample. */
  static float[] diagonal(
      DifferentiableNetwork gradients, DirectionNetwork at, List<Sample> samples) {
    Objective plain =
        new Objective(1f, 1f, 1f, at.objective().returnScale(), at.objective().costPerTrade());
    TrainingBatch one = new TrainingBatch(1, at.shape().features());
    float[] scaled = new float[at.shape().features()];
    float[] gradient = new float[at.shape().parameters()];
    double[] squares = new double[gradient.length];
    gradients.setParameters(at.parameters());
    for (Sample sample : samples) {
      at.standardisation().apply(sample.features(), 0, scaled, 0);
      one.fill(0, scaled, 0, plain, sample.outcome());
      gradients.gradient(one, gradient);
      for (int i = 0; i < gradient.length; i++) {
        squares[i] += (double) gradient[i] * gradient[i];
      }
    }
    float[] diagonal = new float[gradient.length];
    for (int i = 0; i < diagonal.length; i++) {
      diagonal[i] = (float) (squares[i] / samples.size());
    }
    return diagonal;
  }
}
